// What the core's audit tells of a watched app. All sums are the core's.
package org.hushwall.watch

import org.hushwall.log.About

/** Something that was told under a name; [values] are those that could be read. */
data class SaidParameter(val name: String, val values: List<String>)

/**
 * Equal requests in the open.
 *
 * @property outcome sent, stopped or undelivered.
 */
data class Said(
    val method: String,
    val host: String?,
    val path: String,
    val count: Long,
    val outcome: String,
    val parameters: List<SaidParameter>,
)

/**
 * Somebody who was contacted, or tried.
 *
 * @property who a product that the catalogue knows, else a host, else the network of an address.
 * @property isNeedless it does not need to know the user.
 * @property data codes of what is usually sent there.
 * @property first when the first try began, and [last] the last one; Unix milliseconds.
 */
data class SeenContact(
    val who: String,
    val isNeedless: Boolean,
    val about: About?,
    val data: List<String>,
    val tries: Long,
    val stopped: Long,
    val first: Long,
    val last: Long,
    val said: List<Said>,
)

/**
 * @property companies how many were contacted, or tried; of these [needless] do not need to know the user.
 * @property encrypted connections of which only whom and how much could be seen.
 * @property notUnderstood connections that were let through and said nothing that could be read.
 * @property contacts first who need not know the user, then the most contacted.
 */
data class Seen(
    val begun: Long,
    val ended: Long,
    val companies: Long,
    val needless: Long,
    val tries: Long,
    val stopped: Long,
    val encrypted: Long,
    val notUnderstood: Long,
    val contacts: List<SeenContact>,
)
