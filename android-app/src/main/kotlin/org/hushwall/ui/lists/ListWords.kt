// What can go wrong with a list's text, in sentences, and what is told of a text that was taken.
package org.hushwall.ui.lists

import android.content.Context
import org.hushwall.R
import org.hushwall.lists.FetchFault
import org.hushwall.lists.ListOutcome
import org.hushwall.lists.ListTrouble
import org.hushwall.ui.words.Words

internal class ListWords(private val context: Context) {
    private val words = Words(context)

    fun trouble(trouble: ListTrouble): String = when (trouble.kind) {
        "not-fetched" -> context.getString(fetching(trouble.message))
        "web-page" -> context.getString(R.string.lists_trouble_page)
        "not-text" -> context.getString(R.string.lists_trouble_text)
        "too-large" -> context.getString(R.string.lists_trouble_large, words.bytes(trouble.limit))
        "too-many-rules" -> context.getString(R.string.lists_trouble_many, words.number(trouble.limit))
        "no-rules" -> context.getString(R.string.lists_trouble_empty)
        "shrunken" -> context.getString(R.string.lists_trouble_shrunken, words.number(trouble.rules), words.number(trouble.before))
        "taken-back" -> context.getString(R.string.lists_trouble_taken_back)
        else -> context.getString(R.string.lists_trouble_other)
    }

    /** The same of an update: the old text stays. */
    fun kept(trouble: ListTrouble): String = context.getString(R.string.lists_kept_old, trouble(trouble))

    /** Size, places, and what was left out: a line each. */
    fun taken(outcome: ListOutcome): List<String> = listOfNotNull(
        context.getString(R.string.lists_row_line, words.plural(R.plurals.lists_places, outcome.places), words.bytes(outcome.bytes)),
        words.plural(R.plurals.lists_ignored, outcome.ignored).takeIf { outcome.ignored > 0 },
        words.plural(R.plurals.lists_without_effect, outcome.withoutEffect).takeIf { outcome.withoutEffect > 0 },
        context.getString(R.string.lists_checksum_is, words.isolate(outcome.sha256)),
    )

    private fun fetching(word: String?): Int = when (FetchFault.entries.find { it.word == word }) {
        FetchFault.NOT_HTTPS -> R.string.lists_fetch_not_https
        FetchFault.NO_SERVER -> R.string.lists_fetch_no_server
        FetchFault.TOO_SLOW -> R.string.lists_fetch_too_slow
        FetchFault.NOT_SAFE -> R.string.lists_fetch_not_safe
        FetchFault.NO_LIST -> R.string.lists_fetch_no_list
        FetchFault.TOO_LARGE -> R.string.lists_fetch_too_large
        FetchFault.NOT_WHOLE, null -> R.string.lists_fetch_not_whole
    }
}
