// Rows of a list look like one card: the first and the last are rounded, a hairline divides those between.
package org.hushwall.ui.widget

import android.content.Context
import android.content.res.ColorStateList
import android.graphics.drawable.Drawable
import android.graphics.drawable.GradientDrawable
import android.graphics.drawable.LayerDrawable
import android.graphics.drawable.RippleDrawable
import android.view.Gravity
import android.view.View
import android.widget.ListView
import org.hushwall.R
import org.hushwall.ui.kit.dp

/** [inset]: where the hairline begins, in dp; under the text of rows with an icon. */
internal fun listGround(view: View, isFirst: Boolean, isLast: Boolean, inset: Int = 72) {
    val context = view.context
    val ground = rounded(context, isFirst, isLast, R.color.surface)
    val face: Drawable = if (isLast) ground else LayerDrawable(arrayOf(ground, line(context))).apply {
        setLayerGravity(1, Gravity.BOTTOM or Gravity.FILL_HORIZONTAL)
        setLayerHeight(1, Math.max(1, context.dp(1)))
        setLayerInsetStart(1, context.dp(inset))
        setLayerInsetEnd(1, context.dp(16))
    }
    val colour = ColorStateList.valueOf(context.getColor(R.color.ripple))
    view.background = RippleDrawable(colour, face, rounded(context, isFirst, isLast, R.color.ink))
}

/** A list without the platform's lines and selector: rows bring their own. */
internal fun plain(list: ListView) {
    list.divider = null
    list.setSelector(android.R.color.transparent)
    list.itemsCanFocus = true
    list.clipToPadding = false
    list.isVerticalScrollBarEnabled = true
    list.scrollBarStyle = View.SCROLLBARS_OUTSIDE_OVERLAY
}

private fun rounded(context: Context, isFirst: Boolean, isLast: Boolean, colour: Int): GradientDrawable {
    val top = if (isFirst) context.dp(20f) else 0f
    val bottom = if (isLast) context.dp(20f) else 0f
    return GradientDrawable().apply {
        setColor(context.getColor(colour))
        cornerRadii = floatArrayOf(top, top, top, top, bottom, bottom, bottom, bottom)
    }
}

private fun line(context: Context): Drawable = GradientDrawable().apply { setColor(context.getColor(R.color.line)) }
