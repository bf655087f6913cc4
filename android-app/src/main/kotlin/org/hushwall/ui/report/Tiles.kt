// Two numbers of a week: what was tried while nobody looked, and how much of the time was protected.
package org.hushwall.ui.report

import android.content.Intent
import android.view.View
import android.widget.Button
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.FILL
import org.hushwall.ui.kit.Screen
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.record.RecordActivity
import org.hushwall.ui.words.Words
import org.hushwall.vpn.Gap

internal class Tiles(private val screen: Screen) {
    private val words = Words(screen)

    /** [tries]: while the screen was off, at night; null where that is not known any more. */
    fun of(tries: Long?, protectedShare: Double, gaps: List<Gap>, now: Long): View {
        val line = rowOrStack(screen)
        val tiles = listOfNotNull(tries?.let(::night), protection(protectedShare, gaps, now))
        for ((i, tile) in tiles.withIndex()) {
            val isFirst = i == 0
            if (screen.stacks) {
                line.add(tile, top = if (isFirst) 0 else 12)
            } else {
                line.add(tile, width = 0, height = FILL, weight = 1f, start = if (isFirst) 0 else 12)
            }
        }
        return line
    }

    private fun night(tries: Long): View {
        val line = screen.resources.getQuantityString(
            R.plurals.tries_screen_off, Math.min(tries, Int.MAX_VALUE.toLong()).toInt(), words.hours(NIGHT_FROM, NIGHT_TO),
        )
        return Tile(R.drawable.ic_moon, R.color.ink2, words.number(tries), line)
    }

    private fun protection(share: Double, gaps: List<Gap>, now: Long): View {
        val longest = gaps.maxByOrNull { (it.to ?: now) - it.from }
        val protection = screen.getString(R.string.of_week_protected)
        val line = if (longest == null) {
            protection
        } else {
            val length = words.duration((longest.to ?: now) - longest.from)
            val at = screen.getString(R.string.comma, words.day(longest.from), words.range(longest.from, longest.to))
            protection + " " + screen.getString(R.string.longest_gap, length, at)
        }
        val drawing = if (longest == null) R.drawable.ic_check else R.drawable.ic_alert
        val tile = Tile(drawing, if (longest == null) R.color.brand else R.color.warn, words.percent(share), line)
        return tile.apply { leadsTo { screen.startActivity(Intent(screen, RecordActivity::class.java)) } }
    }

    private inner class Tile(drawing: Int, colour: Int, number: String, line: String) : LinearLayout(screen) {
        init {
            orientation = VERTICAL
            background = shape(screen, R.color.surface, 20)
            pad(16)
            add(icon(screen, drawing, colour), width = 24, height = 24, bottom = 8)
            add(text(screen, Type.HEADLINE, text = number).tabular(), width = WRAP)
            add(text(screen, Type.SMALL, R.color.ink2, line))
            contentDescription = "$number $line"
            isFocusable = true
        }

        fun leadsTo(act: () -> Unit) {
            ripple(this, background, 20)
            setOnClickListener { act() }
        }

        override fun getAccessibilityClassName(): CharSequence =
            if (isClickable) Button::class.java.name else super.getAccessibilityClassName()
    }

    private companion object {
        /** As the core counts the night. */
        const val NIGHT_FROM = 23
        const val NIGHT_TO = 30
    }
}
