// Ways into the settings of Android and of MIUI or HyperOS. Each tries the nearest screen first and ends at one that every
// phone has; false means that none opened, and the user is told the way in words.
package org.hushwall.ui.setup

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.ComponentName
import android.content.Intent
import android.net.Uri
import android.provider.Settings

internal class Doors(private val activity: Activity) {
    fun vpnSettings(): Boolean = open(Intent(Settings.ACTION_VPN_SETTINGS), Intent(Settings.ACTION_SETTINGS))

    fun appInfo(packageName: String): Boolean = open(details(packageName))

    /** MIUI's and HyperOS's list of apps that may start by themselves. */
    fun autostart(): Boolean =
        open(
            Intent().setComponent(ComponentName(SECURITY_CENTER, "com.miui.permcenter.autostart.AutoStartManagementActivity")),
            Intent("miui.intent.action.OP_AUTO_START").addCategory(Intent.CATEGORY_DEFAULT),
            Intent("miui.intent.action.APP_PERM_EDITOR").putExtra("extra_pkgname", activity.packageName),
            details(activity.packageName),
        )

    /** MIUI's own battery page of this app, else Android's list of exceptions. */
    fun battery(): Boolean {
        val miui = Intent()
            .setComponent(ComponentName("com.miui.powerkeeper", "com.miui.powerkeeper.ui.HiddenAppsConfigActivity"))
            .putExtra("package_name", activity.packageName)
            .putExtra("package_label", activity.applicationInfo.loadLabel(activity.packageManager).toString())
        val android = Intent(Settings.ACTION_IGNORE_BATTERY_OPTIMIZATION_SETTINGS)
        return if (SetupFacts.isXiaomi) open(miui, android, details(activity.packageName)) else open(android, details(activity.packageName))
    }

    fun notifications(): Boolean =
        open(
            Intent(Settings.ACTION_APP_NOTIFICATION_SETTINGS).putExtra(Settings.EXTRA_APP_PACKAGE, activity.packageName),
            details(activity.packageName),
        )

    fun wifiSettings(): Boolean = open(Intent(Settings.ACTION_WIFI_SETTINGS), Intent(Settings.ACTION_SETTINGS))

    fun networkSettings(): Boolean = open(Intent(Settings.ACTION_WIRELESS_SETTINGS), Intent(Settings.ACTION_SETTINGS))

    fun storage(): Boolean = open(Intent(Settings.ACTION_INTERNAL_STORAGE_SETTINGS), Intent(Settings.ACTION_SETTINGS))

    private fun details(packageName: String) =
        Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, Uri.fromParts("package", packageName, null))

    /** Some makers close their screens to other apps: that is a door that does not open, too. */
    private fun open(vararg ways: Intent): Boolean = ways.any { way ->
        try {
            activity.startActivity(way)
            true
        } catch (_: ActivityNotFoundException) {
            false
        } catch (_: SecurityException) {
            false
        }
    }

    private companion object {
        const val SECURITY_CENTER = "com.miui.securitycenter"
    }
}
