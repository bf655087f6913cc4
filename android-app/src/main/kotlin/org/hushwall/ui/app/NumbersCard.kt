// What the app did today: the numbers with the patterns of the chart before them, and the hours.
package org.hushwall.ui.app

import android.content.Context
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.HourChart
import org.hushwall.ui.widget.Swatch
import org.hushwall.ui.words.Words

internal class NumbersCard(context: Context) : LinearLayout(context) {
    private val words = Words(context)
    private val stopped = text(context, Type.TITLE).tabular()
    private val passed = text(context, Type.SMALL, R.color.ink2).tabular()
    private val chart = HourChart(context, 72)
    private val nothing = text(context, Type.SMALL, R.color.ink2, context.getString(R.string.no_internet_today))

    init {
        orientation = VERTICAL
        background = shape(context, R.color.surface, 20)
        pad(16)
        add(text(context, Type.SMALL_MEDIUM, R.color.ink2, context.getString(R.string.today)))
        val line = add(rowOrStack(context))
        val first = row(context)
        first.add(Swatch(context, false), width = 12, height = 12, end = 8)
        first.add(stopped, width = WRAP)
        val second = row(context)
        second.add(Swatch(context, true), width = 12, height = 12, end = 8)
        second.add(passed, width = WRAP)
        if (context.stacks) line.add(first) else line.addRest(first)
        line.add(second, width = WRAP)
        add(chart, top = 12)
        add(nothing, top = 8)
        nothing.showIf(false)
    }

    fun show(facts: AppFacts) {
        stopped.text = words.plural(R.plurals.n_stopped, facts.stopped)
        val passedWords = context.getString(R.string.n_let_through, words.number(facts.letThrough))
        passed.text = if (facts.bytes == 0L) passedWords else {
            context.getString(R.string.comma, passedWords, words.bytes(facts.bytes))
        }
        val isQuiet = facts.stopped + facts.letThrough == 0L
        chart.show(facts.hours, facts.hourNow)
        chart.showIf(!isQuiet)
        nothing.showIf(isQuiet)
    }
}
