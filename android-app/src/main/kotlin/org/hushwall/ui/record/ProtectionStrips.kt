// Seven days as strips: protected is solid, not protected is hatched and taller, what is to come is empty.
package org.hushwall.ui.record

import android.content.Context
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.RectF
import android.view.View
import org.hushwall.R
import org.hushwall.ui.kit.MEDIUM
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.sp
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.widget.border
import org.hushwall.ui.widget.fill
import org.hushwall.ui.widget.hatch
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.startOfDay
import org.hushwall.vpn.Gap

internal class ProtectionStrips(
    context: Context,
    private val gaps: List<Gap>,
    private val now: Long,
    private val days: Int,
) : View(context) {
    private val words = Words(context)
    private val solid = fill(context, R.color.brand)
    private val future = fill(context, R.color.surface2)
    private val pattern = hatch(context, R.color.warn, R.color.warn_tint)
    private val edge = border(context, R.color.warn)
    private val label = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        textSize = context.sp(12f)
        typeface = MEDIUM
    }
    private val box = RectF()
    private val starts = LongArray(days) { startOfDay(now, it) }
    private val names = starts.map { words.weekday(it) }
    private val ticks = words.hourTicks(if (context.stacks) 12 else 6)
    private val labelWidth = names.maxOf { label.measureText(it) } + context.dp(16f)
    private val rowHeight = Math.max(context.dp(24f), label.fontSpacing + context.dp(4f))

    init {
        contentDescription = if (gaps.isEmpty()) context.getString(R.string.no_gaps) else {
            words.plural(R.plurals.strips_spoken, gaps.size.toLong())
        }
    }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) {
        val height = rowHeight * days + label.fontSpacing + context.dp(4f)
        setMeasuredDimension(MeasureSpec.getSize(widthSpec), Math.ceil(height.toDouble()).toInt())
    }

    override fun onDraw(canvas: Canvas) {
        for (day in 0 until days) drawDay(canvas, day)
        drawAxis(canvas)
    }

    private fun drawDay(canvas: Canvas, day: Int) {
        val middle = rowHeight * day + rowHeight / 2
        val half = context.dp(7f)
        label.color = context.getColor(if (day == 0) R.color.ink else R.color.ink3)
        val rtl = layoutDirection == LAYOUT_DIRECTION_RTL
        label.textAlign = if (rtl) Paint.Align.RIGHT else Paint.Align.LEFT
        canvas.drawText(names[day], if (rtl) width.toFloat() else 0f, middle - (label.ascent() + label.descent()) / 2, label)
        val from = starts[day]
        val to = from + Words.DAY
        strip(canvas, from, to, from, middle, half, if (day == 0) future else solid)
        if (day == 0) strip(canvas, from, now, from, middle, half, solid)
        for (gap in gaps) {
            val begin = Math.max(gap.from, from)
            val end = Math.min(gap.to ?: now, to)
            if (begin >= end) continue
            strip(canvas, begin, end, from, middle, half + context.dp(1f), pattern, smallest = context.dp(5f))
            canvas.drawRoundRect(box, context.dp(3f), context.dp(3f), edge)
        }
    }

    private fun strip(
        canvas: Canvas,
        from: Long,
        to: Long,
        midnight: Long,
        middle: Float,
        half: Float,
        paint: Paint,
        smallest: Float = 0f,
    ) {
        val room = width - labelWidth
        val start = labelWidth + room * (from - midnight) / Words.DAY
        val end = Math.max(start + smallest, labelWidth + room * (to - midnight) / Words.DAY)
        val rtl = layoutDirection == LAYOUT_DIRECTION_RTL
        if (rtl) box.set(width - end, middle - half, width - start, middle + half) else box.set(start, middle - half, end, middle + half)
        canvas.drawRoundRect(box, context.dp(3f), context.dp(3f), paint)
    }

    private fun drawAxis(canvas: Canvas) {
        val rtl = layoutDirection == LAYOUT_DIRECTION_RTL
        label.color = context.getColor(R.color.ink3)
        for ((i, tick) in ticks.withIndex()) {
            val along = labelWidth + (width - labelWidth) * i / (ticks.size - 1f)
            label.textAlign = when {
                i == 0 -> if (rtl) Paint.Align.RIGHT else Paint.Align.LEFT
                i == ticks.size - 1 -> if (rtl) Paint.Align.LEFT else Paint.Align.RIGHT
                else -> Paint.Align.CENTER
            }
            canvas.drawText(tick, if (rtl) width - along else along, height - label.descent(), label)
        }
    }
}
