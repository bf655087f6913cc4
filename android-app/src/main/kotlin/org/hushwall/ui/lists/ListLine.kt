// A row about a list: a drawing, its name, what there is to say of it, and at its end a switch or the way deeper.
package org.hushwall.ui.lists

import android.content.Context
import android.view.Gravity
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.Button
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.widget.Switch
import org.hushwall.R
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Toggle
import org.hushwall.ui.widget.listGround

/** What a row says. [colour]: of the drawing and the name. */
internal class LineWords(
    val drawable: Int,
    val title: CharSequence,
    val lines: List<CharSequence> = emptyList(),
    val colour: Int = R.color.ink,
)

/** Not to be tapped, until [leads] or [switches]. [isFirst] and [isLast]: its place in the card that rows make. */
internal class ListLine(context: Context, words: LineWords, isFirst: Boolean, isLast: Boolean) : LinearLayout(context) {
    private val spoken = (listOf(words.title) + words.lines).joinToString(", ")
    private var role: CharSequence? = null
    private var isOn: Boolean? = null

    init {
        gravity = Gravity.CENTER_VERTICAL
        minimumHeight = context.dp(66)
        listGround(this, isFirst, isLast)
        pad(16, 10)
        val drawing = if (words.colour == R.color.ink) R.color.ink2 else words.colour
        add(icon(context, words.drawable, drawing), width = 24, height = 24, start = 8, end = 24)
        val column = addRest(column(context), end = 8)
        column.add(text(context, Type.SUBTITLE, words.colour, words.title))
        for (line in words.lines) column.add(text(context, Type.SMALL, R.color.ink2, line))
        contentDescription = spoken
        isFocusable = true
    }

    /** A tap leads deeper. */
    fun leads(arrow: Boolean = true, onTap: () -> Unit): ListLine = apply {
        role = Button::class.java.name
        if (arrow) add(icon(context, R.drawable.ic_right), width = 24, height = 24, start = 8)
        setOnClickListener { onTap() }
    }

    /** The whole row is a switch. */
    fun switches(on: Boolean, onChange: (Boolean) -> Unit): ListLine = apply {
        role = Switch::class.java.name
        isOn = on
        add(Toggle(context).apply { isOn = on }, width = WRAP, start = 8)
        setOnClickListener { onChange(!on) }
    }

    /** A switch of its own at the end of a row that leads deeper. */
    fun endsInSwitch(words: CharSequence, on: Boolean, onChange: (Boolean) -> Unit): ListLine = apply {
        add(SwitchTarget(context, words, on, onChange), width = WRAP)
    }

    override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
        super.onInitializeAccessibilityNodeInfo(info)
        role?.let { info.className = it }
        isOn?.let {
            info.isCheckable = true
            info.isChecked = it
        }
    }
}

private class SwitchTarget(context: Context, words: CharSequence, private val isOn: Boolean, onChange: (Boolean) -> Unit) :
    FrameLayout(context) {
    init {
        val toggle = Toggle(context)
        toggle.isOn = isOn
        addView(toggle, LayoutParams(LayoutParams.WRAP_CONTENT, LayoutParams.WRAP_CONTENT, Gravity.CENTER))
        minimumHeight = context.dp(TARGET)
        minimumWidth = context.dp(TARGET)
        contentDescription = words
        importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_YES
        ripple(this, null, TARGET / 2)
        setOnClickListener { onChange(!isOn) }
    }

    override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
        super.onInitializeAccessibilityNodeInfo(info)
        info.className = Switch::class.java.name
        info.isCheckable = true
        info.isChecked = isOn
    }
}
