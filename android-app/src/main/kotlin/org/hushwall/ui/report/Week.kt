// A week as the user's region begins it, in the phone's time zone.
package org.hushwall.ui.report

import java.util.Calendar
import java.util.Locale
import org.hushwall.log.ReportPeriod
import org.hushwall.ui.words.startOfDay

/**
 * The week that is [back] weeks before the one of now. Times in Unix milliseconds.
 *
 * @property since its first midnight.
 * @property end the midnight after it.
 */
internal class Week(locale: Locale, now: Long, val back: Int) {
    private val midnights = midnights(locale, now)
    val since = midnights.first()
    val end = midnights.last()
    val isRunning = back == 0

    /** The place of today in it; null in weeks that are over. */
    val today = if (isRunning) midnights.indexOfLast { it <= now } else null

    val lastDay = midnights[DAYS - 1]

    /** As far as it has come, beside as much of the week before. */
    val period = ReportPeriod(since, minOf(end, now + 1), startOfDay(since, DAYS), midnights)

    private fun midnights(locale: Locale, now: Long): List<Long> {
        val first = android.icu.util.Calendar.getInstance(locale).firstDayOfWeek
        val today = Calendar.getInstance().apply { timeInMillis = now }.get(Calendar.DAY_OF_WEEK)
        val passed = (today - first + DAYS) % DAYS
        return (0..DAYS).map { startOfDay(now, passed + DAYS * back - it) }
    }

    companion object {
        const val DAYS = 7
    }
}
