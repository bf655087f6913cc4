// What the phone itself tells about the settings that Hushwall depends on. What it does not tell is null here and is never
// called proved.
package org.hushwall.ui.setup

import android.app.NotificationManager
import android.content.Context
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.os.Build
import android.os.PowerManager
import android.os.UserManager
import android.provider.Settings
import org.hushwall.Hushwall

internal class SetupFacts(private val context: Context) {
    private val memory = SetupMemory(context)

    val notificationsOn: Boolean
        get() = context.getSystemService(NotificationManager::class.java)?.areNotificationsEnabled() == true

    /** True if Android spares this app its battery saving. */
    val isBatteryFree: Boolean
        get() = context.getSystemService(PowerManager::class.java)?.isIgnoringBatteryOptimizations(context.packageName) == true

    /** It was free when we last looked, and is not any more: some phones set it back by themselves. */
    val batteryWasSetBack: Boolean
        get() {
            val free = isBatteryFree
            if (free) memory.wasBatteryFree = true
            return !free && memory.wasBatteryFree
        }

    /** The name lookup service that the user has set for the whole phone; null where none is. */
    val privateDnsHost: String?
        get() {
            if (Build.VERSION.SDK_INT < 28) return null
            val manager = context.getSystemService(ConnectivityManager::class.java) ?: return null
            return manager.getLinkProperties(manager.activeNetwork ?: return null)?.privateDnsServerName
        }

    /** Whether Android starts us before anything else. Null: this Android does not tell, or not while protection is off. */
    val isAlwaysOn: Boolean?
        get() = Hushwall.of(context).protection.status.alwaysOn ?: try {
            Settings.Secure.getString(context.contentResolver, "always_on_vpn_app")?.let { it == context.packageName }
        } catch (_: SecurityException) {
            null
        }

    /** The network below wants the user to sign in before it lets anything through. */
    val wantsSignIn: Boolean
        get() {
            val manager = context.getSystemService(ConnectivityManager::class.java) ?: return false
            val network = manager.activeNetwork ?: return false
            return manager.getNetworkCapabilities(network)?.hasCapability(NetworkCapabilities.NET_CAPABILITY_CAPTIVE_PORTAL) == true
        }

    /** Other spaces of this user: a work profile, cloned apps. They have connections of their own. */
    val otherSpaces: Int
        get() = Math.max(0, (context.getSystemService(UserManager::class.java)?.userProfiles?.size ?: 1) - 1)

    companion object {
        /** The phones whose makers close apps in ways of their own. */
        val isXiaomi: Boolean
            get() = listOf(Build.MANUFACTURER, Build.BRAND).any { it.lowercase() in setOf("xiaomi", "redmi", "poco") }
    }
}
