// Says that the list is live and how fast it moves, and holds it. Nothing blinks: the dot is still.
package org.hushwall.ui.activity

import android.content.Context
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.smallIcon
import org.hushwall.ui.kit.style
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.words.Words

internal class LiveLine(context: Context, onHold: () -> Unit) : LinearLayout(context) {
    private val words = Words(context)
    private val dot = View(context)
    private val line = text(context, Type.SMALL_MEDIUM, R.color.ink2)
    private val hold = WordButton(context, Weight.QUIET, "", onClick = onHold)

    init {
        gravity = Gravity.CENTER_VERTICAL
        pad(20, 0, 8, 0)
        add(dot, width = 10, height = 10)
        addRest(line, start = 12, end = 8)
        add(hold, width = WRAP)
        hold.style(Type.SMALL_MEDIUM, R.color.brand)
        show(0, false)
    }

    fun show(perMinute: Int, isHeld: Boolean) {
        dot.background = if (isHeld) shape(context, 0, 5, R.color.outline, 2) else shape(context, R.color.brand, 5)
        line.text = when {
            isHeld -> context.getString(R.string.held)
            perMinute == 0 -> context.getString(R.string.live)
            else -> context.getString(R.string.live_rate, words.number(perMinute.toLong()))
        }
        hold.setText(if (isHeld) R.string.go_on else R.string.hold_list)
        val drawing = if (isHeld) R.drawable.ic_play else R.drawable.ic_pause
        hold.setCompoundDrawablesRelative(context.smallIcon(drawing, R.color.brand, 18), null, null, null)
    }
}
