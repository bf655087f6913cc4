// A day as a wall on one base line: stopped goes up, solid; let through goes down, hatched; the hours to come are dots.
// A touch on a column tells its numbers. For a screen reader it is one sentence, with a table behind it.
package org.hushwall.ui.widget

import android.content.Context
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.RectF
import android.os.Bundle
import android.view.KeyEvent
import android.view.MotionEvent
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import org.hushwall.R
import org.hushwall.log.HourBar
import org.hushwall.ui.kit.MEDIUM
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.sp
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.words.Words

internal class HourBars(context: Context, private val chartHeight: Int) : View(context) {
    private val stopped = fill(context, R.color.brand)
    private val passed = hatch(context, R.color.outline, R.color.surface)
    private val edge = border(context, R.color.outline)
    private val dot = fill(context, R.color.outline)
    private val axis = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        color = context.getColor(R.color.ink3)
        textSize = context.sp(12f)
        typeface = MEDIUM
    }
    private val bar = RectF()
    private val ticks = Words(context).hourTicks(if (context.stacks) 12 else 6)
    private val axisHeight = axis.fontSpacing
    private var hours: List<HourBar> = emptyList()
    private var now = 0
    private var chosen = -1

    /** Told the column (0 to 23) that was touched, or -1 when none is chosen any more. */
    var onChoose: (Int) -> Unit = {}

    /** Asked for the plain table of all hours. */
    var onTable: () -> Unit = {}

    init {
        isFocusable = true
        isLongClickable = true
        setOnLongClickListener {
            onTable()
            true
        }
    }

    /** [hours] has 24 entries; those after [hourNow] have not been yet. */
    fun show(hours: List<HourBar>, hourNow: Int, sentence: String) {
        this.hours = hours
        now = hourNow
        contentDescription = sentence
        invalidate()
    }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) {
        val height = context.dp(chartHeight) + context.dp(6) + Math.ceil(axisHeight.toDouble()).toInt()
        setMeasuredDimension(MeasureSpec.getSize(widthSpec), height)
    }

    override fun onDraw(canvas: Canvas) {
        val top = hours.maxOfOrNull { it.stopped } ?: 0
        val bottom = hours.maxOfOrNull { it.letThrough } ?: 0
        val room = context.dp(chartHeight) - context.dp(3f)
        val scale = if (top + bottom == 0L) 0f else room / (top + bottom)
        val base = if (top + bottom == 0L) room / 2 else top * scale
        for (hour in 0 until HOURS) drawHour(canvas, hour, base, scale)
        drawAxis(canvas)
    }

    private fun drawHour(canvas: Canvas, hour: Int, base: Float, scale: Float) {
        val column = width / HOURS.toFloat()
        val gap = context.dp(GAP)
        val left = fromStart(hour * column, column) + gap / 2
        val radius = context.dp(2f)
        if (hour > now) {
            canvas.drawCircle(left + (column - gap) / 2, base + context.dp(1.5f), context.dp(1.3f), dot)
            return
        }
        val value = hours.getOrNull(hour) ?: return
        val smallest = context.dp(2f)
        if (value.stopped > 0) {
            bar.set(left, base - Math.max(smallest, value.stopped * scale), left + column - gap, base)
            canvas.drawRoundRect(bar, radius, radius, stopped)
            if (hour == chosen) canvas.drawRoundRect(bar, radius, radius, edge)
        }
        if (value.letThrough > 0) {
            val from = base + context.dp(3f)
            bar.set(left, from, left + column - gap, from + Math.max(smallest, value.letThrough * scale))
            canvas.drawRoundRect(bar, radius, radius, passed)
            canvas.drawRoundRect(bar, radius, radius, edge)
        }
    }

    private fun drawAxis(canvas: Canvas) {
        val y = height - axis.descent()
        val rtl = layoutDirection == LAYOUT_DIRECTION_RTL
        for ((i, label) in ticks.withIndex()) {
            val along = width * i / (ticks.size - 1f)
            val x = if (rtl) width - along else along
            val first = if (rtl) ticks.size - 1 else 0
            axis.textAlign = when (i) {
                first -> Paint.Align.LEFT
                ticks.size - 1 - first -> Paint.Align.RIGHT
                else -> Paint.Align.CENTER
            }
            canvas.drawText(label, x, y, axis)
        }
    }

    override fun onTouchEvent(event: MotionEvent): Boolean {
        if (event.actionMasked == MotionEvent.ACTION_DOWN || event.actionMasked == MotionEvent.ACTION_MOVE) {
            val column = (fromStart(event.x, 0f) / width * HOURS).toInt()
            if (event.actionMasked == MotionEvent.ACTION_DOWN && column == chosen) choose(-1) else choose(column)
        }
        return super.onTouchEvent(event)
    }

    override fun onKeyDown(keyCode: Int, event: KeyEvent): Boolean {
        val step = when (keyCode) {
            KeyEvent.KEYCODE_DPAD_LEFT -> -1
            KeyEvent.KEYCODE_DPAD_RIGHT -> 1
            else -> return super.onKeyDown(keyCode, event)
        }
        choose(chosen + if (layoutDirection == LAYOUT_DIRECTION_RTL) -step else step)
        return true
    }

    override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
        super.onInitializeAccessibilityNodeInfo(info)
        info.addAction(
            AccessibilityNodeInfo.AccessibilityAction(R.id.action_hear_hours, context.getString(R.string.hear_each_hour)),
        )
    }

    override fun performAccessibilityAction(action: Int, arguments: Bundle?): Boolean {
        if (action != R.id.action_hear_hours) return super.performAccessibilityAction(action, arguments)
        onTable()
        return true
    }

    private fun choose(column: Int) {
        val next = if (column in 0..now) column else -1
        if (next == chosen) return
        chosen = next
        onChoose(next)
        invalidate()
    }

    /** Time runs with the text: [x] of something [width] wide, counted from the side where reading starts. */
    private fun fromStart(x: Float, width: Float): Float =
        if (layoutDirection == LAYOUT_DIRECTION_RTL) this.width - x - width else x

    private companion object {
        const val HOURS = 24
        const val GAP = 3.2f
    }
}
