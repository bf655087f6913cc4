package org.hushwall.watch

import android.app.AlarmManager
import android.content.Context
import android.content.Intent
import android.os.Handler
import android.os.Looper
import android.os.SystemClock
import java.io.File
import java.io.IOException
import java.util.TimeZone
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.Executors
import org.hushwall.apps.AppInfo
import org.hushwall.core.Core
import org.hushwall.core.CoreException
import org.hushwall.core.Messages
import org.hushwall.core.objectOrNull
import org.hushwall.policy.UserPolicy
import org.hushwall.vpn.Protection
import org.hushwall.vpn.ProtectionState
import org.hushwall.vpn.ProtectionStatus
import org.json.JSONObject

/**
 * The watch as the core's audit does it. The end is an alarm, the one time that the phone is woken for it. What is let through meanwhile
 * is a pause of the app in the user's policy, which has its end in itself and needs nobody who is alive to end it.
 */
internal class LiveWatch(
    context: Context,
    private val core: Core,
    private val policy: UserPolicy,
    private val protection: () -> Protection,
    private val now: () -> Long,
    screen: (Watched) -> Intent,
) : Watch {
    private val main = Handler(Looper.getMainLooper())
    private val orders = Executors.newSingleThreadExecutor { Thread(it, "hushwall-watch") }
    private val alarms = context.getSystemService(AlarmManager::class.java)
    private val notice = WatchNotice(context, screen)
    private val listeners = CopyOnWriteArrayList<() -> Unit>()
    private val timeIsOver = AlarmManager.OnAlarmListener(::finish)
    private var protectionListener: AutoCloseable? = null
    private var isEnding = false

    override var state: WatchState = WatchState.Idle
        private set

    init {
        // Of a process that was killed a notification may be left.
        notice.clear()
    }

    override fun listen(listener: () -> Unit): AutoCloseable {
        listeners += listener
        return AutoCloseable { listeners -= listener }
    }

    override fun begin(app: AppInfo, minutes: Int, letsThrough: Boolean, then: (Boolean) -> Unit) {
        if (state is WatchState.Running) return then(false)
        orders.execute {
            val done = answer { core.command("begin-audit", "uid" to app.uid, "values" to true) }
            main.post {
                val isWatched = done?.optBoolean("ok") == true && state !is WatchState.Running
                if (isWatched) begun(app, minutes, letsThrough)
                then(isWatched)
            }
        }
    }

    private fun begun(app: AppInfo, minutes: Int, letsThrough: Boolean) {
        val length = minutes * MINUTE_MS
        val watched = Watched(app.key, app.label, now(), now() + length, letsThrough)
        if (letsThrough && (policy.pausedUntil(watched.key) ?: 0) < watched.until) policy.pauseApp(watched.key, watched.until)
        alarms.setExact(AlarmManager.ELAPSED_REALTIME_WAKEUP, SystemClock.elapsedRealtime() + length, ALARM, timeIsOver, main)
        change(WatchState.Running(watched))
        notice.running(watched, length)
        protectionListener = protection().listen(::onProtection)
    }

    override fun finish() {
        val watched = running() ?: return
        isEnding = true
        leave(watched)
        orders.execute {
            val done = answer { core.command("end-audit", offset()) }
            val seen = done?.objectOrNull("audit")?.let(Messages::seen)
            main.post { ended(watched, seen) }
        }
    }

    private fun ended(watched: Watched, seen: Seen?) {
        if (!isEnding) return
        isEnding = false
        if (seen == null) {
            change(WatchState.CutOff(watched, now(), turnedOff = false))
            notice.cutOff(watched)
        } else {
            change(WatchState.Done(watched, seen))
            notice.done(watched, seen)
        }
    }

    override fun look(show: (Seen) -> Unit) {
        val watched = running() ?: return
        orders.execute {
            val seen = answer { core.query("audit", offset()) }?.objectOrNull("audit")?.let(Messages::seen)
            main.post {
                if (running() !== watched) return@post
                if (seen == null) cutOff(watched, turnedOff = false) else show(seen)
            }
        }
    }

    override fun acknowledge() = notice.clear()

    override fun export(format: SeenFormat, to: File) {
        val done = core.command("export-audit", "to" to to.path, "format" to format.word)
        if (!done.getBoolean("ok")) throw IOException("what was seen is gone")
    }

    private fun onProtection(status: ProtectionStatus) {
        val watched = running() ?: return
        if (status.state in WITHOUT_FILTER || status.restarting) cutOff(watched, status.state == ProtectionState.OFF)
    }

    private fun cutOff(watched: Watched, turnedOff: Boolean) {
        leave(watched)
        orders.execute { answer { core.command("end-audit", offset()) } }
        change(WatchState.CutOff(watched, now(), turnedOff))
        notice.cutOff(watched)
    }

    /** Nothing waits for the end any more, and nothing passes for its sake. */
    private fun leave(watched: Watched) {
        alarms.cancel(timeIsOver)
        // Later: this may come from the listener itself, also while it is being given.
        main.post { if (running() == null) protectionListener?.close() }
        // A longer pause of the user's own stays.
        if (watched.letsThrough && policy.pausedUntil(watched.key) == watched.until) policy.pauseApp(watched.key, null)
    }

    private fun running(): Watched? = (state as? WatchState.Running)?.watched?.takeIf { !isEnding }

    private fun change(to: WatchState) {
        state = to
        listeners.forEach { it() }
    }

    /** Null where the core cannot tell: its trouble is told by the state of protection. */
    private fun answer(question: () -> JSONObject): JSONObject? = try {
        question()
    } catch (_: CoreException) {
        null
    }

    private fun offset() = "utc_offset" to TimeZone.getDefault().getOffset(now()) / MILLIS

    private companion object {
        const val ALARM = "org.hushwall.watch"
        const val MINUTE_MS = 60_000L
        const val MILLIS = 1_000
        val WITHOUT_FILTER = setOf(
            ProtectionState.OFF,
            ProtectionState.OTHER_VPN,
            ProtectionState.OTHER_VPN_ALWAYS_ON,
            ProtectionState.CONSENT_MISSING,
            ProtectionState.FAILED,
            ProtectionState.IMPOSSIBLE,
        )
    }
}
