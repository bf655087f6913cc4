// The rows of Activity, newest first: repeats within a minute are one row with a count, days have headings, and a time
// without protection stands where we could not see. Knows no Views and no threads.
package org.hushwall.ui.activity

import org.hushwall.log.Confidence
import org.hushwall.log.LogFilter
import org.hushwall.log.LogRow
import org.hushwall.ui.words.startOfDay
import org.hushwall.vpn.Gap

internal sealed class FeedItem {
    class Day(val at: Long) : FeedItem()

    class NotSeen(val gap: Gap) : FeedItem()

    /** [row] is the newest of [count] that say the same. */
    class Connection(val row: LogRow, val count: Int) : FeedItem()
}

/** What the user asked to see. Stopped or let through or both; never neither. */
internal data class FeedFilter(
    val stopped: Boolean = true,
    val letThrough: Boolean = true,
    val app: String? = null,
    val onlyToday: Boolean = true,
    val text: String = "",
    val more: MoreFilter = MoreFilter(),
) {
    val isNarrow: Boolean get() = !stopped || !letThrough || app != null || text.isNotEmpty() || more != MoreFilter()

    fun forLog(now: Long) = LogFilter(
        app = app,
        blocked = if (stopped && letThrough) null else stopped,
        since = if (onlyToday) startOfDay(now, 0) else null,
        text = text.ifEmpty { null },
        company = more.company,
        category = more.category,
        country = more.country,
        network = more.network,
        screenOff = true.takeIf { more.screenOff },
        confidence = Confidence.GUESSED.takeIf { more.onlyGuesses },
    )
}

/** What is behind "More": null and false ask for nothing. The names are the record's. */
internal data class MoreFilter(
    val company: String? = null,
    val category: String? = null,
    val country: String? = null,
    val network: String? = null,
    val screenOff: Boolean = false,
    val onlyGuesses: Boolean = false,
)

internal class Feed {
    private val rows = LinkedHashMap<Long, LogRow>()
    private var gaps: List<Gap> = emptyList()

    /** Rows that came while the list was held: shown when the user asks for them. */
    private val waiting = LinkedHashMap<Long, LogRow>()

    /** How many are new to the user, not how many changed. */
    val waitingCount: Int get() = waiting.keys.count { it !in rows }

    fun restart(page: List<LogRow>, gaps: List<Gap>) {
        rows.clear()
        waiting.clear()
        this.gaps = gaps
        page.forEach { rows[it.id] = it }
    }

    fun addOlder(page: List<LogRow>) = page.forEach { rows[it.id] = it }

    /** [hold]: keep what is new for later. What is shown already is brought up to date at once. */
    fun addNewer(changed: List<LogRow>, hold: Boolean) {
        for (row in changed) {
            if (hold && row.id !in rows) waiting[row.id] = row else rows[row.id] = row
        }
        if (!hold) flush()
    }

    fun flush() {
        rows.putAll(waiting)
        waiting.clear()
        if (rows.size > MOST_ROWS) {
            val newest = rows.values.sortedByDescending { it.started }.take(MOST_ROWS)
            rows.clear()
            newest.forEach { rows[it.id] = it }
        }
    }

    /** How many of the rows began in the minute before [now]. */
    fun perMinute(now: Long): Int = rows.values.count { it.started > now - MINUTE }

    fun items(): List<FeedItem> {
        val items = ArrayList<FeedItem>()
        val missing = ArrayDeque(gaps.sortedByDescending { it.from })
        var day = Long.MIN_VALUE
        for (item in grouped()) {
            val started = item.row.started
            while (missing.isNotEmpty() && missing.first().from > started) items += FeedItem.NotSeen(missing.removeFirst())
            val begins = startOfDay(started, 0)
            if (begins != day) items += FeedItem.Day(begins)
            day = begins
            items += item
        }
        return items
    }

    private fun grouped(): List<FeedItem.Connection> {
        val groups = ArrayList<MutableList<LogRow>>()
        val newestOf = HashMap<String, MutableList<LogRow>>()
        for (row in rows.values.sortedByDescending { it.started }) {
            val same = "${row.owner.uid}|${row.host ?: row.remote}|${row.blocked}|${row.reason.code}"
            val group = newestOf[same]
            if (group != null && group.last().started - row.started < MINUTE) {
                group += row
            } else {
                newestOf[same] = mutableListOf(row).also { groups += it }
            }
        }
        return groups.map { group ->
            // A visit is a name lookup and then a connection: counted once.
            val visits = group.filter { !it.isQuestion }.ifEmpty { group }
            FeedItem.Connection(visits.first(), visits.size)
        }
    }

    private companion object {
        const val MINUTE = 60_000L

        /** More would only cost memory: older ones come back from the record by scrolling. */
        const val MOST_ROWS = 2_000
    }
}
