// What the report of a week shows, asked in one go off the main thread.
package org.hushwall.ui.report

import org.hushwall.Hushwall
import org.hushwall.log.Report
import org.hushwall.ui.words.Words
import org.hushwall.vpn.Gap

/**
 * @property gaps those that reach into the week, oldest first.
 * @property keptSince connections that began before are not in the record any more.
 */
internal class WeekFacts(val week: Week, val report: Report, val gaps: List<Gap>, val protectedShare: Double, val keptSince: Long) {
    /** Of all of the week's connections the record tells. */
    val isWhole = keptSince <= week.since

    /** Of some of them. */
    val isPartly = keptSince < week.period.until

    /** There is something of the week before. */
    val hasEarlier = report.knownSince?.let { it < week.since } ?: false

    /** Nothing is known of the time before this week, which goes on. */
    val isFirst = week.isRunning && !hasEarlier
}

internal class ReportData(private val hushwall: Hushwall) {
    fun load(week: Week, now: Long): WeekFacts {
        val (since, until) = week.period
        return WeekFacts(
            week,
            hushwall.log.report(week.period),
            hushwall.gaps.since(since).filter { it.from < until },
            hushwall.gaps.protectedShare(since, until),
            now - Hushwall.RETENTION_DAYS * Words.DAY,
        )
    }
}
