// The row that asks for the week's line, at the end of Report.
package org.hushwall.ui.weekly

import android.Manifest
import android.os.Build
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Screen
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.text
import org.hushwall.ui.setup.Doors
import org.hushwall.ui.widget.ToggleRow

internal class WeeklyRow(private val screen: Screen) : LinearLayout(screen) {
    private val notice = WeeklyNotice(screen)
    private val row = ToggleRow(screen, R.drawable.ic_bell, R.string.weekly_row, screen.getString(R.string.weekly_row))
    private val notAllowed = text(screen, Type.SMALL, R.color.ink2, screen.getString(R.string.weekly_not_allowed))

    init {
        orientation = VERTICAL
        background = shape(screen, R.color.surface, 20)
        pad(16, 4)
        add(row)
        add(notAllowed, bottom = 8)
        row.onChange = ::turn
    }

    /** The screen has come to the front: what Android allows may be otherwise. */
    fun refresh() {
        notice.keep(System.currentTimeMillis())
        show()
    }

    private fun turn(on: Boolean) {
        notice.turn(on, System.currentTimeMillis())
        show()
        if (!on || notice.isAllowed) return
        val mayAsk = Build.VERSION.SDK_INT >= 33 && !screen.shouldShowRequestPermissionRationale(Manifest.permission.POST_NOTIFICATIONS)
        if (mayAsk) screen.requestPermissions(arrayOf(Manifest.permission.POST_NOTIFICATIONS), ASKED) else Doors(screen).notifications()
    }

    private fun show() {
        row.isOn = notice.isOn
        notAllowed.showIf(notice.isOn && !notice.isAllowed)
    }

    private companion object {
        /** Nobody waits for the answer: the row shows what is so. */
        const val ASKED = 2
    }
}
