// The 24 hours of a day as bars, with some hours named below.
package org.hushwall.ui.widget

import android.content.Context
import android.graphics.Canvas
import android.graphics.Paint
import org.hushwall.R
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.words.Words

internal class HourBars(context: Context, chartHeight: Int) : Bars(context, chartHeight, HOURS, GAP, R.string.hear_each_hour) {
    private val ticks = Words(context).hourTicks(if (context.stacks) 12 else 6)

    override fun drawWords(canvas: Canvas) {
        val y = height - label.descent()
        for ((i, words) in ticks.withIndex()) {
            val along = width * i / (ticks.size - 1f)
            val first = if (isRtl) ticks.size - 1 else 0
            label.textAlign = when (i) {
                first -> Paint.Align.LEFT
                ticks.size - 1 - first -> Paint.Align.RIGHT
                else -> Paint.Align.CENTER
            }
            canvas.drawText(words, if (isRtl) width - along else along, y, label)
        }
    }

    private companion object {
        const val HOURS = 24
        const val GAP = 3.2f
    }
}
