// The seven text styles. Big ones follow the user's font size only up to 1.5, else they would push the meaning off the
// screen; everything else follows it all the way.
package org.hushwall.ui.kit

import android.content.Context
import android.graphics.Typeface
import android.text.TextUtils
import android.util.TypedValue
import android.view.View
import android.widget.TextView
import org.hushwall.R

internal enum class Type(val size: Float, val line: Float, val medium: Boolean, val capped: Boolean) {
    DISPLAY(44f, 48f, false, true),
    HEADLINE(26f, 32f, true, true),
    TITLE(20f, 26f, true, true),
    SUBTITLE(16f, 22f, true, false),
    BODY(16f, 22f, false, false),
    SMALL(14f, 20f, false, false),
    SMALL_MEDIUM(14f, 20f, true, false),
    LABEL(12f, 16f, true, false),
    TAB(12f, 16f, true, true),
}

/** Pixels of [sp] at the user's font size, held at 1.5 where [capped]. */
internal fun Context.sp(sp: Float, capped: Boolean = false): Float {
    val full = TypedValue.applyDimension(TypedValue.COMPLEX_UNIT_SP, sp, resources.displayMetrics)
    val limit = sp * resources.displayMetrics.density * LARGEST_BIG_TEXT
    return if (capped && full > limit) limit else full
}

internal fun text(context: Context, type: Type, colour: Int = R.color.ink, text: CharSequence = ""): TextView =
    TextView(context).apply {
        style(type, colour)
        this.text = text
        textAlignment = View.TEXT_ALIGNMENT_VIEW_START
    }

internal fun TextView.style(type: Type, colour: Int) {
    val size = context.sp(type.size, type.capped)
    setTextSize(TypedValue.COMPLEX_UNIT_PX, size)
    setLineSpacing(0f, type.line / (type.size * NATURAL_LINE))
    typeface = if (type.medium) MEDIUM else Typeface.SANS_SERIF
    if (type == Type.DISPLAY) letterSpacing = -0.01f
    tint(colour)
}

internal fun TextView.tint(colour: Int) = setTextColor(context.getColor(colour))

/** Figures of one width, for columns and clocks. */
internal fun <T : TextView> T.tabular(): T = apply { fontFeatureSettings = "tnum" }

/** One line that ends in an ellipsis; at large fonts the text wraps, for nothing may be cut. */
internal fun <T : TextView> T.oneLine(): T = apply {
    if (!context.stacks) {
        setSingleLine()
        ellipsize = TextUtils.TruncateAt.END
    }
}

/** A host is cut at its start, so that the owner's domain stays to be seen. */
internal fun <T : TextView> T.host(): T = apply {
    setSingleLine()
    ellipsize = TextUtils.TruncateAt.START
}

internal val MEDIUM: Typeface = Typeface.create("sans-serif-medium", Typeface.NORMAL)

private const val LARGEST_BIG_TEXT = 1.5f

/** Line height of the platform's face in relation to its size. */
private const val NATURAL_LINE = 1.17f
