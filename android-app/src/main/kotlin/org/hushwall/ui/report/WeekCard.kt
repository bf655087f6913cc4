// How much was stopped in a week: the number, beside the week before, and the week day by day.
package org.hushwall.ui.report

import android.app.AlertDialog
import android.content.Context
import android.view.Gravity
import android.view.View
import android.widget.ArrayAdapter
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.log.DayBar
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.legend
import org.hushwall.ui.words.Words

/**
 * @param knownSince what began before is not known; null: nothing is.
 * @param before how much was stopped in the week before; 0: there is nothing to compare with.
 */
internal class WeekCard(
    context: Context,
    private val days: List<DayBar>,
    private val knownSince: Long?,
    private val before: Long,
    private val week: Week,
) : LinearLayout(context) {
    private val words = Words(context)
    private val told = text(context, Type.LABEL, R.color.ink2)
    private val stopped = days.sumOf { it.bar.stopped }

    private val last = week.today ?: (Week.DAYS - 1)

    /** The place of the first day of which anything is known: today, where nothing is yet. */
    private val known = knownSince?.let { since -> days.indexOfLast { it.since <= since }.coerceIn(0, last) } ?: last

    /** The days of which something is known. */
    private val past = days.subList(known, last + 1)

    init {
        orientation = VERTICAL
        background = shape(context, R.color.surface, 20)
        pad(16)
        val title = context.getString(if (week.isRunning) R.string.stopped_this_week else R.string.stopped_that_week)
        Compat.heading(add(text(context, Type.SMALL_MEDIUM, R.color.ink2, title)))
        addNumber()
        add(told, top = 12)
        told.showIf(false)
        add(bars(), top = 8)
        add(legend(context), top = 8)
    }

    private fun addNumber() {
        val line = add(rowOrStack(context))
        line.gravity = Gravity.CENTER_VERTICAL
        val number = text(context, Type.DISPLAY, text = words.number(stopped)).tabular()
        number.contentDescription = words.plural(R.plurals.stopped_in_week, stopped)
        line.add(number, width = WRAP)
        val compared = comparison() ?: return
        val beside = text(context, Type.SMALL, R.color.ink2, compared)
        if (!context.stacks) beside.textAlignment = View.TEXT_ALIGNMENT_VIEW_END
        if (context.stacks) line.add(beside) else line.addRest(beside, start = 24)
    }

    /** Beside as much of the week before; null where that is not known as a whole, or nothing was stopped in it. */
    private fun comparison(): String? {
        val since = knownSince ?: return null
        if (since > week.period.before || before == 0L) return null
        val share = words.wholePercent(Math.abs(stopped - before) / before.toDouble())
        val id = when {
            share == words.wholePercent(0.0) -> if (week.isRunning) R.string.as_many_by_then else R.string.as_many
            stopped < before -> if (week.isRunning) R.string.fewer_by_then else R.string.fewer
            else -> if (week.isRunning) R.string.more_by_then else R.string.more_than_before
        }
        return context.getString(id, share)
    }

    private fun bars(): View = DayBars(context, days, known, week.today).apply {
        show(days.map { it.bar }, last, sentence())
        onChoose = { day ->
            told.showIf(day >= known)
            if (day >= known) told.text = line(days[day])
        }
        onTable = ::table
    }

    private fun sentence(): String {
        val passed = words.number(days.sumOf { it.bar.letThrough })
        val busiest = past.maxByOrNull { it.bar.stopped }
        if (busiest == null || stopped == 0L) return context.getString(R.string.week_nothing_stopped, passed)
        val most = words.number(busiest.bar.stopped)
        return context.getString(R.string.week_sentence, words.day(busiest.since), most, words.number(stopped), passed)
    }

    private fun table() {
        AlertDialog.Builder(context)
            .setTitle(R.string.each_day)
            .setAdapter(ArrayAdapter(context, android.R.layout.simple_list_item_1, past.map(::line)), null)
            .setPositiveButton(R.string.close, null)
            .show()
    }

    private fun line(day: DayBar): String {
        val (since, bar) = day
        return context.getString(R.string.chart_hour, words.day(since), words.number(bar.stopped), words.number(bar.letThrough))
    }
}
