// How sure we are of a name: three bars, filled or only outlined. The word stands beside it.
package org.hushwall.ui.widget

import android.content.Context
import android.graphics.Canvas
import android.graphics.RectF
import android.view.View
import org.hushwall.R
import org.hushwall.ui.kit.dp

/** [level] 0 to 3. */
internal class EvidenceMeter(context: Context, private val level: Int) : View(context) {
    private val full = fill(context, R.color.brand)
    private val empty = border(context, R.color.outline)
    private val bar = RectF()

    init {
        importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_NO
    }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) =
        setMeasuredDimension(context.dp(3 * BAR + 2 * GAP), context.dp(8))

    override fun onDraw(canvas: Canvas) {
        val inset = context.dp(0.5f)
        for (i in 0 until 3) {
            val step = context.dp(i * (BAR + GAP)).toFloat()
            val left = if (layoutDirection == LAYOUT_DIRECTION_RTL) width - step - context.dp(BAR) else step
            bar.set(left + inset, inset, left + context.dp(BAR) - inset, height - inset)
            canvas.drawRoundRect(bar, height / 2f, height / 2f, if (i < level) full else empty)
        }
    }

    private companion object {
        const val BAR = 16
        const val GAP = 4
    }
}
