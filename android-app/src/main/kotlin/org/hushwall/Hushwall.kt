package org.hushwall

import android.app.Application
import android.content.Context
import org.hushwall.apps.AppCatalogue
import org.hushwall.log.ActivityLog
import org.hushwall.policy.UserPolicy
import org.hushwall.vpn.Gaps
import org.hushwall.vpn.Protection

/** The process: makes each part once and hands it out. Tests replace parts by a subclass. */
open class Hushwall : Application() {
    open val apps: AppCatalogue by lazy { throw NotImplementedError() }
    open val policy: UserPolicy by lazy { throw NotImplementedError() }
    open val log: ActivityLog by lazy { throw NotImplementedError() }
    open val gaps: Gaps by lazy { throw NotImplementedError() }
    open val protection: Protection by lazy { throw NotImplementedError() }

    companion object {
        fun of(context: Context): Hushwall = context.applicationContext as Hushwall
    }
}
