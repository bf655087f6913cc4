// The modes of an app as the user meets them: an arrow, an arrow through a door in the wall, an arrow that ends at the
// wall, an arrow over it. The pill of a list and the segment of an app's own screen.
package org.hushwall.ui.widget

import android.content.Context
import android.view.Gravity
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.widget.RadioButton
import android.widget.TextView
import org.hushwall.R
import org.hushwall.policy.AppMode
import org.hushwall.ui.kit.MEDIUM
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.smallIcon
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.style
import org.hushwall.ui.kit.text

/** How a mode is shown: its name, what it means, the same after an app's name ("Mi Browser is blocked"), and its drawing. */
private enum class Face(val word: Int, val sentence: Int, val said: Int, val drawable: Int) {
    FILTER(R.string.mode_filter, R.string.mode_filter_sentence, R.string.said_filter, R.drawable.ic_filter),
    ALLOW(R.string.mode_allow, R.string.mode_allow_sentence, R.string.said_allow, R.drawable.ic_pass),
    BLOCK(R.string.mode_block, R.string.mode_block_sentence, R.string.said_block, R.drawable.ic_stop),
    OUTSIDE(R.string.mode_outside, R.string.mode_outside_sentence, R.string.said_outside, R.drawable.ic_out),
}

private val AppMode.face: Face
    get() = when (this) {
        AppMode.FILTER -> Face.FILTER
        AppMode.ALLOW -> Face.ALLOW
        AppMode.BLOCK -> Face.BLOCK
        AppMode.OUTSIDE -> Face.OUTSIDE
    }

internal val AppMode.word: Int get() = face.word
internal val AppMode.sentence: Int get() = face.sentence
internal val AppMode.said: Int get() = face.said
internal val AppMode.drawable: Int get() = face.drawable

/** 40 dp to see, 48 to touch. The default is quiet, so that exceptions stand out in a long list. */
internal class ModePill(context: Context) : FrameLayout(context) {
    private val face = TextView(context)

    init {
        face.gravity = Gravity.CENTER_VERTICAL
        face.minHeight = context.dp(40)
        face.minWidth = context.dp(100)
        face.compoundDrawablePadding = context.dp(6)
        face.setPaddingRelative(context.dp(10), context.dp(4), context.dp(8), context.dp(4))
        minimumHeight = context.dp(TARGET)
        minimumWidth = context.dp(TARGET)
        addView(face, LayoutParams(LayoutParams.WRAP_CONTENT, LayoutParams.WRAP_CONTENT, Gravity.CENTER_VERTICAL))
        isClickable = true
        isFocusable = true
    }

    fun show(mode: AppMode) {
        val colour = if (mode == AppMode.BLOCK) R.color.bg else if (mode == AppMode.FILTER) R.color.ink2 else R.color.ink
        face.style(if (mode == AppMode.FILTER) Type.SMALL else Type.SMALL_MEDIUM, colour)
        face.setText(mode.word)
        val fold = context.smallIcon(R.drawable.ic_down, colour, 18)
        face.setCompoundDrawablesRelative(context.smallIcon(mode.drawable, colour, 18), null, fold, null)
        val ground = when (mode) {
            AppMode.FILTER -> null
            AppMode.BLOCK -> shape(context, R.color.ink, 12)
            AppMode.ALLOW, AppMode.OUTSIDE -> shape(context, R.color.surface, 12, R.color.outline)
        }
        ripple(face, ground, 12)
        face.isClickable = false
        face.isFocusable = false
    }
}

/** Three equal cells, or three rows at large fonts. [onChoose] is told what was asked for. */
internal class ModeSegment(context: Context, onChoose: (AppMode) -> Unit) : LinearLayout(context) {
    private val cells = listOf(AppMode.ALLOW, AppMode.FILTER, AppMode.BLOCK).map { Cell(it, onChoose) }

    init {
        orientation = if (context.stacks) VERTICAL else HORIZONTAL
        background = shape(context, R.color.surface2, 16)
        pad(4)
        for (cell in cells) {
            if (context.stacks) add(cell, bottom = 4) else add(cell, width = 0, weight = 1f, start = 2, end = 2)
        }
    }

    /** [mode] OUTSIDE selects none of the three. */
    fun show(mode: AppMode) = cells.forEach { it.show(it.mode == mode) }

    override fun getAccessibilityClassName(): CharSequence = "android.widget.RadioGroup"

    private inner class Cell(val mode: AppMode, onChoose: (AppMode) -> Unit) : LinearLayout(context) {
        private val tick: View = icon(context, R.drawable.ic_check, R.color.brand)
        private val drawing = icon(context, mode.drawable)
        private val label = text(context, Type.SMALL_MEDIUM, R.color.ink2, context.getString(mode.word))

        init {
            minimumHeight = context.dp(56)
            orientation = VERTICAL
            gravity = Gravity.CENTER
            if (context.stacks) {
                val line = add(row(context).pad(16, 12))
                line.add(drawing, width = 24, height = 24)
                line.addRest(label, start = 14)
                line.add(tick, width = WRAP)
            } else {
                add(drawing, width = 24, height = 24, gravity = Gravity.CENTER_HORIZONTAL)
                add(label, width = WRAP, gravity = Gravity.CENTER_HORIZONTAL)
            }
            setOnClickListener { onChoose(mode) }
        }

        fun show(selected: Boolean) {
            isSelected = selected
            val ground = if (selected) shape(context, R.color.surface, 12, R.color.brand, width = 2) else null
            ripple(this, ground, 12)
            val colour = context.getColor(if (selected) R.color.brand else R.color.ink2)
            label.setTextColor(colour)
            label.typeface = MEDIUM
            drawing.setColorFilter(colour)
            tick.showIf(selected)
        }

        override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
            super.onInitializeAccessibilityNodeInfo(info)
            info.className = RadioButton::class.java.name
            info.isCheckable = true
            info.isChecked = isSelected
        }
    }
}
