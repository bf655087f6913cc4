// How much of Xiaomi's is stopped: three equal cells, or three rows at large fonts.
package org.hushwall.ui.lists

import android.content.Context
import android.view.Gravity
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.LinearLayout
import android.widget.RadioButton
import org.hushwall.R
import org.hushwall.policy.ProtectionLevel
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.text

/** The word for a level, and what it does. */
internal val ProtectionLevel.words: Pair<Int, Int>
    get() = when (this) {
        ProtectionLevel.OFF -> R.string.lists_level_off to R.string.lists_off_line
        ProtectionLevel.STANDARD -> R.string.lists_level_standard to R.string.lists_standard_line
        ProtectionLevel.STRICT -> R.string.lists_level_strict to R.string.lists_strict_line
    }

/** [onChoose] is told what was asked for. */
internal class LevelSegment(context: Context, chosen: ProtectionLevel, onChoose: (ProtectionLevel) -> Unit) : LinearLayout(context) {
    init {
        orientation = if (context.stacks) VERTICAL else HORIZONTAL
        background = shape(context, R.color.surface2, 16)
        pad(4)
        for (level in ProtectionLevel.entries) {
            val cell = Cell(level, level == chosen, onChoose)
            if (context.stacks) add(cell, bottom = 4) else add(cell, width = 0, weight = 1f, start = 2, end = 2)
        }
    }

    override fun getAccessibilityClassName(): CharSequence = "android.widget.RadioGroup"

    private inner class Cell(level: ProtectionLevel, private val isChosen: Boolean, onChoose: (ProtectionLevel) -> Unit) :
        LinearLayout(context) {
        init {
            minimumHeight = context.dp(TARGET)
            gravity = Gravity.CENTER
            val colour = if (isChosen) R.color.brand else R.color.ink2
            val label = text(context, Type.SMALL_MEDIUM, colour, context.getString(level.words.first))
            if (context.stacks) {
                pad(16, 12)
                addRest(label)
                if (isChosen) add(icon(context, R.drawable.ic_check, R.color.brand), width = 24, height = 24)
            } else {
                label.textAlignment = View.TEXT_ALIGNMENT_CENTER
                add(label, width = WRAP)
            }
            ripple(this, if (isChosen) shape(context, R.color.surface, 12, R.color.brand, width = 2) else null, 12)
            val xiaomi = context.getString(R.string.lists_xiaomi)
            contentDescription = context.getString(R.string.lists_level_spoken, xiaomi, label.text)
            setOnClickListener { onChoose(level) }
        }

        override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
            super.onInitializeAccessibilityNodeInfo(info)
            info.className = RadioButton::class.java.name
            info.isCheckable = true
            info.isChecked = isChosen
        }
    }
}
