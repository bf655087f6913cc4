// The lists of places that are stopped, or never stopped: those that come with the app, and those that the user keeps.
package org.hushwall.lists

import java.io.File
import org.hushwall.log.Known
import org.hushwall.log.Reason

/**
 * A list.
 *
 * @property name what reasons call it.
 * @property places how many it has.
 * @property hits how many connections it has stopped in the period that was asked for.
 * @property kept what there is to say of one that the user keeps; null for others.
 */
data class BlockList(val name: String, val places: Long, val isOn: Boolean, val hits: Long, val kept: KeptList?)

/**
 * What there is to say of a list that the user keeps; times in Unix milliseconds.
 *
 * @property url where it is fetched from; null where it was a file.
 * @property checked when the source was last found to have nothing else.
 * @property mark what the server calls this text.
 * @property trouble why the last update left the old text in place.
 */
data class KeptList(
    val url: String?,
    val licence: String,
    val includesSubdomains: Boolean,
    val bytes: Long,
    val sha256: String,
    val fetched: Long,
    val checked: Long,
    val canUndo: Boolean,
    val mark: TextMark,
    val trouble: ListTrouble?,
)

/** What a server calls a text (RFC 9110, section 8.8), to ask whether there is another. */
data class TextMark(val etag: String? = null, val lastModified: String? = null)

/** A text of a list in a file, as it came. */
class ListText(val file: File, val mark: TextMark = TextMark())

/** A list to be added; [url] null: from a file, which cannot be asked for again. */
data class NewList(val name: String, val url: String?, val licence: String = "", val includesSubdomains: Boolean = false)

/**
 * Why a text was not taken. [kind] is not-fetched, web-page, not-text, too-large, too-many-rules, no-rules, shrunken,
 * other-checksum or taken-back.
 *
 * @property rules how many the text has, and [before] how many the kept one, where it shrank.
 * @property limit what it may have, where it has more.
 * @property message technical words.
 */
data class ListTrouble(
    val kind: String,
    val rules: Long = 0,
    val before: Long = 0,
    val limit: Long = 0,
    val message: String? = null,
)

/**
 * What came of adding or updating a list.
 *
 * @property isChanged the list has another text than before, or is new.
 * @property ignored lines that were left out.
 * @property withoutEffect rules about what always stays open.
 */
data class ListOutcome(
    val isChanged: Boolean,
    val places: Long,
    val bytes: Long,
    val sha256: String,
    val ignored: Long,
    val withoutEffect: Long,
    val trouble: ListTrouble?,
)

/** A line that was left out, one for each [reason], which is an English sentence; [count] such lines there are. */
data class IgnoredLine(val line: Int, val text: String, val reason: String, val count: Long)

/** How the text of a kept list is read. */
data class ListReading(val ignored: Long, val examples: List<IgnoredLine>, val withoutEffect: Long)

/** What a built-in list has: what is known of it, and its hosts. */
data class ListRow(val known: Known, val hosts: List<String>)

/** A list that many people use. [blocks] and [breaks] are English sentences. */
data class KnownList(
    val name: String,
    val title: String,
    val url: String,
    val licence: String,
    val includesSubdomains: Boolean,
    val blocks: String,
    val breaks: String,
)

/**
 * An entry of a list that a host falls under.
 *
 * @property effect block, allow or protect.
 * @property line its line in a list that the user keeps.
 */
data class ListEntry(val list: String, val entry: String, val effect: String, val isOn: Boolean, val line: Int?)

/** What lists have of a host, and what comes of it for an app without a choice of its own. */
data class Looked(val blocked: Boolean, val reason: Reason, val entries: List<ListEntry>, val known: Known?)

/** All lists, as the core has them. Each call blocks and throws CoreException: call it off the main thread. */
interface BlockLists {
    /** @param since from when on to count what each has stopped. */
    fun all(since: Long): List<BlockList>

    /** What the built-in list [name] has. */
    fun rows(name: String): List<ListRow>

    fun lookup(host: String): Looked

    fun wellKnown(): List<KnownList>

    fun reading(name: String): ListReading

    fun add(list: NewList, text: ListText): ListOutcome

    /** Takes a newer text; [acceptShrunken]: one that is much shorter, too. */
    fun update(name: String, text: ListText, acceptShrunken: Boolean = false): ListOutcome

    /** Notes that the source has nothing new, or ([failure], in technical words) why no text came. */
    fun noteUpdate(name: String, failure: String?): ListOutcome

    fun setOn(name: String, on: Boolean)

    fun setIncludesSubdomains(name: String, includes: Boolean)

    fun remove(name: String)

    /** Back to the text before. */
    fun undo(name: String)
}
