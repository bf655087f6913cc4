// Screens are built in code from platform Views. These few functions keep that readable: sizes are in dp, sides are
// start and end, and a child is added in one line.
package org.hushwall.ui.kit

import android.content.Context
import android.view.Gravity
import android.view.View
import android.view.ViewGroup
import android.widget.LinearLayout
import org.hushwall.R

internal const val FILL = ViewGroup.LayoutParams.MATCH_PARENT
internal const val WRAP = ViewGroup.LayoutParams.WRAP_CONTENT

/** A child stands as its row or column says. */
internal const val AS_PARENT = -1

/** The smallest side of anything that can be tapped, in dp. */
internal const val TARGET = 48

internal fun Context.dp(value: Int): Int = Math.round(value * resources.displayMetrics.density)
internal fun Context.dp(value: Float): Float = value * resources.displayMetrics.density

/** From this font size on, what stands side by side is stacked. */
internal val Context.stacks: Boolean get() = resources.configuration.fontScale >= 1.3f

/** Wide enough for a rail at the side and two columns. */
internal val Context.isWide: Boolean
    get() = resources.configuration.screenWidthDp >= 600

/** In dp, at each side of what is read: the margin, or more where lines would get too long. [taken]: width that is not there. */
internal fun Context.sideMargin(least: Int = 16, taken: Int = 0): Int =
    Math.max(least, (resources.configuration.screenWidthDp - taken - WIDEST) / 2)

/** [sideMargin] of a list that fills a place beside the rail. */
internal val Context.listMargin: Int get() = sideMargin(taken = if (isWide) RAIL else 0)

/** The rail at the side of wide screens, in dp. */
internal const val RAIL = 80

/** The widest column of text, in dp: some 60 characters. */
private const val WIDEST = 560

/** Children below each other. */
internal fun column(context: Context): LinearLayout =
    LinearLayout(context).apply { orientation = LinearLayout.VERTICAL }

/** Children beside each other, centred upright. */
internal fun row(context: Context): LinearLayout =
    LinearLayout(context).apply {
        orientation = LinearLayout.HORIZONTAL
        gravity = Gravity.CENTER_VERTICAL
        isBaselineAligned = false
    }

/** A row that becomes a column at large fonts. */
internal fun rowOrStack(context: Context): LinearLayout =
    if (context.stacks) column(context) else row(context)

/** Adds [view]; sizes and margins in dp, [FILL] and [WRAP] as they are. Returns the view. */
internal fun <T : View> LinearLayout.add(
    view: T,
    width: Int = FILL,
    height: Int = WRAP,
    weight: Float = 0f,
    start: Int = 0,
    top: Int = 0,
    end: Int = 0,
    bottom: Int = 0,
    gravity: Int = AS_PARENT,
): T {
    val params = LinearLayout.LayoutParams(context.size(width), context.size(height), weight)
    params.marginStart = context.dp(start)
    params.marginEnd = context.dp(end)
    params.topMargin = context.dp(top)
    params.bottomMargin = context.dp(bottom)
    params.gravity = gravity
    addView(view, params)
    return view
}

/** Adds [view] so that it takes what is left of the row. */
internal fun <T : View> LinearLayout.addRest(view: T, start: Int = 0, end: Int = 0): T =
    add(view, width = 0, weight = 1f, start = start, end = end)

/** Padding in dp. */
internal fun <T : View> T.pad(start: Int, top: Int = start, end: Int = start, bottom: Int = top): T = apply {
    setPaddingRelative(context.dp(start), context.dp(top), context.dp(end), context.dp(bottom))
}

/** A white card with its padding; the ground shows its meaning where it is not the usual one. */
internal fun card(context: Context, padding: Int = 16, ground: Int = R.color.surface, radius: Int = 20): LinearLayout =
    column(context).apply {
        background = shape(context, ground, radius)
        clipToOutline = true
        pad(padding)
    }

/** A hairline between rows. */
internal fun hairline(context: Context): View =
    View(context).apply { setBackgroundColor(context.getColor(R.color.line)) }

internal fun LinearLayout.addHairline(start: Int = 0, end: Int = 0) {
    val line = add(hairline(context), start = start, end = end)
    line.layoutParams.height = Math.max(1, context.dp(1))
}

internal fun View.showIf(condition: Boolean) {
    visibility = if (condition) View.VISIBLE else View.GONE
}

private fun Context.size(value: Int): Int = if (value < 0) value else dp(value)
