// Three grey rows where data takes longer than a glance. What comes sooner needs none, and nothing moves on them.
package org.hushwall.ui.widget

import android.content.Context
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.showIf

internal class WaitingRows(context: Context) : LinearLayout(context) {
    private val appear = Runnable { showIf(true) }

    init {
        orientation = VERTICAL
        contentDescription = context.getString(R.string.waiting)
        repeat(ROWS) { add(grey(it == 0, it == ROWS - 1)) }
        showIf(false)
        Work.main.postDelayed(appear, GLANCE_MILLIS)
    }

    /** The data is there. */
    fun end() {
        Work.main.removeCallbacks(appear)
        showIf(false)
    }

    override fun onDetachedFromWindow() {
        super.onDetachedFromWindow()
        Work.main.removeCallbacks(appear)
    }

    private fun grey(isFirst: Boolean, isLast: Boolean): View {
        val row = row(context)
        row.minimumHeight = context.dp(66)
        listGround(row, isFirst, isLast)
        row.pad(16, 8)
        row.add(bar(20), width = 40, height = 40)
        val lines = row.addRest(column(context), start = 16)
        lines.gravity = Gravity.CENTER_VERTICAL
        lines.add(bar(4), width = 144, height = 12)
        lines.add(bar(4), width = 96, height = 12, top = 8)
        return row
    }

    private fun bar(radius: Int) = View(context).apply { background = shape(context, R.color.surface2, radius) }

    private companion object {
        const val ROWS = 3
        const val GLANCE_MILLIS = 300L
    }
}
