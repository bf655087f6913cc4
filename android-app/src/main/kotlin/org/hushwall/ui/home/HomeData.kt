// What Home shows besides the state, asked in one go off the main thread.
package org.hushwall.ui.home

import android.content.Context
import org.hushwall.Hushwall
import org.hushwall.R
import org.hushwall.apps.AppInfo
import org.hushwall.log.AppTotal
import org.hushwall.log.DayTotals
import org.hushwall.log.LogFilter
import org.hushwall.log.LogRow
import org.hushwall.log.LogTrouble
import org.hushwall.policy.PolicyTrouble
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.daysBetween
import org.hushwall.ui.words.startOfDay
import org.hushwall.vpn.Gap

/** One of those who tried most; [newest] is of what it tried most to do: whom for, what for and where. */
internal class Tried(val app: AppInfo?, val total: AppTotal, val newest: LogRow?)

internal class HomeFacts(
    val day: DayTotals,
    val hourNow: Int,
    val tried: List<Tried>,
    val gap: GapLine,
    val unseenGap: Gap?,
    val logTrouble: LogTrouble?,
    val policyTrouble: PolicyTrouble?,
)

internal class HomeData(private val hushwall: Hushwall) {
    fun load(now: Long): HomeFacts {
        val day = hushwall.log.today()
        val gaps = hushwall.gaps.since(now - GAP_DAYS * Words.DAY)
        val last = gaps.lastOrNull()
        val seen = SeenGaps(hushwall).seen
        val unseen = last?.takeIf { (it.to ?: now) > now - Words.DAY && it.from > seen }
        return HomeFacts(
            day = day,
            hourNow = org.hushwall.ui.words.hourOf(now),
            tried = day.topApps.filter { it.stopped > 0 }.take(SHOWN_APPS).map { tried(it, now) },
            gap = gapLine(gaps, now, unseen),
            unseenGap = unseen,
            logTrouble = hushwall.log.trouble,
            policyTrouble = hushwall.policy.trouble,
        )
    }

    private fun tried(total: AppTotal, now: Long): Tried {
        val filter = LogFilter(app = total.key, blocked = true, since = startOfDay(now, 0))
        val rows = hushwall.log.page(filter, limit = SAMPLE).rows
        val most = rows.groupBy { row -> row.about?.let { it.organisation to it.category } ?: row.host }
            .filterKeys { it != null }.values.maxByOrNull { it.size }
        return Tried(hushwall.apps.byKey(total.key), total, most?.firstOrNull())
    }

    private fun gapLine(gaps: List<Gap>, now: Long, unseen: Gap?): GapLine {
        val words = Words(hushwall)
        val last = gaps.lastOrNull() ?: return GapLine(hushwall.getString(R.string.record_title), false)
        val days = daysBetween(last.to ?: now, now)
        if (days > 0) return GapLine(words.plural(R.plurals.days_without_gap, days.toLong()), false)
        val midnight = startOfDay(now, 0)
        val length = gaps.sumOf { Math.max(0, (it.to ?: now) - Math.max(it.from, midnight)) }
        return GapLine(hushwall.getString(R.string.gap_today, words.duration(length)), unseen?.to != null)
    }

    private companion object {
        const val GAP_DAYS = 30L
        const val SHOWN_APPS = 3

        /** So many of an app's newest stopped connections tell where it mostly wants to go. */
        const val SAMPLE = 100
    }
}

/** Up to which gap the user has looked at the record: what was seen is not announced again. */
internal class SeenGaps(context: Context) {
    private val memory = context.getSharedPreferences("screens", Context.MODE_PRIVATE)

    var seen: Long
        get() = memory.getLong("seen-gap", 0)
        set(value) = memory.edit().putLong("seen-gap", value).apply()
}
