// How long to watch an app, and whether to go on stopping trackers meanwhile.
package org.hushwall.ui.watch

import org.hushwall.R
import org.hushwall.ui.kit.Screen
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Chip
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.widget.chipLine
import org.hushwall.ui.words.Words

/** [name]: of the app, to stand in a sentence. [start] gets the minutes, and whether everything is to pass. */
internal class WatchSheet(private val screen: Screen, private val name: String, private val start: (Int, Boolean) -> Unit) {
    private val words = Words(screen)
    private val sheet = Sheet(screen, screen.getString(R.string.watch_title, name))
    private val lengths = LENGTHS.associateWith { Chip(screen) { choose(minutes = it) } }
    private val keep = Chip(screen) { choose(letsThrough = false) }
    private val all = Chip(screen) { choose(letsThrough = true) }
    private val warning = text(screen, Type.SMALL, R.color.warn)
    private var minutes = USUAL
    private var letsThrough = false

    fun show() {
        sheet.note(screen.getString(R.string.watch_line))
        // A line of chips has a margin of 16 dp already.
        sheet.body.add(chipLine(screen, lengths.values.toList()), start = 8, end = 8)
        sheet.body.add(keep, width = WRAP, start = 24, end = 24)
        sheet.body.add(all, width = WRAP, start = 24, end = 24)
        sheet.body.add(warning, start = 24, end = 24, top = 4)
        val button = WordButton(screen, Weight.FILLED, screen.getString(R.string.watch_start)) {
            sheet.dismiss()
            start(minutes, letsThrough)
        }
        sheet.body.add(button, start = 24, end = 24, top = 16)
        choose()
        sheet.show()
    }

    private fun choose(minutes: Int = this.minutes, letsThrough: Boolean = this.letsThrough) {
        this.minutes = minutes
        this.letsThrough = letsThrough
        for ((length, chip) in lengths) chip.show(time(length), length == minutes)
        keep.show(screen.getString(R.string.watch_keep), !letsThrough)
        all.show(screen.getString(R.string.watch_all), letsThrough)
        warning.text = screen.getString(R.string.watch_all_warning, time(minutes), name)
        warning.showIf(letsThrough)
    }

    private fun time(minutes: Int) = screen.getString(R.string.length_minutes, words.number(minutes.toLong()))

    private companion object {
        val LENGTHS = listOf(2, 5, 15)
        const val USUAL = 5
    }
}
