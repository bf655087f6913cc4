// What one app did today, asked in one go off the main thread.
package org.hushwall.ui.app

import org.hushwall.Hushwall
import org.hushwall.log.HourBar
import org.hushwall.log.LogFilter
import org.hushwall.log.LogRow
import org.hushwall.ui.words.Verdicts
import org.hushwall.ui.words.hourOf
import org.hushwall.ui.words.startOfDay

/** A place the app wanted to reach; [newest] tells the verdict and its reason. */
internal class Destination(val place: String, val isName: Boolean, val newest: LogRow, val count: Int)

/** [isCut]: there was more than we looked through, so the counts of [destinations] are of the newest only. */
internal class AppFacts(
    val stopped: Long,
    val letThrough: Long,
    val bytes: Long,
    val hours: List<HourBar>,
    val hourNow: Int,
    val destinations: List<Destination>,
    val isCut: Boolean,
)

internal class AppData(private val hushwall: Hushwall, private val key: String) {
    fun load(now: Long): AppFacts {
        val midnight = startOfDay(now, 0)
        val totals = hushwall.log.totals(midnight, now, key)
        val hours = (0 until HOURS).map { hour ->
            val here = totals.filter { hourOf(it.hour) == hour }
            HourBar(here.sumOf { it.blocked }, here.sumOf { it.connections - it.blocked })
        }
        val (rows, isCut) = rows(midnight)
        return AppFacts(
            stopped = hours.sumOf { it.stopped },
            letThrough = hours.sumOf { it.letThrough },
            bytes = totals.sumOf { it.bytesUp + it.bytesDown },
            hours = hours,
            hourNow = hourOf(now),
            destinations = destinations(rows),
            isCut = isCut,
        )
    }

    private fun rows(since: Long): Pair<List<LogRow>, Boolean> {
        val rows = ArrayList<LogRow>()
        var before: Long? = null
        do {
            val page = hushwall.log.page(LogFilter(app = key, since = since), before, PAGE)
            rows += page.rows
            before = page.next
        } while (before != null && rows.size < MOST_ROWS)
        return rows to (before != null)
    }

    private fun destinations(rows: List<LogRow>): List<Destination> =
        rows.groupBy { (it.host ?: Verdicts.address(it.remote)) to it.blocked }
            .map { (place, all) -> Destination(place.first, all.first().host != null, all.maxBy { it.started }, all.size) }
            .sortedByDescending { it.count }

    private companion object {
        const val HOURS = 24
        const val PAGE = 500

        /** So many rows are read in well under a second on a slow phone; few apps make more in a day. */
        const val MOST_ROWS = 3_000
    }
}
