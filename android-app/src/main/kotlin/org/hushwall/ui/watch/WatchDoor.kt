// The way to watching an app: how long and how, or why it cannot be now.
package org.hushwall.ui.watch

import android.content.Intent
import org.hushwall.R
import org.hushwall.apps.AppInfo
import org.hushwall.policy.AppMode
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.words.Words
import org.hushwall.vpn.ProtectionState
import org.hushwall.watch.WatchState
import org.hushwall.watch.Watched

internal class WatchDoor(private val screen: PageScreen, private val app: AppInfo) {
    private val hushwall = screen.hushwall
    private val words = Words(screen)
    private val name = words.name(app.label)

    fun open() {
        val running = (hushwall.watch.state as? WatchState.Running)?.watched
        when {
            running?.key == app.key -> show()
            running != null -> busy(running)
            hushwall.protection.status.state !in FILTERING -> refuse(R.string.watch_off_title, screen.getString(R.string.watch_off))
            hushwall.policy.mode(app.key) == AppMode.OUTSIDE ->
                refuse(R.string.watch_outside_title, screen.getString(R.string.watch_outside, name))
            else -> WatchSheet(screen, name, ::begin).show()
        }
    }

    private fun busy(other: Watched) {
        val label = words.name(other.label)
        val sheet = Sheet(screen, screen.getString(R.string.watch_busy_title))
        sheet.note(screen.getString(R.string.watch_busy, label, words.time(other.until)))
        sheet.choice(R.drawable.ic_eye, screen.getString(R.string.watch_show, label), null) { show(other.key) }
        sheet.show()
    }

    private fun refuse(title: Int, line: String) {
        val sheet = Sheet(screen, screen.getString(title))
        sheet.note(line)
        sheet.choice(0, screen.getString(R.string.close), null) { }
        sheet.show()
    }

    private fun begin(minutes: Int, letsThrough: Boolean) = hushwall.watch.begin(app, minutes, letsThrough) { isWatched ->
        if (screen.isFinishing || screen.isDestroyed) return@begin
        if (isWatched) show() else refuse(R.string.watch_off_title, screen.getString(R.string.watch_not_begun))
    }

    private fun show(key: String = app.key) =
        screen.startActivity(Intent(screen, WatchActivity::class.java).putExtra(WatchActivity.KEY, key))

    private companion object {
        val FILTERING = setOf(ProtectionState.ON, ProtectionState.NOT_SURE, ProtectionState.NO_NETWORK, ProtectionState.PAUSED)
    }
}
