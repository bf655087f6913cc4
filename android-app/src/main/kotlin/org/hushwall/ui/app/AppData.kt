// What one app did today, asked in one go off the main thread.
package org.hushwall.ui.app

import org.hushwall.Hushwall
import org.hushwall.log.Contact
import org.hushwall.log.HourBar
import org.hushwall.ui.words.hourOf
import org.hushwall.ui.words.startOfDay

internal class AppFacts(
    val stopped: Long,
    val letThrough: Long,
    val bytes: Long,
    val hours: List<HourBar>,
    val hourNow: Int,
    val contacts: List<Contact>,
)

internal class AppData(private val hushwall: Hushwall, private val key: String) {
    fun load(now: Long): AppFacts {
        val midnight = startOfDay(now, 0)
        val totals = hushwall.log.totals(midnight, now, key)
        val hours = (0 until HOURS).map { hour ->
            val here = totals.filter { hourOf(it.hour) == hour }
            HourBar(here.sumOf { it.blocked }, here.sumOf { it.connections - it.blocked })
        }
        return AppFacts(
            stopped = hours.sumOf { it.stopped },
            letThrough = hours.sumOf { it.letThrough },
            bytes = totals.sumOf { it.bytesUp + it.bytesDown },
            hours = hours,
            hourNow = hourOf(now),
            contacts = hushwall.log.contacts(key, midnight, Math.max(now, midnight + 1)),
        )
    }

    private companion object {
        const val HOURS = 24
    }
}
