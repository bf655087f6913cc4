// The places of the app: a bar below, or a rail at the side where the screen is wide.
package org.hushwall.ui.widget

import android.content.Context
import android.content.res.ColorStateList
import android.graphics.Typeface
import android.view.Gravity
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.FrameLayout
import android.widget.ImageView
import android.widget.LinearLayout
import android.widget.TextView
import org.hushwall.R
import org.hushwall.ui.kit.FILL
import org.hushwall.ui.kit.MEDIUM
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.text
import org.hushwall.ui.kit.tint

internal class Place(val drawable: Int, val label: Int)

internal class TabBar(context: Context, places: List<Place>, private val rail: Boolean, onChoose: (Int) -> Unit) : LinearLayout(context) {
    private val cells = places.mapIndexed { i, place -> Cell(place, i, places.size, onChoose) }

    init {
        orientation = if (rail) VERTICAL else HORIZONTAL
        gravity = if (rail) Gravity.TOP else Gravity.CENTER
        pad(if (rail) 4 else 8, 6)
        makeRoom(0, 0)
        for (cell in cells) {
            if (rail) add(cell, bottom = 8) else add(cell, width = 0, height = WRAP, weight = 1f)
        }
    }

    /** Keeps the words clear of the system's bars; pixels. */
    fun makeRoom(top: Int, bottom: Int) {
        val own = context.dp(6)
        setPaddingRelative(paddingStart, (if (rail) context.dp(72) else own) + top, paddingEnd, own + bottom)
    }

    fun select(index: Int) = cells.forEachIndexed { i, cell -> cell.show(i == index) }

    private inner class Cell(place: Place, index: Int, count: Int, onChoose: (Int) -> Unit) : LinearLayout(context) {
        private val pill = FrameLayout(context)
        private val drawing: ImageView = icon(context, place.drawable)
        private val label: TextView = text(context, Type.TAB, R.color.ink2, context.getString(place.label))

        init {
            orientation = VERTICAL
            gravity = Gravity.CENTER_HORIZONTAL
            minimumHeight = context.dp(52)
            ripple(this, null, 12)
            pill.addView(drawing, FrameLayout.LayoutParams(context.dp(24), context.dp(24), Gravity.CENTER))
            add(pill, width = 60, height = 30, gravity = Gravity.CENTER_HORIZONTAL)
            label.gravity = Gravity.CENTER
            label.textAlignment = TEXT_ALIGNMENT_CENTER
            add(label, width = FILL, top = 2)
            contentDescription = context.getString(R.string.tab_of, label.text, index + 1, count)
            tooltipText = label.text
            setOnClickListener { onChoose(index) }
        }

        fun show(selected: Boolean) {
            isSelected = selected
            pill.background = if (selected) shape(context, R.color.tint, 15) else null
            drawing.imageTintList = ColorStateList.valueOf(context.getColor(if (selected) R.color.on_tint else R.color.ink2))
            label.tint(if (selected) R.color.ink else R.color.ink2)
            label.typeface = if (selected) Typeface.DEFAULT_BOLD else MEDIUM
        }

        override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
            super.onInitializeAccessibilityNodeInfo(info)
            info.className = "android.widget.TabWidget"
            info.isSelected = isSelected
        }
    }
}
