// How much of the first row's number this row has: a thin bar from the side where reading starts.
package org.hushwall.ui.widget

import android.content.Context
import android.graphics.Canvas
import android.graphics.RectF
import android.view.View
import org.hushwall.R
import org.hushwall.ui.kit.dp

internal class ShareBar(context: Context) : View(context) {
    private val track = fill(context, R.color.surface2)
    private val full = fill(context, R.color.brand)
    private val bar = RectF()

    init {
        importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_NO
    }

    /** 0 to 1. */
    var share: Float = 0f
        set(value) {
            field = value
            invalidate()
        }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) =
        setMeasuredDimension(MeasureSpec.getSize(widthSpec), context.dp(4))

    override fun onDraw(canvas: Canvas) {
        val radius = height / 2f
        bar.set(0f, 0f, width.toFloat(), height.toFloat())
        canvas.drawRoundRect(bar, radius, radius, track)
        val long = Math.max(height.toFloat(), width * share)
        if (layoutDirection == LAYOUT_DIRECTION_RTL) bar.left = width - long else bar.right = long
        canvas.drawRoundRect(bar, radius, radius, full)
    }
}
