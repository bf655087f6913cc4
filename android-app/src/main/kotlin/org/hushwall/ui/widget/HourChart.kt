// The bars of a day with the line above them that tells one hour, and the table behind them.
package org.hushwall.ui.widget

import android.app.AlertDialog
import android.content.Context
import android.view.View
import android.widget.ArrayAdapter
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.log.HourBar
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.text
import org.hushwall.ui.words.Words

internal class HourChart(context: Context, height: Int) : LinearLayout(context) {
    private val words = Words(context)
    private val told = text(context, Type.LABEL, R.color.ink2)
    private val bars = HourBars(context, height)
    private var hours: List<HourBar> = emptyList()

    init {
        orientation = VERTICAL
        add(told, bottom = 4)
        told.showIf(false)
        add(bars)
        bars.onChoose = ::tell
        bars.onTable = ::table
    }

    fun show(hours: List<HourBar>, hourNow: Int) {
        this.hours = hours
        bars.show(hours, hourNow, sentence())
    }

    private fun sentence(): String {
        val stopped = words.number(hours.sumOf { it.stopped })
        val passed = words.number(hours.sumOf { it.letThrough })
        val busiest = hours.indices.maxByOrNull { hours[it].stopped } ?: 0
        val most = hours.getOrNull(busiest)?.stopped ?: 0
        if (most == 0L) return context.getString(R.string.chart_nothing_stopped, passed)
        return context.getString(R.string.chart_sentence, words.hour(busiest), words.number(most), stopped, passed)
    }

    private fun tell(hour: Int) {
        told.showIf(hour >= 0)
        if (hour >= 0) told.text = line(hour)
    }

    private fun table() {
        val lines = hours.indices.filter { hours[it].stopped + hours[it].letThrough > 0 }.map(::line)
        AlertDialog.Builder(context)
            .setTitle(R.string.each_hour)
            .setAdapter(ArrayAdapter(context, android.R.layout.simple_list_item_1, lines), null)
            .setPositiveButton(R.string.close, null)
            .show()
    }

    private fun line(hour: Int): String {
        val bar = hours[hour]
        return context.getString(R.string.chart_hour, words.hour(hour), words.number(bar.stopped), words.number(bar.letThrough))
    }
}

/** The two patterns in words. */
internal fun legend(context: Context): View {
    val line = rowOrStack(context)
    line.add(legendEntry(context, Swatch(context, false), context.getString(R.string.legend_stopped)), width = WRAP, end = 16)
    line.add(legendEntry(context, Swatch(context, true), context.getString(R.string.legend_let_through)), width = WRAP)
    return line
}

internal fun legendEntry(context: Context, swatch: View, words: CharSequence): View {
    val entry = row(context)
    entry.add(swatch, width = 12, height = 12)
    entry.add(text(context, Type.LABEL, R.color.ink2, words), width = WRAP, start = 6)
    return entry
}

/** A small piece of a chart's pattern, to stand before its meaning. */
internal class Swatch(
    context: Context,
    private val isHatched: Boolean,
    colour: Int = R.color.outline,
    ground: Int = R.color.surface,
) : View(context) {
    private val inside = if (isHatched) hatch(context, colour, ground) else fill(context, R.color.brand)
    private val edge = border(context, colour)
    private val box = android.graphics.RectF()

    init {
        importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_NO
    }

    override fun onDraw(canvas: android.graphics.Canvas) {
        val radius = context.dp(3f)
        val inset = context.dp(0.5f)
        box.set(inset, inset, width - inset, height - inset)
        canvas.drawRoundRect(box, radius, radius, inside)
        if (isHatched) canvas.drawRoundRect(box, radius, radius, edge)
    }
}
