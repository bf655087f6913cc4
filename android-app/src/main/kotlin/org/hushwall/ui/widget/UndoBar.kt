// After a change: what was done, and Undo for 8 seconds or as long as the user's settings ask for.
package org.hushwall.ui.widget

import android.content.Context
import android.view.Gravity
import android.view.View
import android.view.accessibility.AccessibilityManager
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.widget.TextView
import org.hushwall.R
import org.hushwall.policy.Undo
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.text
import org.hushwall.ui.kit.tint

internal class UndoBar(context: Context) : LinearLayout(context) {
    private val words: TextView = text(context, Type.SMALL, R.color.bg)
    private var change: Undo? = null
    private val hide = Runnable { dismiss() }

    init {
        gravity = Gravity.CENTER_VERTICAL
        minimumHeight = context.dp(56)
        background = shape(context, R.color.ink, 16)
        pad(16, 4, 4, 4)
        accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE
        addRest(words, end = 8)
        val button = WordButton(context, Weight.QUIET, context.getString(R.string.undo), TARGET) { takeBack() }
        button.tint(R.color.bg)
        add(button, width = WRAP)
        showIf(false)
    }

    fun show(text: CharSequence, undo: Undo) {
        change = undo
        words.text = text
        showIf(true)
        Work.main.removeCallbacks(hide)
        val manager = context.getSystemService(AccessibilityManager::class.java)
        Work.main.postDelayed(hide, Compat.timeToRead(manager, SHOWN_MILLIS))
    }

    fun dismiss() {
        change = null
        showIf(false)
    }

    private fun takeBack() {
        change?.undo()
        dismiss()
    }

    companion object {
        private const val SHOWN_MILLIS = 8_000

        /** Where the bar stands in a frame: at the bottom, with the margin of the screen. */
        fun place(context: Context): FrameLayout.LayoutParams =
            FrameLayout.LayoutParams(
                FrameLayout.LayoutParams.MATCH_PARENT,
                FrameLayout.LayoutParams.WRAP_CONTENT,
                Gravity.BOTTOM,
            ).apply { setMargins(context.dp(16), 0, context.dp(16), context.dp(12)) }
    }
}
