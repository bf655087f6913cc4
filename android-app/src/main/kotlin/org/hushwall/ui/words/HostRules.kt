// A rule about a place, as asked for on a screen.
package org.hushwall.ui.words

import org.hushwall.policy.Undo
import org.hushwall.policy.UserPolicy

/** Null where [host] cannot be the subject of a rule: a name that no list could carry either. */
internal fun UserPolicy.tryHostRule(key: String?, host: String, allow: Boolean, until: Long?): Undo? =
    try {
        hostRule(key, host, allow, until)
    } catch (_: IllegalArgumentException) {
        null
    }
