package org.hushwall.vpn

import android.content.Context
import android.content.Intent
import android.net.VpnService
import android.provider.Settings

/** What can be known of another app's VPN: Android does not tell whose one is. */
internal class OtherVpns(private val context: Context) {
    /** The app that the system's settings keep as the always-on VPN, unless it is this one; null where that is not told (API 31 on). */
    fun alwaysOn(): String? = try {
        Settings.Secure.getString(context.contentResolver, "always_on_vpn_app")?.takeIf { it.isNotEmpty() && it != context.packageName }
    } catch (_: SecurityException) {
        null
    }

    /** The label of the one that is on: the always-on one, or the only other app that could. */
    fun label(): String? {
        val packages = context.packageManager
        val candidates = packages.queryIntentServices(Intent(VpnService.SERVICE_INTERFACE), 0)
            .map { it.serviceInfo.packageName }.distinct() - context.packageName
        val name = alwaysOn() ?: candidates.singleOrNull() ?: return null
        return try {
            packages.getApplicationInfo(name, 0).loadLabel(packages).toString()
        } catch (_: android.content.pm.PackageManager.NameNotFoundException) {
            null
        }
    }
}
