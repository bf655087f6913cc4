// What the core's report tells of a period. All sums are the core's.
package org.hushwall.log

/**
 * What to report on; times in Unix milliseconds.
 *
 * @property until without it; the end of a whole week, or now.
 * @property before when the period of the same length begins with which this one is compared.
 * @property midnights where the days begin, and where the last ends; days to come too.
 */
data class ReportPeriod(val since: Long, val until: Long, val before: Long, val midnights: List<Long>)

/** A day from its midnight on. */
data class DayBar(val since: Long, val bar: HourBar)

/**
 * Who was contacted: a company that the catalogue knows ([isKnown]), else a host or the network of an address.
 *
 * @property countries two letters each, the most frequent first.
 */
data class Company(val name: String, val isKnown: Boolean, val stopped: Long, val countries: List<String>)

/** How many stopped connections would have gone to a country, told by its two letters. */
data class CountryCount(val code: String, val count: Long)

/** An app that was seen for the first time, by its key, and how often it tried to reach somebody. */
data class NewApp(val key: String, val tries: Long)

/** How many connections were decided for a reason of this kind: [code] as [Reason.code]. */
data class Decided(val code: String, val blocked: Boolean, val count: Long)

/**
 * What apps told whom in a period. What is told of connections ends where the record was deleted; days go back for longer.
 *
 * @property knownSince when the first hour begins of which anything is known; null: nothing is.
 * @property stoppedBefore how much was stopped in the period to compare with.
 * @property stopped connections, as far as the record has them.
 * @property screenOffAtNight how many tries began between 23 and 6 o'clock while the screen was off.
 * @property companies the most stopped first.
 * @property countries of stopped connections, as far as known.
 * @property newApps those that were not there before the period; none where nothing is known of the time before.
 */
data class Report(
    val knownSince: Long?,
    val days: List<DayBar>,
    val stoppedBefore: Long,
    val stopped: Long,
    val screenOffAtNight: Long,
    val companies: List<Company>,
    val countries: List<CountryCount>,
    val newApps: List<NewApp>,
    val decided: List<Decided>,
)

/** What a saved report does not tell, so that it can be shown to others. */
data class Hidden(val apps: Boolean = false, val hosts: Boolean = false)

/** A report as a file; [word] is the core's. */
enum class ReportFormat(val word: String, val mime: String) {
    PAGE("html", "text/html"),
    TABLE("csv", "text/csv"),
    DATA("json", "application/json"),
}
