// The parts of the app that screens read and act on. Screens know these interfaces and nothing behind them.
package org.hushwall.ui

import android.content.Context
import org.hushwall.apps.AppCatalogue
import org.hushwall.log.ActivityLog
import org.hushwall.policy.UserPolicy
import org.hushwall.vpn.Gaps
import org.hushwall.vpn.Protection

interface Parts {
    val protection: Protection
    val apps: AppCatalogue
    val policy: UserPolicy
    val log: ActivityLog
    val gaps: Gaps
}

/** The one set of parts of this process: the Application itself. */
internal val Context.parts: Parts get() = applicationContext as Parts
