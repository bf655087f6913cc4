package org.hushwall.policy

import java.net.IDN

/** As the core's policy wants hosts: labels of 63 letters, digits, hyphens and underscores at most (RFC 1035, section 2.3.4). */
private val HOST = Regex("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*")
private const val LONGEST = 253

/** What the user typed as the policy writes it: lower case, other scripts as A-labels (RFC 5891); null where it is no host. */
internal fun hostName(typed: String): String? {
    val name = try {
        IDN.toASCII(typed.trim().trimEnd('.'), IDN.ALLOW_UNASSIGNED).lowercase()
    } catch (_: IllegalArgumentException) {
        return null
    }
    return name.takeIf { it.length <= LONGEST && HOST.matches(it) }
}
