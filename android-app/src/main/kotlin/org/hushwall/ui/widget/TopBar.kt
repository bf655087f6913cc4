// The bar above a screen: the title, the way back where there is one, and a few icons.
package org.hushwall.ui.widget

import android.content.Context
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import android.widget.TextView
import org.hushwall.R
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.text

/** [onBack] null: a tab, which has no way back. */
internal class TopBar(context: Context, title: CharSequence, onBack: (() -> Unit)? = null) : LinearLayout(context) {
    private val title: TextView = text(context, Type.TITLE, text = title)

    init {
        gravity = Gravity.CENTER_VERTICAL
        minimumHeight = context.dp(64)
        pad(if (onBack == null) 20 else 4, 8, 4, 8)
        if (onBack != null) add(iconButton(context, R.drawable.ic_back, R.string.back, onClick = onBack), width = WRAP)
        addRest(this.title, start = if (onBack == null) 0 else 4)
        Compat.heading(this.title)
    }

    fun setTitle(words: CharSequence) {
        title.text = words
    }

    /** Adds an icon at the end and returns it. */
    fun action(drawable: Int, label: Int, onClick: () -> Unit): View =
        add(iconButton(context, drawable, label, onClick = onClick), width = WRAP)
}
