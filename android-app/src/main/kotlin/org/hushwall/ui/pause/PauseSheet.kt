// For how long trackers may pass. The tunnel stays up, so that a pause also works under Android's own lockdown.
package org.hushwall.ui.pause

import android.content.Context
import org.hushwall.Hushwall
import org.hushwall.R
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.words.Words

internal class PauseSheet(private val screen: MainActivity) {
    private val words = Words(screen)

    fun show() {
        val sheet = Sheet(screen, screen.getString(R.string.pause_title))
        sheet.note(screen.getString(R.string.pause_line))
        for (minutes in MINUTES) {
            val length = words.duration(minutes * Words.MINUTE)
            val end = System.currentTimeMillis() + minutes * Words.MINUTE
            val line = screen.getString(R.string.pause_until, words.time(end))
            sheet.choice(R.drawable.ic_clock, length, line) {
                protection(screen).pause(System.currentTimeMillis() + minutes * Words.MINUTE)
            }
        }
        sheet.choice(R.drawable.ic_lock, screen.getString(R.string.pause_unlock), null) { protection(screen).pause(null) }
        sheet.choice(R.drawable.ic_apps, screen.getString(R.string.pause_one_app), screen.getString(R.string.pause_one_app_line)) {
            screen.goTo(MainActivity.APPS)
        }
        sheet.show()
    }

    private fun protection(context: Context) = Hushwall.of(context).protection

    private companion object {
        val MINUTES = longArrayOf(5, 15, 60)
    }
}
