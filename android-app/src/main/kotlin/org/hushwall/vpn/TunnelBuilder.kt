package org.hushwall.vpn

import android.app.PendingIntent
import android.content.pm.PackageManager
import android.net.IpPrefix
import android.net.VpnService
import android.os.Build
import android.os.ParcelFileDescriptor

/** Asks Android for a tunnel. */
internal object TunnelBuilder {
    /**
     * Makes the tunnel of [plan], and closes the one that this app has, without a gap between.
     *
     * Not asked for, on purpose: allowBypass (apps could leave the tunnel) and allowFamily (both families are carried).
     *
     * @return its descriptor, non-blocking; null where Android's consent is missing.
     * @throws RuntimeException what some makers' systems throw instead (SecurityException, IllegalStateException).
     */
    fun establish(builder: VpnService.Builder, name: String, open: PendingIntent?, plan: TunnelPlan): ParcelFileDescriptor? {
        builder.setSession(name).setMtu(TunnelPlan.MTU).setBlocking(false)
        open?.let(builder::setConfigureIntent)
        plan.addresses.forEach { builder.addAddress(it.inetAddress, it.length) }
        plan.dns.forEach { builder.addDnsServer(it.inetAddress) }
        plan.routes.forEach { builder.addRoute(it.inetAddress, it.length) }
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
            plan.excluded.forEach { builder.excludeRoute(IpPrefix(it.inetAddress, it.length)) }
        }
        plan.outside.forEach { leaveOut(builder, it) }
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
            // As metered as the network below. Otherwise apps that wait for an unmetered network would wait for ever.
            builder.setMetered(false)
        }
        return builder.establish()
    }

    private fun leaveOut(builder: VpnService.Builder, name: String) {
        try {
            builder.addDisallowedApplication(name)
        } catch (_: PackageManager.NameNotFoundException) {
            // It was uninstalled, or is of another user of the device.
        }
    }
}
