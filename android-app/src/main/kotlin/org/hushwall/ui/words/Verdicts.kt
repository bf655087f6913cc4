// A decision in plain words: what happened, why, how sure we are, and what left the phone. The record brings codes;
// the words are here, so that they follow the user's language.
package org.hushwall.ui.words

import android.content.Context
import org.hushwall.R
import org.hushwall.log.Confidence
import org.hushwall.log.LogRow
import org.hushwall.log.Reason

/** How sure a name is: filled bars of three, the word, and what it rests on. */
internal class Evidence(val level: Int, val word: Int, val sentence: Int)

internal class Verdicts(private val context: Context) {
    fun word(blocked: Boolean): String = context.getString(if (blocked) R.string.stopped else R.string.let_through)

    /** Follows the verdict after a dot: "you blocked this app". */
    fun short(row: LogRow): String {
        if (row.reason.code == "nothing-against" && row.host == null) {
            return context.getString(R.string.reason_hidden_no_rule)
        }
        val list = row.reason.list
        if (row.reason.code == "listed" && list != null &&
            list != BUILT_IN
        ) return context.getString(R.string.reason_listed, listName(list))
        return context.getString(shortOf(row.reason, row.blocked))
    }

    /** Title and line of "Why". */
    fun why(row: LogRow): Pair<String, String> {
        val (title, line) = whyOf(row.reason, row.blocked)
        return context.getString(title) to context.getString(line)
    }

    /** Title and line of "Decided by". */
    fun decidedBy(row: LogRow): Pair<String, String?> {
        val reason = row.reason
        val list = reason.list
        val title = when (reason.code) {
            "listed", "protected" -> list?.let(::listName) ?: context.getString(R.string.decided_builtin)
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
                row.host != null && row.reason.code != "app-blocked" -> R.string.left_lookup
                else -> R.string.left_nothing
            },
        )

    fun sentence(row: LogRow, app: String): String {
        val words = Words(context)
        val place = words.isolate(row.host ?: address(row.remote))
        val name = words.name(app)
        return when {
            row.blocked && row.isQuestion -> context.getString(R.string.sentence_stopped_lookup, name, place)
            row.blocked -> context.getString(R.string.sentence_stopped, name, place)
            row.reason.code == "protected" -> context.getString(R.string.sentence_needed, name, place)
            row.host == null -> context.getString(R.string.sentence_hidden, name, place)
            else -> context.getString(R.string.sentence_passed, name, place)
        }
    }

    /** A connection whose filter decision the phone itself depends on. */
    fun isNeeded(row: LogRow): Boolean = row.reason.code == "protected"

    private fun listName(name: String): String =
        when (name) {
            BUILT_IN -> context.getString(R.string.decided_builtin)
            BUILT_IN_STRICT -> context.getString(R.string.list_strict)
            BUILT_IN_NEVER -> context.getString(R.string.list_kept_open)
            else -> Words(context).name(name)
        }

    companion object {
        /** Names of the lists that come with the app (rust-core/catalog). */
        private const val BUILT_IN = "built-in trackers"
        private const val BUILT_IN_STRICT = "built-in strict"
        private const val BUILT_IN_NEVER = "built-in never"

        /** "203.0.113.7" of "203.0.113.7:443", "2001:db8::1" of "[2001:db8::1]:443". */
        fun address(end: String): String {
            val colon = end.lastIndexOf(':')
            if (colon < 0) return end
            return end.substring(0, colon).removePrefix("[").removeSuffix("]")
        }

        fun port(end: String): Int = end.substringAfterLast(':', "").toIntOrNull() ?: 0
    }
}

private fun shortOf(reason: Reason, blocked: Boolean): Int =
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
