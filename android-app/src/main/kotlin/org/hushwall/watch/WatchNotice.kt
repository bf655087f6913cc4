// The notification of a watch: a countdown that the system draws by itself, then what came of it. A tap brings back to its screen.
package org.hushwall.watch

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import org.hushwall.R

internal class WatchNotice(private val context: Context, private val screen: (Watched) -> Intent) {
    private val manager = context.getSystemService(NotificationManager::class.java)

    /** [length]: in milliseconds; after that the system takes it away, whoever is alive then. */
    fun running(watched: Watched, length: Long) = show(
        builder(watched, context.getString(R.string.watching, watched.label))
            .setContentText(context.getString(R.string.watch_come_back))
            .setOngoing(true)
            .setShowWhen(true)
            .setWhen(watched.until)
            .setUsesChronometer(true)
            .setChronometerCountDown(true)
            .setTimeoutAfter(length),
    )

    fun done(watched: Watched, seen: Seen) {
        val count = seen.companies.toInt()
        val line = context.resources.getQuantityString(R.plurals.watch_companies, count, count.toString())
        show(builder(watched, context.getString(R.string.watch_over, watched.label)).setContentText(line).setAutoCancel(true))
    }

    fun cutOff(watched: Watched) =
        show(builder(watched, context.getString(R.string.watch_cut_off, watched.label)).setAutoCancel(true))

    fun clear() = manager.cancel(ID)

    private fun show(builder: Notification.Builder) {
        val name = context.getString(R.string.watch_channel)
        manager.createNotificationChannel(NotificationChannel(CHANNEL, name, NotificationManager.IMPORTANCE_LOW))
        manager.notify(ID, builder.build())
    }

    private fun builder(watched: Watched, title: String): Notification.Builder {
        val flags = PendingIntent.FLAG_IMMUTABLE or PendingIntent.FLAG_UPDATE_CURRENT
        val back = PendingIntent.getActivity(context, ID, screen(watched).addFlags(Intent.FLAG_ACTIVITY_NEW_TASK), flags)
        // Which app is watched is nobody's business on the lock screen.
        return Notification.Builder(context, CHANNEL).setSmallIcon(R.drawable.ic_eye).setContentTitle(title).setContentIntent(back)
            .setVisibility(Notification.VISIBILITY_SECRET)
    }

    private companion object {
        /** Beside those of the service. */
        const val ID = 3
        const val CHANNEL = "watch"
    }
}
