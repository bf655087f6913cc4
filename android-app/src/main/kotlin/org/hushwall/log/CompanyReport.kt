// What the core tells of one company: what it is, and what apps told it in a period. All sums are the core's.
package org.hushwall.log

/** How many tries were stopped and let through for [of]. */
data class Tries<T>(val of: T, val stopped: Long, val letThrough: Long)

/**
 * @property seat the country of its seat, two letters.
 * @property products how many of its products the catalogue knows.
 * @property hasNeeded the phone needs some of its places.
 * @property hosts what a rule against all of it names, each with all names below it; without what the phone needs.
 * @property days of the period, in order.
 * @property apps those with the most tries first.
 * @property categories what for, the most frequent first; the words are those of [About.category].
 * @property countries two letters each, the most frequent first.
 */
data class CompanyReport(
    val seat: String,
    val products: Long,
    val hasNeeded: Boolean,
    val hosts: List<String>,
    val days: List<DayBar>,
    val apps: List<Tries<Owner>>,
    val categories: List<Tries<String>>,
    val countries: List<String>,
)
