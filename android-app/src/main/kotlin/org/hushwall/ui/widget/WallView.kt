// The state as a drawing: signals come from the phone and end before a wall, or do not. Shape tells the states apart, so
// that a black-and-white screen shows them too. A picture of direction: it is mirrored where text runs from the right.
package org.hushwall.ui.widget

import android.animation.ValueAnimator
import android.content.Context
import android.graphics.Canvas
import android.graphics.DashPathEffect
import android.graphics.Paint
import android.view.View
import android.view.animation.DecelerateInterpolator
import org.hushwall.R
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.dp

internal enum class Wall(val colour: Int) {
    WHOLE(R.color.brand),
    QUIET(R.color.brand),
    GROWING(R.color.brand),
    GAP(R.color.warn),
    OPEN(R.color.warn),
    DOTTED(R.color.outline),
    OTHER(R.color.warn),
    DOUBLE(R.color.fail),
}

internal class WallView(context: Context, private val side: Int = 56) : View(context) {
    private val line = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        style = Paint.Style.STROKE
        strokeCap = Paint.Cap.ROUND
    }
    private val dashes = DashPathEffect(floatArrayOf(1f, 8f), 0f)
    private var grown = 1f
    private var signals = R.color.ink2

    var wall: Wall = Wall.DOTTED
        private set

    init {
        importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_NO
    }

    /** Shows [next]; the wall grows from its middle if the state changed and the user lets things move. */
    fun show(next: Wall, signalColour: Int = R.color.ink2) {
        signals = signalColour
        if (next != wall && isLaidOut && Compat.animates()) grow()
        wall = next
        invalidate()
    }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) =
        setMeasuredDimension(context.dp(side), context.dp(side))

    override fun onDraw(canvas: Canvas) {
        val scale = width / GRID
        canvas.save()
        if (layoutDirection == LAYOUT_DIRECTION_RTL) canvas.scale(-1f, 1f, width / 2f, 0f)
        canvas.scale(scale, scale)
        drawSignals(canvas)
        drawWall(canvas)
        canvas.restore()
    }

    private fun drawSignals(canvas: Canvas) {
        line.color = context.getColor(signals)
        line.strokeWidth = 5f
        if (wall == Wall.QUIET) return
        if (wall == Wall.DOUBLE) {
            for (y in SIGNAL_ROWS) canvas.drawLine(22f, y, 24f, y, line)
            return
        }
        for (i in SIGNAL_ROWS.indices) {
            val end = when (wall) {
                Wall.DOTTED -> 66f
                Wall.OTHER -> 30f
                Wall.OPEN -> if (i == 1) 68f else 40f
                Wall.GAP -> if (i == 2) 60f else 40f
                else -> 40f
            }
            canvas.drawLine(SIGNAL_STARTS[i], SIGNAL_ROWS[i], end, SIGNAL_ROWS[i], line)
        }
    }

    private fun drawWall(canvas: Canvas) {
        line.color = context.getColor(wall.colour)
        line.strokeWidth = 10f
        when (wall) {
            Wall.WHOLE, Wall.QUIET, Wall.GROWING -> {
                val half = 26f * if (wall == Wall.GROWING) grown * 0.5f else grown
                canvas.drawLine(54f, 36f - half, 54f, 36f + half, line)
            }
            Wall.GAP -> canvas.drawLine(54f, 10f, 54f, 40f, line)
            Wall.OPEN -> {
                canvas.drawLine(54f, 10f, 54f, 22f, line)
                canvas.drawLine(54f, 50f, 54f, 62f, line)
            }
            Wall.DOTTED -> {
                line.strokeWidth = 3f
                line.pathEffect = dashes
                canvas.drawLine(54f, 8f, 54f, 64f, line)
                line.pathEffect = null
            }
            Wall.OTHER -> {
                line.strokeWidth = 5f
                canvas.drawRoundRect(40f, 12f, 64f, 60f, 12f, 12f, line)
            }
            Wall.DOUBLE -> {
                canvas.drawLine(42f, 10f, 42f, 62f, line)
                canvas.drawLine(58f, 10f, 58f, 62f, line)
            }
        }
    }

    private fun grow() {
        ValueAnimator.ofFloat(0f, 1f).apply {
            duration = GROW_MILLIS
            interpolator = DecelerateInterpolator()
            addUpdateListener {
                grown = it.animatedValue as Float
                invalidate()
            }
            start()
        }
    }

    private companion object {
        const val GRID = 72f
        const val GROW_MILLIS = 220L
        val SIGNAL_ROWS = floatArrayOf(20f, 36f, 52f)
        val SIGNAL_STARTS = floatArrayOf(16f, 6f, 24f)
    }
}
