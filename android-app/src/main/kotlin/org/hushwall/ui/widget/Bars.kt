// Times as a wall on one base line: stopped goes up, solid; let through goes down, hatched; times to come are dots. A touch on a
// column tells its numbers. For a screen reader it is one sentence, with a table behind it.
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

/**
 * @param columns how many there are.
 * @param gap between them, in dp.
 * @param hear the name of the action that opens the table, for a screen reader.
 */
internal abstract class Bars(
    context: Context,
    private val chartHeight: Int,
    protected val columns: Int,
    private val gap: Float,
    private val hear: Int,
) : View(context) {
    private val stopped = fill(context, R.color.brand)
    private val passed = hatch(context, R.color.outline, R.color.surface)
    private val edge = border(context, R.color.outline)
    private val dot = fill(context, R.color.outline)
    private val bar = RectF()
    private var chosen = -1
    private var base = 0f
    private var scale = 0f

    /** The words under the bars. */
    protected val label = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        color = context.getColor(R.color.ink3)
        textSize = context.sp(12f)
        typeface = MEDIUM
    }
    protected var bars: List<HourBar> = emptyList()
        private set
    protected var now = 0
        private set

    /** Room above the highest bar, in pixels. */
    protected open val headroom: Float get() = 0f

    protected val isRtl: Boolean get() = layoutDirection == LAYOUT_DIRECTION_RTL

    /** Told the column that was touched, or -1 when none is chosen any more. */
    var onChoose: (Int) -> Unit = {}

    /** Asked for the plain table of all columns. */
    var onTable: () -> Unit = {}

    init {
        isFocusable = true
        isLongClickable = true
        setOnLongClickListener {
            onTable()
            true
        }
    }

    /** [bars] has an entry for each column; those after column [now] have not been yet. */
    fun show(bars: List<HourBar>, now: Int, sentence: String) {
        this.bars = bars
        this.now = now
        contentDescription = sentence
        invalidate()
    }

    /** Writes what stands beside the bars. */
    protected abstract fun drawWords(canvas: Canvas)

    /** Where the middle of a column is, in pixels. */
    protected fun middle(column: Int): Float = fromStart((column + 0.5f) * width / columns, 0f)

    /** Where what was stopped in a column ends, in pixels from above. */
    protected fun top(column: Int): Float = base - high(bars[column].stopped)

    override fun onMeasure(widthSpec: Int, heightSpec: Int) {
        val height = context.dp(chartHeight) + context.dp(6) + Math.ceil(label.fontSpacing.toDouble()).toInt()
        setMeasuredDimension(MeasureSpec.getSize(widthSpec), height)
    }

    override fun onDraw(canvas: Canvas) {
        val above = bars.maxOfOrNull { it.stopped } ?: 0
        val below = bars.maxOfOrNull { it.letThrough } ?: 0
        val room = context.dp(chartHeight) - context.dp(3f) - headroom
        scale = if (above + below == 0L) 0f else room / (above + below)
        base = headroom + if (above + below == 0L) room / 2 else above * scale
        for (column in 0 until columns) drawColumn(canvas, column)
        drawWords(canvas)
    }

    private fun drawColumn(canvas: Canvas, column: Int) {
        val wide = width / columns.toFloat()
        val gap = context.dp(gap)
        val left = fromStart(column * wide, wide) + gap / 2
        val radius = context.dp(2f)
        if (column > now) {
            canvas.drawCircle(left + (wide - gap) / 2, base + context.dp(1.5f), context.dp(1.3f), dot)
            return
        }
        val value = bars.getOrNull(column) ?: return
        if (value.stopped > 0) {
            bar.set(left, base - high(value.stopped), left + wide - gap, base)
            canvas.drawRoundRect(bar, radius, radius, stopped)
            if (column == chosen) canvas.drawRoundRect(bar, radius, radius, edge)
        }
        if (value.letThrough > 0) {
            val from = base + context.dp(3f)
            bar.set(left, from, left + wide - gap, from + high(value.letThrough))
            canvas.drawRoundRect(bar, radius, radius, passed)
            canvas.drawRoundRect(bar, radius, radius, edge)
        }
    }

    private fun high(value: Long): Float = if (value == 0L) 0f else Math.max(context.dp(2f), value * scale)

    override fun onTouchEvent(event: MotionEvent): Boolean {
        if (event.actionMasked == MotionEvent.ACTION_DOWN || event.actionMasked == MotionEvent.ACTION_MOVE) {
            val column = (fromStart(event.x, 0f) / width * columns).toInt()
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
        choose(chosen + if (isRtl) -step else step)
        return true
    }

    override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
        super.onInitializeAccessibilityNodeInfo(info)
        info.addAction(AccessibilityNodeInfo.AccessibilityAction(R.id.action_hear_each, context.getString(hear)))
    }

    override fun performAccessibilityAction(action: Int, arguments: Bundle?): Boolean {
        if (action != R.id.action_hear_each) return super.performAccessibilityAction(action, arguments)
        onTable()
        return true
    }

    private fun choose(column: Int) {
        val next = if (column in 0..now && column < columns) column else -1
        if (next == chosen) return
        chosen = next
        onChoose(next)
        invalidate()
    }

    /** Time runs with the text: [x] of something [wide] pixels wide, counted from the side where reading starts. */
    private fun fromStart(x: Float, wide: Float): Float = if (isRtl) width - x - wide else x
}
