package org.hushwall.log

private const val HOURS = 24
private const val HOUR_MS = 3_600_000L

/** The sums of the day that begins at [midnight]. A day with a change of clocks has its 25th hour with the 24th. */
internal fun DayTotals.Companion.of(midnight: Long, totals: List<HourTotal>): DayTotals {
    val stopped = LongArray(HOURS)
    val letThrough = LongArray(HOURS)
    for (total in totals) {
        val hour = ((total.hour - midnight) / HOUR_MS).toInt().coerceIn(0, HOURS - 1)
        stopped[hour] += total.blocked
        letThrough[hour] += total.connections - total.blocked
    }
    val apps = totals.groupBy { it.owner.name ?: "" }.map { (key, ofApp) ->
        val blocked = ofApp.sumOf { it.blocked }
        AppTotal(key, blocked, ofApp.sumOf { it.connections } - blocked, ofApp.sumOf { it.bytesUp + it.bytesDown })
    }
    val order = compareByDescending<AppTotal> { it.stopped }.thenByDescending { it.letThrough }.thenBy { it.key }
    return DayTotals(
        stopped.sum(),
        letThrough.sum(),
        apps.count { it.stopped > 0 },
        List(HOURS) { HourBar(stopped[it], letThrough[it]) },
        apps.sortedWith(order),
    )
}
