// How much was stopped today: the number, its company, and the day hour by hour.
package org.hushwall.ui.home

import android.content.Context
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.HourChart
import org.hushwall.ui.widget.legend
import org.hushwall.ui.words.Words

internal class TodayCard(context: Context) : LinearLayout(context) {
    private val words = Words(context)
    private val number = text(context, Type.DISPLAY).tabular()
    private val passed = text(context, Type.SMALL, R.color.ink2).tabular()
    private val apps = text(context, Type.SMALL, R.color.ink2).tabular()
    private val chart = HourChart(context, chartHeight(context))

    init {
        orientation = VERTICAL
        background = shape(context, R.color.surface, 20)
        pad(16)
        val title = add(text(context, Type.SMALL_MEDIUM, R.color.ink2, context.getString(R.string.stopped_today)))
        Compat.heading(title)
        val line = add(rowOrStack(context))
        line.gravity = Gravity.BOTTOM
        if (context.stacks) line.add(number) else line.addRest(number)
        val beside = line.add(column(context), width = WRAP, bottom = 5)
        beside.add(passed, width = if (context.stacks) WRAP else -1)
        beside.add(apps, width = if (context.stacks) WRAP else -1)
        if (!context.stacks) {
            passed.textAlignment = View.TEXT_ALIGNMENT_VIEW_END
            apps.textAlignment = View.TEXT_ALIGNMENT_VIEW_END
        }
        add(chart, top = 12)
        add(legend(context), top = 8)
    }

    fun show(facts: HomeFacts) {
        val day = facts.day
        number.text = words.number(day.stopped)
        number.contentDescription = words.plural(R.plurals.stopped_today_spoken, day.stopped)
        passed.text = context.getString(R.string.n_let_through, words.number(day.letThrough))
        apps.text = words.plural(R.plurals.apps_tried, day.appsStopped.toLong())
        chart.show(day.hours, facts.hourNow)
    }
}

/** On low screens the bars give way, so that the first of those who tried stays in sight. */
private fun chartHeight(context: Context): Int = if (context.resources.configuration.screenHeightDp < 760) 72 else 116
