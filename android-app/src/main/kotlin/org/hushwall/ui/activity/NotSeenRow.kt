// A time without protection among the connections: hatched, because nothing is known of it.
package org.hushwall.ui.activity

import android.content.Context
import android.graphics.Canvas
import android.graphics.RectF
import android.widget.Button
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.border
import org.hushwall.ui.widget.hatch
import org.hushwall.ui.words.Words
import org.hushwall.vpn.Gap

internal class NotSeenRow(context: Context, gap: Gap, openRecord: () -> Unit) : LinearLayout(context) {
    private val pattern = hatch(context, R.color.warn, R.color.warn_tint)
    private val edge = border(context, R.color.warn)
    private val box = RectF()

    init {
        orientation = VERTICAL
        minimumHeight = context.dp(TARGET)
        setWillNotDraw(false)
        ripple(this, shape(context, R.color.warn_tint, 12), 12)
        pad(28, 10, 16, 10)
        val range = Words(context).range(gap.from, gap.to)
        add(text(context, Type.SUBTITLE, text = context.getString(R.string.not_protected_range, range)))
        add(text(context, Type.SMALL, R.color.ink2, context.getString(R.string.could_not_see)))
        contentDescription = context.getString(R.string.not_protected_range, range) + ". " + context.getString(R.string.could_not_see)
        setOnClickListener { openRecord() }
    }

    override fun getAccessibilityClassName(): CharSequence = Button::class.java.name

    override fun onDraw(canvas: Canvas) {
        val wide = context.dp(12f)
        val left = if (layoutDirection == LAYOUT_DIRECTION_RTL) width - wide else 0f
        box.set(left + 1, 1f, left + wide - 1, height - 1f)
        canvas.drawRoundRect(box, context.dp(3f), context.dp(3f), pattern)
        canvas.drawRoundRect(box, context.dp(3f), context.dp(3f), edge)
    }
}
