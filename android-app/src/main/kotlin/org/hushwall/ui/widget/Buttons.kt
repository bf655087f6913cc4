// Buttons with words and buttons with an icon.
package org.hushwall.ui.widget

import android.content.Context
import android.content.res.ColorStateList
import android.view.Gravity
import android.widget.Button
import android.widget.ImageButton
import android.widget.TextView
import org.hushwall.R
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.smallIcon
import org.hushwall.ui.kit.style

/** How much a button asks to be pressed. */
internal enum class Weight(val ground: Int, val colour: Int, val outline: Int) {
    FILLED(R.color.brand, R.color.on_brand, 0),
    TONAL(R.color.tint, R.color.on_tint, 0),
    OUTLINED(0, R.color.ink, R.color.outline),
    RAISED(R.color.surface, R.color.ink, 0),
    QUIET(0, R.color.brand, 0),
    DANGER(0, R.color.fail, R.color.fail),
}

/** A button with words, [tall] dp high at least, growing with its text. */
internal class WordButton(
    context: Context,
    weight: Weight,
    words: CharSequence,
    tall: Int = TARGET,
    drawable: Int = 0,
    onClick: () -> Unit,
) : TextView(context) {
    init {
        style(Type.SUBTITLE, weight.colour)
        text = words
        gravity = Gravity.CENTER
        minHeight = context.dp(tall)
        minWidth = context.dp(TARGET)
        val side = context.dp(if (weight == Weight.QUIET) 12 else 20)
        setPaddingRelative(side, context.dp(8), side, context.dp(8))
        val ground = if (weight.ground == 0 && weight.outline == 0) null else shape(context, weight.ground, tall / 2, weight.outline)
        ripple(this, ground, tall / 2)
        if (drawable != 0) {
            setCompoundDrawablesRelative(context.smallIcon(drawable, weight.colour, 20), null, null, null)
            compoundDrawablePadding = context.dp(8)
        }
        setOnClickListener { onClick() }
    }

    override fun getAccessibilityClassName(): CharSequence = Button::class.java.name
}

/** A 48 dp icon; [label] is read aloud and shown on a long press. */
internal fun iconButton(context: Context, drawable: Int, label: Int, colour: Int = R.color.ink2, onClick: () -> Unit): ImageButton =
    ImageButton(context).apply {
        setImageResource(drawable)
        imageTintList = ColorStateList.valueOf(context.getColor(colour))
        contentDescription = context.getString(label)
        tooltipText = contentDescription
        minimumWidth = context.dp(TARGET)
        minimumHeight = context.dp(TARGET)
        ripple(this, null, TARGET / 2)
        setOnClickListener { onClick() }
    }

/** A line of words that leads somewhere: the arrow points the way reading goes. */
internal fun linkButton(context: Context, words: CharSequence, colour: Int = R.color.brand, onClick: () -> Unit): TextView =
    WordButton(context, Weight.QUIET, words, onClick = onClick).apply {
        style(Type.SMALL_MEDIUM, colour)
        setCompoundDrawablesRelative(null, null, context.smallIcon(R.drawable.ic_right, colour, 20), null)
        compoundDrawablePadding = context.dp(2)
        gravity = Gravity.CENTER_VERTICAL or Gravity.END
        setPaddingRelative(context.dp(4), context.dp(8), 0, context.dp(8))
    }
