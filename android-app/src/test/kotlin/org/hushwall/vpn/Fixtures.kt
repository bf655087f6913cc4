package org.hushwall.vpn

import android.content.pm.ApplicationInfo
import android.content.pm.PackageInfo

/** An installed app. */
internal fun packageOf(name: String, uid: Int, label: String = name, system: Boolean = false) = PackageInfo().apply {
    packageName = name
    firstInstallTime = 1_000
    lastUpdateTime = 1_000
    applicationInfo = ApplicationInfo().also {
        it.packageName = name
        it.uid = uid
        it.name = label
        it.nonLocalizedLabel = label
        it.flags = ApplicationInfo.FLAG_INSTALLED or if (system) ApplicationInfo.FLAG_SYSTEM else 0
    }
}
