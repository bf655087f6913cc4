// What the core's catalogue knows of hosts, and what its report tells of whom an app talked to. Codes are those of
// data/trackers/schema.json; a newer core may have codes that are not known here.
package org.hushwall.log

/**
 * Whose a host is and what for.
 *
 * @property id the row of the catalogue.
 * @property organisation the company's name.
 * @property level block, strict or never.
 * @property isOwn the app is one of the company's own, for which no built-in list stops it.
 */
data class About(
    val id: String,
    val organisation: String,
    val product: String,
    val category: String,
    val level: String,
    val isOwn: Boolean = false,
)

/** What happens where something is stopped: [severity] and [sure] are codes, [text] English sentences. */
data class Breakage(val severity: String, val text: String?, val sure: String)

/** Where the catalogue knows something from; [date] is year, month and day as far as known: "2021-09". */
data class Source(val name: String, val kind: String, val date: String)

/**
 * All that the catalogue knows of a host.
 *
 * @property purpose what it does, in one English sentence.
 * @property data codes of what is sent.
 */
data class Known(
    val about: About,
    val purpose: String,
    val data: List<String>,
    val breakage: Breakage,
    val sources: List<Source>,
)

/**
 * Somebody to whom an app talked in a period: a product that the catalogue knows, else a host, else the network of an address.
 *
 * @property who its name; a host where [about] is null and there are [hosts].
 * @property connections how often it tried, with those that were [blocked].
 * @property bytes up and down.
 * @property last when the last try began.
 * @property hosts the most frequent first, and so [addresses], which are of connections without a name.
 * @property country where most of it went, two letters.
 * @property network whose computers most of it went to.
 */
data class Contact(
    val who: String,
    val about: About?,
    val connections: Long,
    val blocked: Long,
    val bytes: Long,
    val last: Long,
    val hosts: List<String>,
    val addresses: List<String>,
    val country: String?,
    val network: String?,
)
