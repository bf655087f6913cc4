// The time that is left, as a ring that opens and as a clock in it.
package org.hushwall.ui.watch

import android.content.Context
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.RectF
import android.view.Gravity
import android.view.View
import android.widget.FrameLayout
import android.widget.TextView
import org.hushwall.R
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.words.Words

internal class TimeRing(context: Context) : FrameLayout(context) {
    private val words = Words(context)
    private val clock: TextView = text(context, Type.HEADLINE).tabular()
    private val line: TextView = text(context, Type.SMALL, R.color.ink2)
    private val track = paint(R.color.surface2)
    private val rest = paint(R.color.brand)
    private val circle = RectF()
    private var share = 0f

    init {
        setWillNotDraw(false)
        isFocusable = true
        val side = context.dp(if (context.stacks) LARGE else USUAL)
        minimumWidth = side
        minimumHeight = side
        val column = column(context).pad(20)
        for (view in listOf(clock, line)) {
            view.textAlignment = View.TEXT_ALIGNMENT_CENTER
            column.add(view, width = WRAP, gravity = Gravity.CENTER_HORIZONTAL)
        }
        addView(column, LayoutParams(LayoutParams.WRAP_CONTENT, LayoutParams.WRAP_CONTENT, Gravity.CENTER))
    }

    /** [left] of [whole] milliseconds. */
    fun show(left: Long, whole: Long) {
        share = (left.toFloat() / whole).coerceIn(0f, 1f)
        clock.text = words.countdown(left)
        line.text = context.getString(R.string.watch_left, words.duration(whole))
        contentDescription = context.getString(R.string.watch_left_spoken, words.duration(left), words.duration(whole))
        invalidate()
    }

    override fun onDraw(canvas: Canvas) {
        val edge = rest.strokeWidth / 2
        val side = Math.min(width, height)
        circle.set(edge, edge, side - edge, side - edge)
        circle.offset((width - side) / 2f, (height - side) / 2f)
        canvas.drawArc(circle, 0f, FULL, false, track)
        val sweep = FULL * share
        canvas.drawArc(circle, TOP, if (layoutDirection == LAYOUT_DIRECTION_RTL) -sweep else sweep, false, rest)
    }

    private fun paint(colour: Int) = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        style = Paint.Style.STROKE
        strokeCap = Paint.Cap.ROUND
        strokeWidth = context.dp(10f)
        color = context.getColor(colour)
    }

    private companion object {
        const val USUAL = 126
        const val LARGE = 200
        const val FULL = 360f
        const val TOP = -90f
    }
}
