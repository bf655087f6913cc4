// The days of a week as bars: how much was stopped above each, its name below, today in bold.
package org.hushwall.ui.report

import android.content.Context
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.Typeface
import org.hushwall.R
import org.hushwall.log.DayBar
import org.hushwall.ui.kit.MEDIUM
import org.hushwall.ui.kit.dp
import org.hushwall.ui.widget.Bars
import org.hushwall.ui.words.Words

/**
 * @param days of one week.
 * @param known the place of the first day of which anything is known.
 */
internal class DayBars(context: Context, private val days: List<DayBar>, private val known: Int, private val today: Int?) :
    Bars(context, HEIGHT, days.size, GAP, R.string.hear_each_day) {
    private val words = Words(context)
    private val names = days.map { words.weekday(it.since) }
    private val numbers = days.map { words.number(it.bar.stopped) }
    private val ink = context.getColor(R.color.ink)
    private val quiet = context.getColor(R.color.ink3)

    override val headroom: Float get() = label.fontSpacing + context.dp(4f)

    init {
        label.textAlign = Paint.Align.CENTER
    }

    override fun onSizeChanged(w: Int, h: Int, oldWidth: Int, oldHeight: Int) {
        super.onSizeChanged(w, h, oldWidth, oldHeight)
        // What stands side by side may not touch, however large the font: the table has it in full size.
        label.typeface = Typeface.DEFAULT_BOLD
        val widest = (names + numbers).maxOf(label::measureText)
        val room = w / columns.toFloat() - context.dp(2f)
        if (widest > room) label.textSize *= room / widest
    }

    override fun drawWords(canvas: Canvas) {
        for (day in days.indices) {
            label.typeface = if (day == today) Typeface.DEFAULT_BOLD else MEDIUM
            label.color = if (day == today) ink else quiet
            canvas.drawText(names[day], middle(day), height - label.descent(), label)
            label.color = ink
            if (day in known..now) canvas.drawText(numbers[day], middle(day), top(day) - context.dp(5f), label)
        }
    }

    private companion object {
        const val HEIGHT = 152
        const val GAP = 14f
    }
}
