// A decision in plain words: what happened, why, how sure we are, and what left the phone. The record brings codes;
// the words are here, so that they follow the user's language.
package org.hushwall.ui.words

import android.content.Context
import android.graphics.Typeface
import android.text.SpannableStringBuilder
import android.text.Spanned
import android.text.style.ForegroundColorSpan
import android.text.style.StyleSpan
import org.hushwall.R
import org.hushwall.log.Confidence
import org.hushwall.log.Known
import org.hushwall.log.LogRow
import org.hushwall.log.Reason
import org.hushwall.log.addressOf
import org.hushwall.policy.BuiltIn

/** The sentence with [part] of it in bold. */
internal fun emphasized(sentence: String, part: String, colour: Int? = null): CharSequence {
    val all = SpannableStringBuilder(sentence)
    val at = all.indexOf(part)
    if (at < 0) return all
    if (colour != null) all.setSpan(ForegroundColorSpan(colour), at, at + part.length, Spanned.SPAN_EXCLUSIVE_EXCLUSIVE)
    all.setSpan(StyleSpan(Typeface.BOLD), at, at + part.length, Spanned.SPAN_EXCLUSIVE_EXCLUSIVE)
    return all
}

/** How sure a name is: filled bars of three, the word, and what it rests on. */
internal class Evidence(val level: Int, val word: Int, val sentence: Int)

internal class Verdicts(private val context: Context) {
    private val purposes = Purposes(context)

    fun word(blocked: Boolean): String = context.getString(if (blocked) R.string.stopped else R.string.let_through)

    /** Follows the verdict after a dot: "you blocked this app"; where a list stopped it, what for: "usage statistics". */
    fun short(row: LogRow): String {
        if (row.reason.code == "nothing-against" && row.host == null) {
            return context.getString(if (row.about == null) R.string.reason_hidden_no_rule else R.string.reason_nothing)
        }
        if (isForOwnApp(row)) return context.getString(R.string.reason_own_app)
        if (row.reason.code == "listed") row.about?.let(purposes::word)?.let { return it }
        val list = row.reason.list
        if (row.reason.code == "listed" && list != null &&
            list !in TRACKERS
        ) return context.getString(R.string.reason_listed, listName(list))
        return context.getString(shortOf(row.reason, row.blocked))
    }

    /** Title and line of "Why". What a list stopped is explained by what it is for, where that is known. */
    fun why(row: LogRow): Pair<String, String?> {
        val against = row.about?.let(purposes::against)
        if (row.reason.code == "listed" && against != null) return against to null
        if (isForOwnApp(row)) return context.getString(R.string.why_own_app) to context.getString(R.string.why_own_app_line)
        val (title, line) = whyOf(row.reason, row.blocked)
        return context.getString(title) to context.getString(line)
    }

    /** Title and line of "Decided by": the name of the rule or list, and where it knows it from. */
    fun decidedBy(row: LogRow, known: Known?): Pair<String, String?> {
        val reason = row.reason
        val list = reason.list
        val builtIn = row.about?.takeIf { reason.code == "listed" && list in TRACKERS }
        if (builtIn != null) {
            val source = known?.let { purposes.best(it.sources) }
            val words = Words(context)
            val line = source?.let { context.getString(R.string.decided_known_from, words.name(it.name), words.isolate(it.date)) }
            return context.getString(R.string.decided_company, words.name(builtIn.organisation)) to line
        }
        return decidedBy(reason)
    }

    /** The same where the connection is not known, or did not happen. */
    fun decidedBy(reason: Reason): Pair<String, String?> {
        val title = when (reason.code) {
            "listed", "protected" -> reason.list?.let(::titleOf) ?: context.getString(R.string.decided_builtin)
            "rule", "app-allowed", "app-blocked", "not-listed" -> context.getString(R.string.decided_your_rule)
            "paused" -> context.getString(R.string.decided_pause)
            "lockdown" -> context.getString(R.string.decided_filter)
            "default-allowed", "default-blocked" -> context.getString(R.string.decided_default)
            else -> context.getString(R.string.decided_nothing)
        }
        val entry = reason.entry?.let { context.getString(R.string.decided_entry, Words(context).isolate(it)) }
        return title to entry
    }

    fun evidence(row: LogRow): Evidence =
        when {
            row.isQuestion -> Evidence(3, R.string.evidence_sure, R.string.evidence_asked)
            row.host == null || row.nameSource == "hidden" ->
                Evidence(0, R.string.evidence_unknown, R.string.evidence_unknown_sentence)
            row.confidence == Confidence.SEEN -> Evidence(3, R.string.evidence_sure, R.string.evidence_seen)
            row.confidence == Confidence.RESOLVED -> Evidence(2, R.string.evidence_likely, R.string.evidence_resolved)
            row.confidence == Confidence.GUESSED -> Evidence(1, R.string.evidence_guess, R.string.evidence_guessed)
            else -> Evidence(0, R.string.evidence_unknown, R.string.evidence_unknown_sentence)
        }

    /** Of a stopped connection: what had left by then. Where we cannot tell we say the larger. */
    fun whatLeft(row: LogRow): String =
        context.getString(
            when {
                row.isQuestion -> R.string.left_nothing
                row.bytesUp > 0 -> R.string.left_greeting
                // A lookup of a name that is stopped is answered on the phone.
                row.reason.code == "app-blocked" || isListedByName(row) -> R.string.left_nothing
                row.host != null -> R.string.left_lookup
                else -> R.string.left_nothing
            },
        )

    private fun isListedByName(row: LogRow): Boolean {
        val entry = row.reason.entry ?: return false
        return row.reason.code == "listed" && (row.host == entry || row.host?.endsWith(".$entry") == true)
    }

    /** Who did what to whom, as the headline's sentence; what for stands out. */
    fun sentence(row: LogRow, app: String): CharSequence {
        val name = Words(context).name(app)
        if (!row.blocked) return passed(row, name)
        val about = row.about
        val purpose = about?.let(purposes::word)
        if (about == null || purpose == null) {
            val sentence = if (row.isQuestion) R.string.sentence_stopped_lookup else R.string.sentence_stopped
            return context.getString(sentence, name, place(row))
        }
        val sentence = if (purposes.isReport(about)) R.string.sentence_sends else R.string.sentence_tried_for
        return emphasized(context.getString(sentence, name, purpose, place(row)), purpose)
    }

    private fun passed(row: LogRow, name: String): String {
        val sentence = when {
            isNeeded(row) -> R.string.sentence_needed
            isForOwnApp(row) -> R.string.sentence_passed_own_app
            row.reason.code == "rule" -> R.string.sentence_passed_rule
            row.reason.code == "app-allowed" -> R.string.sentence_passed_app
            row.reason.code == "paused" -> R.string.sentence_passed_paused
            row.host == null && row.about == null -> R.string.sentence_hidden
            else -> R.string.sentence_passed
        }
        return context.getString(sentence, name, place(row))
    }

    /** Whom it was for: the company, where it is known; else the host, else whose computers have the address. */
    private fun place(row: LogRow): String {
        val words = Words(context)
        return company(row)?.let(words::name) ?: words.isolate(row.host ?: addressOf(row.remote))
    }

    /** The company behind a connection: of its host, or of the network where the name was hidden. */
    fun company(row: LogRow): String? = row.about?.organisation ?: row.asnName?.takeIf { row.host == null }

    /** A connection whose filter decision the phone itself depends on. */
    fun isNeeded(row: LogRow): Boolean = row.reason.code == "protected" || !row.blocked && row.about?.level == "never"

    /** A list would have stopped it for others: the company's own app does not work without. */
    private fun isForOwnApp(row: LogRow): Boolean = row.reason.code == "nothing-against" && row.about?.isOwn == true

    private fun titleOf(list: String): String =
        if (list in TRACKERS || list == BuiltIn.NEVER) listName(list) else context.getString(R.string.decided_list, listName(list))

    fun listName(name: String): String =
        when (name) {
            BuiltIn.ALL -> context.getString(R.string.decided_builtin)
            BuiltIn.XIAOMI -> context.getString(R.string.lists_xiaomi)
            BuiltIn.XIAOMI_STRICT -> context.getString(R.string.lists_xiaomi_strict)
            BuiltIn.MAKERS -> context.getString(R.string.lists_makers)
            BuiltIn.KITS -> context.getString(R.string.lists_kits)
            BuiltIn.NEVER -> context.getString(R.string.list_kept_open)
            else -> Words(context).name(name)
        }

    companion object {
        /** The lists of trackers that come with the app. */
        private val TRACKERS = setOf(BuiltIn.ALL, BuiltIn.XIAOMI, BuiltIn.XIAOMI_STRICT, BuiltIn.MAKERS, BuiltIn.KITS)

        fun address(end: String): String = addressOf(end)
    }
}

/** The words for a reason, lower case, to stand after a verdict. */
internal fun shortOf(reason: Reason, blocked: Boolean): Int =
    when (reason.code) {
        "lockdown" -> R.string.reason_closed
        "paused" -> R.string.reason_paused
        "app-allowed" -> R.string.reason_app_allowed
        "app-blocked" -> R.string.reason_app_blocked
        "rule" -> R.string.reason_rule
        "listed" -> R.string.reason_listed_builtin
        "protected" -> R.string.reason_protected
        "not-listed" -> R.string.reason_not_listed
        "default-blocked" -> R.string.reason_default_blocked
        else -> if (blocked) R.string.reason_default_blocked else R.string.reason_nothing
    }

private fun whyOf(reason: Reason, blocked: Boolean): Pair<Int, Int> =
    when (reason.code) {
        "lockdown" -> R.string.why_closed to R.string.why_closed_line
        "paused" -> R.string.why_paused to R.string.why_paused_line
        "app-allowed" -> R.string.why_app_allowed to R.string.why_app_allowed_line
        "app-blocked" -> R.string.why_app_blocked to R.string.why_app_blocked_line
        "rule" -> if (blocked) R.string.why_rule to R.string.why_rule_stop_line else R.string.why_rule to R.string.why_rule_pass_line
        "listed" -> R.string.why_listed to R.string.why_listed_line
        "protected" -> R.string.why_protected to R.string.why_protected_line
        "not-listed" -> R.string.why_not_listed to R.string.why_not_listed_line
        "default-blocked" -> R.string.why_default_blocked to R.string.why_default_blocked_line
        else -> R.string.why_nothing to R.string.why_nothing_line
    }
