package org.hushwall.vpn

import android.app.Notification
import android.app.PendingIntent
import android.app.Service
import android.content.Intent
import android.content.pm.ServiceInfo
import android.net.VpnService
import android.os.Build
import org.hushwall.Hushwall
import org.hushwall.R

/** The VPN as Android runs it. Only the life of the service is here; [LiveProtection] decides. */
class FirewallService : VpnService() {
    private val protection by lazy { Hushwall.of(this).live }

    override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        // First, whatever comes: who was started in the foreground and does not say so is ended.
        toForeground(protection.notification())
        protection.attach(this, bySystem = intent?.action == SERVICE_INTERFACE)
        when (intent?.action) {
            ACTION_PAUSE -> protection.pauseFromOutside()
            ACTION_RESUME -> protection.resume()
        }
        return START_STICKY
    }

    /** Some makers' systems end an app when it is swiped from the recent ones. A start that is pending then outlives that. */
    override fun onTaskRemoved(rootIntent: Intent?) {
        protection.startIfWanted()
    }

    /** Not the inherited one, which ends the service: it waits for the place. May come on any thread. */
    override fun onRevoke() = protection.onRevoked()

    override fun onDestroy() {
        protection.detach(this)
        super.onDestroy()
    }

    /** The name of the tunnel in the system's settings. */
    fun sessionName(): String = getString(R.string.app_name)

    /** Opens the app. */
    fun openIntent(): PendingIntent? = openApp(this)

    /** Ends the service. */
    fun end() {
        stopForeground(Service.STOP_FOREGROUND_REMOVE)
        stopSelf()
    }

    private fun toForeground(notification: Notification) {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.UPSIDE_DOWN_CAKE) return startForeground(Notifications.STATUS, notification)
        try {
            startForeground(Notifications.STATUS, notification, ServiceInfo.FOREGROUND_SERVICE_TYPE_SYSTEM_EXEMPTED)
        } catch (_: RuntimeException) {
            // Before the first tunnel this app is no active VPN yet, and Android may refuse the type (SecurityException and others).
            startForeground(Notifications.STATUS, notification, ServiceInfo.FOREGROUND_SERVICE_TYPE_SPECIAL_USE)
        }
    }

    companion object {
        const val ACTION_PAUSE = "org.hushwall.PAUSE"
        const val ACTION_RESUME = "org.hushwall.RESUME"
    }
}
