package org.hushwall.vpn

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import android.os.Handler
import android.os.SystemClock
import android.text.format.DateFormat
import java.util.Date
import org.hushwall.R
import org.hushwall.core.CoreException
import org.hushwall.log.ActivityLog

/** Opens the app's first screen, whichever that is; null if it has none. */
internal fun openApp(context: Context): PendingIntent? {
    val launch = context.packageManager.getLaunchIntentForPackage(context.packageName) ?: return null
    return PendingIntent.getActivity(context, 0, launch, PendingIntent.FLAG_IMMUTABLE)
}

/**
 * The quiet notification that the service must have, with what was stopped today; and a loud one when protection is lost. On the
 * lock screen the first says only whether protection is on. Main thread.
 */
internal class Notifications(
    private val context: Context,
    private val log: ActivityLog,
    private val filter: Filter,
    private val main: Handler,
) {
    private val manager = context.getSystemService(NotificationManager::class.java)
    private var shown: ProtectionStatus? = null
    private var screenOn = true
    private var stoppedToday: Long? = null
    private var countedAt = -EVERY_MS

    init {
        val status = channel(CHANNEL_STATUS, R.string.shell_channel_status, NotificationManager.IMPORTANCE_LOW)
        status.setShowBadge(false)
        val lost = channel(CHANNEL_LOST, R.string.shell_channel_lost, NotificationManager.IMPORTANCE_HIGH)
        manager.createNotificationChannels(listOf(status, lost))
    }

    /** The notification of the service, for this status. */
    fun of(status: ProtectionStatus): Notification {
        val title = title(status)
        val builder = builder(CHANNEL_STATUS, title, icon(status))
            .setOngoing(true)
            .setOnlyAlertOnce(true)
            .setShowWhen(false)
            .setVisibility(Notification.VISIBILITY_PRIVATE)
            .setPublicVersion(builder(CHANNEL_STATUS, title, icon(status)).build())
        stoppedToday?.takeIf { status.state in PROTECTED }?.let {
            builder.setContentText(context.resources.getQuantityString(R.plurals.shell_stopped_today, it.toInt(), it))
        }
        action(status.state)?.let(builder::addAction)
        openApp(context)?.let { builder.addAction(Notification.Action.Builder(null, context.getString(R.string.shell_open), it).build()) }
        return builder.build()
    }

    /** Protection is otherwise now; [hasService]: there is a service that needs its notification. */
    fun show(status: ProtectionStatus, hasService: Boolean) {
        val before = shown
        shown = status
        if (hasService) manager.notify(STATUS, of(status))
        val isNew = before?.state !in LOST || before?.holdsBack != status.holdsBack
        if (status.state in LOST && isNew) manager.notify(ALERT, lost(status))
        if (status.state !in LOST && status.state != ProtectionState.STARTING) manager.cancel(ALERT)
    }

    fun onScreen(on: Boolean) {
        screenOn = on
        if (on) onTraffic()
    }

    /** There was traffic: the count is renewed, once a minute and only while somebody can see it. */
    fun onTraffic() {
        val status = shown ?: return
        if (!screenOn || status.state !in PROTECTED) return
        if (SystemClock.elapsedRealtime() - countedAt < EVERY_MS) return
        countedAt = SystemClock.elapsedRealtime()
        filter.order {
            val stopped = try {
                log.today().stopped
            } catch (_: CoreException) {
                // A log in trouble says so in the app.
                null
            }
            main.post { count(stopped) }
        }
    }

    private fun count(stopped: Long?) {
        if (stopped == stoppedToday) return
        stoppedToday = stopped
        shown?.takeIf { it.state in PROTECTED }?.let { manager.notify(STATUS, of(it)) }
    }

    /** Loud once; what changes while protection is lost is told quietly. */
    private fun lost(status: ProtectionStatus): Notification {
        val words = if (isClosed(status)) R.string.state_failed else R.string.shell_lost
        return builder(CHANNEL_LOST, context.getString(words), icon(status))
            .setContentText(title(status))
            .setOnlyAlertOnce(true)
            .setAutoCancel(true)
            .build()
    }

    private fun isClosed(status: ProtectionStatus) = status.state == ProtectionState.FAILED && status.holdsBack

    private fun channel(id: String, name: Int, importance: Int) = NotificationChannel(id, context.getString(name), importance)

    private fun builder(channel: String, title: String, icon: Int): Notification.Builder =
        Notification.Builder(context, channel).setSmallIcon(icon).setContentTitle(title).setContentIntent(openApp(context))

    private fun action(state: ProtectionState): Notification.Action? {
        val (words, action) = when (state) {
            ProtectionState.ON, ProtectionState.NO_NETWORK -> R.string.shell_pause to FirewallService.ACTION_PAUSE
            ProtectionState.PAUSED -> R.string.shell_resume to FirewallService.ACTION_RESUME
            else -> return null
        }
        val intent = Intent(context, FirewallService::class.java).setAction(action)
        val pending = PendingIntent.getService(context, 0, intent, PendingIntent.FLAG_IMMUTABLE)
        return Notification.Action.Builder(null, context.getString(words), pending).build()
    }

    private fun title(status: ProtectionStatus): String = when (status.state) {
        ProtectionState.OFF -> context.getString(R.string.shell_off)
        ProtectionState.STARTING -> context.getString(R.string.shell_starting)
        ProtectionState.ON -> context.getString(R.string.shell_on)
        ProtectionState.NOT_SURE -> context.getString(R.string.shell_not_sure)
        ProtectionState.NO_NETWORK -> context.getString(R.string.shell_no_network)
        ProtectionState.PAUSED -> paused(status.pausedUntil)
        ProtectionState.OTHER_VPN, ProtectionState.OTHER_VPN_ALWAYS_ON -> context.getString(R.string.shell_other_vpn)
        ProtectionState.CONSENT_MISSING -> context.getString(R.string.shell_consent_missing)
        ProtectionState.FAILED -> context.getString(if (status.holdsBack) R.string.shell_failed else R.string.shell_not_started)
        ProtectionState.IMPOSSIBLE -> context.getString(R.string.shell_impossible)
    }

    private fun paused(until: Long?): String =
        if (until == null) context.getString(R.string.shell_paused_until_unlock)
        else context.getString(R.string.shell_paused, DateFormat.getTimeFormat(context).format(Date(until)))

    private fun icon(status: ProtectionStatus): Int = when (status.state) {
        ProtectionState.ON, ProtectionState.NO_NETWORK, ProtectionState.NOT_SURE -> R.drawable.ic_status_on
        ProtectionState.PAUSED -> R.drawable.ic_status_paused
        ProtectionState.FAILED -> if (status.holdsBack) R.drawable.ic_status_closed else R.drawable.ic_status_off
        else -> R.drawable.ic_status_off
    }

    companion object {
        /** The service's own notification. */
        const val STATUS = 1

        /** That protection is lost. */
        const val ALERT = 2

        private const val CHANNEL_STATUS = "status"
        private const val CHANNEL_LOST = "lost"
        private const val EVERY_MS = 60_000L

        private val PROTECTED = setOf(ProtectionState.ON, ProtectionState.NO_NETWORK, ProtectionState.NOT_SURE)
        private val LOST = setOf(
            ProtectionState.OTHER_VPN,
            ProtectionState.OTHER_VPN_ALWAYS_ON,
            ProtectionState.CONSENT_MISSING,
            ProtectionState.FAILED,
        )
    }
}
