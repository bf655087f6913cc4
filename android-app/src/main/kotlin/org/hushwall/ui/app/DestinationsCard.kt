// Whom the app talks to, the most frequent first.
package org.hushwall.ui.app

import android.content.Context
import android.view.View
import android.widget.Button
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.host
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.listGround
import org.hushwall.ui.words.Verdicts
import org.hushwall.ui.words.Words

internal class DestinationsCard(context: Context, private val open: (Destination) -> Unit) : LinearLayout(context) {
    private val words = Words(context)
    private val verdicts = Verdicts(context)
    private val title = text(context, Type.SMALL_MEDIUM, R.color.ink2, context.getString(R.string.who_it_talks_to))
    private val rows = column(context)
    private val cut = text(context, Type.LABEL, R.color.ink3, context.getString(R.string.destinations_cut))

    init {
        orientation = VERTICAL
        add(title.pad(4, 8))
        Compat.heading(title)
        add(rows)
        add(cut.pad(4, 8))
        showIf(false)
    }

    fun show(facts: AppFacts) {
        showIf(facts.destinations.isNotEmpty())
        cut.showIf(facts.isCut)
        rows.removeAllViews()
        val shown = facts.destinations.take(MOST_ROWS)
        shown.forEachIndexed { i, destination -> rows.add(row(destination, i == 0, i == shown.size - 1)) }
    }

    private fun row(destination: Destination, isFirst: Boolean, isLast: Boolean): View {
        val row = DestinationRow(context)
        listGround(row, isFirst, isLast)
        row.pad(16, 8)
        val newest = destination.newest
        val colour = if (newest.blocked) R.color.brand else R.color.ink2
        val mark = icon(context, if (newest.blocked) R.drawable.ic_stop else R.drawable.ic_pass, colour)
        row.add(mark, width = 24, height = 24, start = 8, end = 24)
        val body = row.addRest(rowOrStack(context))
        val column = column(context)
        column.add(text(context, Type.SUBTITLE, text = words.isolate(destination.place)).host())
        column.add(text(context, Type.SMALL, R.color.ink2, second(destination)))
        if (context.stacks) body.add(column) else body.addRest(column, end = 8)
        val end = body.add(column(context), width = WRAP)
        val number = end.add(text(context, Type.SUBTITLE, text = words.number(destination.count.toLong())).tabular())
        val verdict = end.add(text(context, Type.LABEL, colour, verdicts.word(newest.blocked)))
        if (!context.stacks) {
            number.textAlignment = View.TEXT_ALIGNMENT_VIEW_END
            verdict.textAlignment = View.TEXT_ALIGNMENT_VIEW_END
        }
        val times = words.plural(R.plurals.n_times, destination.count.toLong())
        row.contentDescription = listOf(verdict.text, destination.place, second(destination), times).joinToString(", ")
        row.setOnClickListener { open(destination) }
        return row
    }

    private fun second(destination: Destination): String {
        val country = words.country(destination.newest.country)
        val reason = verdicts.short(destination.newest)
        return if (country == null) reason else context.getString(R.string.two_parts, country, reason)
    }

    private class DestinationRow(context: Context) : LinearLayout(context) {
        init {
            gravity = android.view.Gravity.CENTER_VERTICAL
            minimumHeight = context.dp(66)
        }

        override fun getAccessibilityClassName(): CharSequence = Button::class.java.name
    }

    private companion object {
        /** A card of Views, not a list: more would cost memory for what nobody scrolls to. */
        const val MOST_ROWS = 60
    }
}
