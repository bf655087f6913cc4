// A row of Settings: a title and its present value in words.
package org.hushwall.ui.settings

import android.content.Context
import android.view.Gravity
import android.widget.Button
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.listGround

internal class SettingsRow(context: Context, private val content: Content, isFirst: Boolean, isLast: Boolean) :
    LinearLayout(context) {
    /** [act] null: it only tells. */
    class Content(val title: Int, val value: String, val colour: Int = R.color.ink, val act: (() -> Unit)? = null)

    init {
        gravity = Gravity.CENTER_VERTICAL
        minimumHeight = context.dp(64)
        listGround(this, isFirst, isLast, inset = 16)
        pad(16, 10)
        val words = addRest(column(context))
        words.add(text(context, Type.BODY, content.colour, context.getString(content.title)))
        words.add(text(context, Type.SMALL, R.color.ink2, content.value))
        contentDescription = context.getString(content.title) + ", " + content.value
        val act = content.act
        if (act != null) {
            add(icon(context, R.drawable.ic_right), width = 24, height = 24, start = 8)
            setOnClickListener { act() }
        } else {
            isFocusable = true
        }
    }

    override fun getAccessibilityClassName(): CharSequence =
        if (content.act == null) super.getAccessibilityClassName() else Button::class.java.name
}
