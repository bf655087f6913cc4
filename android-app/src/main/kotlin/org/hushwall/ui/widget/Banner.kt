// Something the user may want to know or do. The whole banner is one button where it leads somewhere.
package org.hushwall.ui.widget

import android.content.Context
import android.view.Gravity
import android.widget.Button
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.text

internal class Banner(
    context: Context,
    title: CharSequence,
    line: CharSequence?,
    drawable: Int = R.drawable.ic_alert,
    ground: Int = R.color.warn_tint,
    private val onClick: (() -> Unit)? = null,
) : LinearLayout(context) {
    init {
        gravity = Gravity.CENTER_VERTICAL
        minimumHeight = context.dp(TARGET)
        val colour = if (ground == R.color.warn_tint) R.color.warn else R.color.ink2
        val face = shape(context, ground, 20)
        if (onClick == null) background = face else ripple(this, face, 20)
        pad(16, 12)
        add(icon(context, drawable, colour), width = 24, height = 24)
        val words = addRest(column(context), start = 12, end = if (onClick == null) 0 else 8)
        words.add(text(context, Type.SUBTITLE, text = title))
        if (line != null) words.add(text(context, Type.SMALL, R.color.ink2, line))
        if (onClick != null) {
            add(icon(context, R.drawable.ic_right, colour), width = 24, height = 24)
            setOnClickListener { onClick.invoke() }
        }
        contentDescription = listOfNotNull(title, line).joinToString(". ")
    }

    override fun getAccessibilityClassName(): CharSequence =
        if (onClick == null) super.getAccessibilityClassName() else Button::class.java.name
}
