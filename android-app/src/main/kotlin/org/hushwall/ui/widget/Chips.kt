// Filters of a list: 36 dp to see, 48 to touch; one that is on has a check mark. At large fonts they wrap to lines.
package org.hushwall.ui.widget

import android.content.Context
import android.view.Gravity
import android.view.View
import android.view.ViewGroup
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.CheckBox
import android.widget.FrameLayout
import android.widget.HorizontalScrollView
import android.widget.LinearLayout
import android.widget.TextView
import org.hushwall.R
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.smallIcon
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.style
import org.hushwall.ui.kit.tint

/** [opens]: it opens a choice, and shows an arrow where the others show a check mark. */
internal class Chip(context: Context, private val opens: Boolean = false, onClick: () -> Unit) : FrameLayout(context) {
    private val face = TextView(context)

    init {
        minimumHeight = context.dp(TARGET)
        minimumWidth = context.dp(TARGET)
        face.style(Type.SMALL_MEDIUM, R.color.ink2)
        face.gravity = Gravity.CENTER
        face.minHeight = context.dp(36)
        face.compoundDrawablePadding = context.dp(6)
        face.setPaddingRelative(context.dp(14), context.dp(4), context.dp(14), context.dp(4))
        addView(face, LayoutParams(WRAP, WRAP, Gravity.CENTER))
        isClickable = true
        isFocusable = true
        setOnClickListener { onClick() }
    }

    fun show(words: CharSequence, on: Boolean) {
        isSelected = on
        face.text = words
        contentDescription = words
        val colour = if (on) R.color.on_tint else R.color.ink2
        face.tint(colour)
        val ground = if (on) shape(context, R.color.tint, 12) else shape(context, R.color.surface, 12, R.color.line)
        ripple(face, ground, 12)
        face.isClickable = false
        face.isFocusable = false
        face.importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_NO
        face.setCompoundDrawablesRelative(
            if (on && !opens) context.smallIcon(R.drawable.ic_check, colour, 16) else null,
            null,
            if (opens) context.smallIcon(R.drawable.ic_down, colour, 16) else null,
            null,
        )
    }

    override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
        super.onInitializeAccessibilityNodeInfo(info)
        info.className = if (opens) android.widget.Button::class.java.name else CheckBox::class.java.name
        info.isCheckable = !opens
        info.isChecked = isSelected
    }
}

/** A line of chips that scrolls sideways, or lines of them at large fonts. */
internal fun chipLine(context: Context, chips: List<Chip>): View {
    if (context.stacks) {
        val lines = FlowLayout(context)
        lines.pad(16, 4)
        chips.forEach(lines::addView)
        return lines
    }
    val line: LinearLayout = row(context).pad(16, 0)
    chips.forEach { line.add(it, width = WRAP, end = 8) }
    return HorizontalScrollView(context).apply {
        isHorizontalScrollBarEnabled = false
        clipToPadding = false
        addView(line)
    }
}

/** Children beside each other as long as they fit, then in the next line. */
internal class FlowLayout(context: Context) : ViewGroup(context) {
    private val gap = context.dp(8)

    override fun onMeasure(widthSpec: Int, heightSpec: Int) {
        val width = MeasureSpec.getSize(widthSpec)
        val room = width - paddingLeft - paddingRight
        measureChildren(MeasureSpec.makeMeasureSpec(room, MeasureSpec.AT_MOST), MeasureSpec.UNSPECIFIED)
        val height = arrange(room) { _, _, _ -> }
        setMeasuredDimension(width, height + paddingTop + paddingBottom)
    }

    override fun onLayout(changed: Boolean, l: Int, t: Int, r: Int, b: Int) {
        val rtl = layoutDirection == LAYOUT_DIRECTION_RTL
        arrange(width - paddingLeft - paddingRight) { child, x, y ->
            val left = if (rtl) width - paddingRight - x - child.measuredWidth else paddingLeft + x
            child.layout(left, paddingTop + y, left + child.measuredWidth, paddingTop + y + child.measuredHeight)
        }
    }

    private inline fun arrange(room: Int, place: (View, Int, Int) -> Unit): Int {
        var x = 0
        var y = 0
        var line = 0
        for (i in 0 until childCount) {
            val child = getChildAt(i)
            if (child.visibility == GONE) continue
            if (x > 0 && x + child.measuredWidth > room) {
                x = 0
                y += line
                line = 0
            }
            place(child, x, y)
            x += child.measuredWidth + gap
            line = Math.max(line, child.measuredHeight)
        }
        return y + line
    }
}
