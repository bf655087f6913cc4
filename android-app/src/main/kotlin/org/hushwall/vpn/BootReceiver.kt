package org.hushwall.vpn

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import org.hushwall.Hushwall

/**
 * Begins again after a start of the phone, before and after its first unlock, and after an update of the app: in both Android
 * lets a service start from the background. Some makers' systems do not send the first; an always-on VPN starts without it.
 */
class BootReceiver : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
        if (intent.action !in EXPECTED) return
        Hushwall.of(context).live.startIfWanted()
    }

    private companion object {
        val EXPECTED = setOf(Intent.ACTION_LOCKED_BOOT_COMPLETED, Intent.ACTION_BOOT_COMPLETED, Intent.ACTION_MY_PACKAGE_REPLACED)
    }
}
