// The lists as a test sets them.
package org.hushwall.ui

import java.io.File
import org.hushwall.core.CoreException
import org.hushwall.lists.BlockList
import org.hushwall.lists.BlockLists
import org.hushwall.lists.FetchException
import org.hushwall.lists.FetchFault
import org.hushwall.lists.IgnoredLine
import org.hushwall.lists.KeptList
import org.hushwall.lists.KnownList
import org.hushwall.lists.ListEntry
import org.hushwall.lists.ListOutcome
import org.hushwall.lists.ListReading
import org.hushwall.lists.ListRow
import org.hushwall.lists.ListSource
import org.hushwall.lists.ListText
import org.hushwall.lists.ListTrouble
import org.hushwall.lists.Looked
import org.hushwall.lists.NewList
import org.hushwall.lists.TextMark
import org.hushwall.log.Breakage
import org.hushwall.log.Known
import org.hushwall.log.Reason
import org.hushwall.policy.BuiltIn

/** Keeps lists in memory, and notes what was asked of it. */
class FakeLists : BlockLists {
    @Volatile var isReadable = true

    /** What the next text comes to; null: it is taken. */
    @Volatile var trouble: ListTrouble? = null

    @Volatile var kept: List<BlockList> = emptyList()
    val asked = ArrayList<String>()

    override fun all(since: Long): List<BlockList> = answer(
        listOf(
            builtIn(BuiltIn.XIAOMI, 45, 5_120),
            builtIn(BuiltIn.XIAOMI_STRICT, 82, 0),
            builtIn(BuiltIn.KITS, 197, 1_013),
            builtIn(BuiltIn.MAKERS, 123, 0),
            builtIn(BuiltIn.PAGES, 42_710, 1_904),
            builtIn(BuiltIn.NEVER, 90, 0),
        ) + kept,
    )

    override fun rows(name: String): List<ListRow> {
        val about = if (name == BuiltIn.NEVER) FIND else Seed.sensors.copy(product = "Mi Push", category = "push", level = "strict")
        val known = Seed.known(about)
        val breakage = Breakage("feature", "Notifications of Xiaomi's apps come late or not at all.", "confirmed")
        val strict = Known(about, "Delivers notifications of Xiaomi's apps.", listOf("device-id"), breakage, known.sources)
        return answer(listOf(ListRow(if (name == BuiltIn.NEVER) known else strict, listOf("a.push.xiaomi.com", "b.push.xiaomi.com"))))
    }

    override fun lookup(host: String): Looked {
        if (host != "sa.api.intl.miui.com") return answer(Looked(false, Seed.nothing, emptyList(), null))
        val entries = listOf(
            ListEntry(BuiltIn.XIAOMI, host, "block", isOn = true, line = null),
            ListEntry("Ad servers", "miui.com", "block", isOn = false, line = 4_711),
        )
        return answer(Looked(true, Reason("listed", "", BuiltIn.XIAOMI, host), entries, Seed.known(Seed.sensors)))
    }

    override fun wellKnown() = answer(
        listOf(
            KnownList(
                "mild", "A mild list", "https://lists.example/mild.txt", "MIT", false,
                "Ads and tracking.", "Seldom anything.",
            ),
        ),
    )

    override fun reading(name: String) =
        answer(ListReading(112, listOf(IgnoredLine(3, "not a host", "no host name", 112)), 2))

    override fun add(list: NewList, text: ListText): ListOutcome {
        if (kept.any { it.name == list.name }) throw CoreException(CoreException.LIST_NAME, "there is one")
        val outcome = outcome(text)
        if (outcome.trouble == null) kept = kept + user(list.name, outcome.places, list.url, list.licence)
        return answer(outcome)
    }

    override fun update(name: String, text: ListText, acceptShrunken: Boolean): ListOutcome {
        val outcome = if (acceptShrunken) outcome(text).copy(trouble = null) else outcome(text)
        if (outcome.trouble == null) change(name) { it.copy(places = outcome.places, kept = it.kept?.copy(canUndo = true)) }
        asked += "update $name"
        return answer(outcome)
    }

    override fun noteUpdate(name: String, failure: String?): ListOutcome {
        asked += "note $name $failure"
        val trouble = failure?.let { ListTrouble("not-fetched", message = it) }
        return answer(ListOutcome(false, kept.first { it.name == name }.places, 1, "ab", 0, 0, trouble))
    }

    override fun setOn(name: String, on: Boolean) = change(name) { it.copy(isOn = on) }

    override fun setIncludesSubdomains(name: String, includes: Boolean) =
        change(name) { it.copy(kept = it.kept?.copy(includesSubdomains = includes)) }

    override fun remove(name: String) {
        kept = answer(kept.filter { it.name != name })
    }

    override fun undo(name: String) {
        asked += "undo $name"
    }

    private fun change(name: String, to: (BlockList) -> BlockList) {
        kept = answer(kept.map { if (it.name == name) to(it) else it })
    }

    private fun outcome(text: ListText): ListOutcome {
        val places = text.file.readLines().size.toLong()
        return ListOutcome(true, places, text.file.length(), "9f86d081884c7d65", 0, 0, trouble)
    }

    private fun <T> answer(answer: T): T {
        if (!isReadable) throw CoreException("lists", "damaged")
        return answer
    }

    companion object {
        private val FIND = Seed.sensors.copy(id = "xiaomi.find-device", product = "Find Device", category = "find-device", level = "never")

        private fun builtIn(name: String, places: Long, hits: Long) = BlockList(name, places, isOn = true, hits = hits, kept = null)

        fun user(name: String, places: Long, url: String?, licence: String = "") = BlockList(
            name, places, isOn = true, hits = 375,
            kept = KeptList(
                url, licence, includesSubdomains = false, bytes = 1_900_000, sha256 = "9f86d081884c7d659a2feaa0c55ad015",
                fetched = Seed.NOW - 19 * 24 * Seed.HOUR, checked = Seed.NOW - 19 * 24 * Seed.HOUR, canUndo = false,
                mark = TextMark(), trouble = null,
            ),
        )
    }
}

/** The web: a text for each address. */
internal class FakeSource : ListSource {
    val texts = HashMap<String, String>()
    val asked = ArrayList<String>()

    /** Why nothing comes. */
    @Volatile var fault: FetchFault? = null

    /** Whether the server has no other text than the known one. */
    @Volatile var isOld = false

    override fun fetch(url: String, known: TextMark?): ListText? {
        asked += url
        fault?.let { throw FetchException(it) }
        if (isOld) return null
        val text = texts[url] ?: throw FetchException(FetchFault.NO_LIST)
        return ListText(File.createTempFile("list", null).apply { writeText(text) })
    }
}
