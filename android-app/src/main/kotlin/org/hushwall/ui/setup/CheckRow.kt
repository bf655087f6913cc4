// One row of the setup check: its state as a shape and in words, and a button where something can be done.
package org.hushwall.ui.setup

import android.content.Context
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.widget.listGround

internal class CheckRow(context: Context, check: Check, isFirst: Boolean, isLast: Boolean) : LinearLayout(context) {
    init {
        gravity = Gravity.CENTER_VERTICAL
        minimumHeight = context.dp(64)
        listGround(this, isFirst, isLast)
        pad(16, 8)
        val state = check.state
        val circle = row(context)
        circle.gravity = Gravity.CENTER
        circle.background = shape(context, state.ground, 20)
        circle.add(icon(context, state.drawable, state.colour), width = 24, height = 24)
        add(circle, width = 40, height = 40)
        val words = addRest(column(context), start = 16, end = 8)
        val title = context.getString(check.title)
        val line = context.getString(check.line)
        val told = words.add(column(context))
        told.add(text(context, Type.SUBTITLE, text = title))
        told.add(text(context, Type.SMALL, R.color.ink2, line))
        told.contentDescription = "$title, ${context.getString(state.spoken)}. $line"
        told.isFocusable = true
        for (i in 0 until told.childCount) told.getChildAt(i).importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO
        if (check.button != 0) {
            val button = WordButton(context, Weight.TONAL, context.getString(check.button), onClick = check.act)
            button.contentDescription = context.getString(R.string.button_for, context.getString(check.button), title)
            if (context.stacks) words.add(button, width = WRAP, top = 4) else add(button, width = WRAP)
        }
    }
}
