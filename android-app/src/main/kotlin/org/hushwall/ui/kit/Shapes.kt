// Grounds, outlines, ripples and icons: the only place where drawables are made.
package org.hushwall.ui.kit

import android.content.Context
import android.content.res.ColorStateList
import android.graphics.Color
import android.graphics.drawable.Drawable
import android.graphics.drawable.GradientDrawable
import android.graphics.drawable.RippleDrawable
import android.graphics.drawable.StateListDrawable
import android.view.View
import android.widget.ImageView
import org.hushwall.R

/** A rounded ground in the colour of a role; radius in dp; [outline] is a role too, 0 for none. */
internal fun shape(context: Context, ground: Int, radius: Int, outline: Int = 0, width: Int = 1): GradientDrawable =
    GradientDrawable().apply {
        setColor(if (ground == 0) Color.TRANSPARENT else context.getColor(ground))
        cornerRadius = context.dp(radius).toFloat()
        if (outline != 0) setStroke(context.dp(width), context.getColor(outline))
    }

/** Makes [view] answer to touch and to the keyboard: a ripple over its ground, a ring when focused. */
internal fun ripple(view: View, ground: Drawable?, radius: Int) {
    val context = view.context
    val colour = ColorStateList.valueOf(context.getColor(R.color.ripple))
    view.background = RippleDrawable(colour, ground, shape(context, R.color.ink, radius))
    val ring = StateListDrawable()
    ring.addState(intArrayOf(android.R.attr.state_focused), shape(context, 0, radius, R.color.brand, width = 2))
    view.foreground = ring
    view.isFocusable = true
    view.isClickable = true
}

/** An icon that only decorates: a screen reader passes over it. Size in dp. */
internal fun icon(context: Context, drawable: Int, colour: Int = R.color.ink2, size: Int = 24): ImageView =
    ImageView(context).apply {
        setImageResource(drawable)
        imageTintList = ColorStateList.valueOf(context.getColor(colour))
        importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO
        minimumWidth = context.dp(size)
        minimumHeight = context.dp(size)
        scaleType = ImageView.ScaleType.FIT_CENTER
    }

/** The drawable of an icon, tinted and sized, to stand beside text. */
internal fun Context.smallIcon(drawable: Int, colour: Int, size: Int): Drawable {
    val icon = checkNotNull(getDrawable(drawable)).mutate()
    icon.setTint(getColor(colour))
    icon.setBounds(0, 0, dp(size), dp(size))
    return icon
}
