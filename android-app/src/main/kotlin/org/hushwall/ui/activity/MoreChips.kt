// The filters of Activity behind "More". Each one that is on stands beside it as a chip, which a tap takes away.
package org.hushwall.ui.activity

import org.hushwall.R
import org.hushwall.log.LogRow
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.widget.Chip
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.words.Purposes
import org.hushwall.ui.words.Words

internal class MoreChips(private val screen: MainActivity, private val onChange: (MoreFilter) -> Unit) {
    private val words = Words(screen)
    private val purposes = Purposes(screen)
    private var filter = FeedFilter()
    private val parts = Part.values().map { part -> part to Chip(screen) { onChange(part.set(filter.more, null)) } }
    private val opener = Chip(screen, opens = true) { choosePart() }

    val chips: List<Chip> = parts.map { it.second } + opener

    fun show(next: FeedFilter) {
        filter = next
        for ((part, chip) in parts) {
            val value = part.of(next.more)
            chip.showIf(value != null)
            if (value != null) chip.show(word(part, value), true)
        }
        opener.show(screen.getString(R.string.more_filters), false)
    }

    private fun choosePart() {
        val sheet = Sheet(screen, screen.getString(R.string.more_filters_title))
        for (part in Part.values()) {
            val value = part.of(filter.more)
            val line = if (part.only != null) part.line?.let(screen::getString) else value?.let { word(part, it) }
            sheet.choice(0, screen.getString(part.title), line, selected = value != null) {
                if (part.only == null) chooseValue(part) else onChange(part.set(filter.more, part.only.takeIf { value == null }))
            }
        }
        sheet.show()
    }

    /** Offers what there is among the newest rows that the other filters leave, the most frequent first. */
    private fun chooseValue(part: Part) {
        val others = filter.copy(more = part.set(filter.more, null))
        val now = System.currentTimeMillis()
        screen.questions.ask({ part.known ?: found(part, screen.hushwall.log.page(others.forLog(now), limit = LOOKED_AT).rows) }) { found ->
            val chosen = part.of(filter.more)
            val sheet = Sheet(screen, screen.getString(part.title))
            val values = (found + listOfNotNull(chosen)).distinct()
            if (values.isEmpty()) sheet.note(screen.getString(R.string.none_seen))
            if (chosen != null) sheet.choice(0, screen.getString(part.any), null) { onChange(part.set(filter.more, null)) }
            for (value in values) {
                sheet.choice(0, word(part, value), null, selected = value == chosen) { onChange(part.set(filter.more, value)) }
            }
            sheet.show()
        }
    }

    private fun found(part: Part, rows: List<LogRow>): List<String> {
        val counts = rows.mapNotNull(part::of).filter { part != Part.PURPOSE || purposes.word(it) != null }.groupingBy { it }.eachCount()
        return counts.entries.sortedByDescending { it.value }.take(MOST_VALUES).map { it.key }
    }

    private fun word(part: Part, value: String): String =
        when (part) {
            Part.COMPANY -> words.name(value)
            Part.COUNTRY -> words.country(value) ?: value
            Part.PURPOSE -> words.atStart(purposes.word(value) ?: value)
            Part.NETWORK -> screen.getString(if (value == "wifi") R.string.wifi else R.string.mobile)
            Part.SCREEN, Part.GUESSES -> screen.getString(part.title)
        }

    private companion object {
        /** As many as the core gives at once. */
        const val LOOKED_AT = 1_000
        const val MOST_VALUES = 40
    }
}

/**
 * One of the filters, whose value is a text of the record's.
 *
 * @property any what takes it away.
 * @property only the value of one that has no other; [line] says what it means.
 * @property known all values, where they do not depend on what was seen.
 */
private enum class Part(
    val title: Int,
    val any: Int = 0,
    val only: String? = null,
    val line: Int? = null,
    val known: List<String>? = null,
) {
    COMPANY(R.string.filter_company, R.string.any_company),
    COUNTRY(R.string.filter_country, R.string.any_country),
    PURPOSE(R.string.filter_purpose, R.string.any_purpose),
    NETWORK(R.string.filter_network, R.string.any_network, known = listOf("wifi", "mobile")),
    SCREEN(R.string.filter_screen_off, only = "off"),
    GUESSES(R.string.filter_guesses, only = "guessed", line = R.string.filter_guesses_line),
    ;

    fun of(filter: MoreFilter): String? =
        when (this) {
            COMPANY -> filter.company
            COUNTRY -> filter.country
            PURPOSE -> filter.category
            NETWORK -> filter.network
            SCREEN -> only.takeIf { filter.screenOff }
            GUESSES -> only.takeIf { filter.onlyGuesses }
        }

    fun of(row: LogRow): String? =
        when (this) {
            COMPANY -> row.about?.organisation
            COUNTRY -> row.country
            PURPOSE -> row.about?.category
            NETWORK, SCREEN, GUESSES -> null
        }

    fun set(filter: MoreFilter, value: String?): MoreFilter =
        when (this) {
            COMPANY -> filter.copy(company = value)
            COUNTRY -> filter.copy(country = value)
            PURPOSE -> filter.copy(category = value)
            NETWORK -> filter.copy(network = value)
            SCREEN -> filter.copy(screenOff = value != null)
            GUESSES -> filter.copy(onlyGuesses = value != null)
        }
}
