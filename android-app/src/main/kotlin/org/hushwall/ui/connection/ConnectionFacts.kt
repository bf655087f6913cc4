// The two cards of a connection: why and by what it was decided; who, where and when it was.
package org.hushwall.ui.connection

import android.content.Context
import android.view.Gravity
import android.view.View
import android.widget.Button
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.log.Known
import org.hushwall.log.LogRow
import org.hushwall.log.addressOf
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addHairline
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.card
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.EvidenceMeter
import org.hushwall.ui.widget.KnownLines
import org.hushwall.ui.words.Verdicts
import org.hushwall.ui.words.Words

internal class ConnectionFacts(private val context: Context, private val row: LogRow, private val count: Int) {
    private val words = Words(context)
    private val verdicts = Verdicts(context)

    /** [known]: what the catalogue says of the place, once it has answered. */
    fun why(known: Known?): View {
        val card = card(context).pad(16, 6)
        val (reason, line) = verdicts.why(row)
        card.fact(R.drawable.ic_info, R.string.why, reason, line, more = known?.let { KnownLines(context, it) })
        card.addHairline()
        val evidence = verdicts.evidence(row)
        val word = context.getString(evidence.word)
        card.fact(R.drawable.ic_eye, R.string.how_we_know, word, context.getString(evidence.sentence), evidence.level)
        card.addHairline()
        val (decided, from) = verdicts.decidedBy(row, known)
        card.fact(R.drawable.ic_rule, R.string.decided_by, decided, from)
        return card
    }

    /** [openCompany]: asked to show the company of this name. */
    fun who(openCompany: (String) -> Unit): View {
        val card = card(context).pad(16, 6)
        val host = row.host?.let(words::isolate)
        val address = words.isolate(addressOf(row.remote))
        val company = row.about?.let { words.name(it.organisation) }
        val line = if (company != null) host ?: address else context.getString(R.string.no_name_seen).takeIf { host == null }
        val open = row.about?.organisation?.let { name -> { openCompany(name) } }
        card.fact(R.drawable.ic_firm, R.string.who, company ?: host ?: address, line, open = open)
        val country = words.country(row.country)
        val rented = row.asnName?.let { context.getString(R.string.rented_from, words.name(it)) }
        if (country != null || rented != null) {
            card.addHairline()
            card.fact(R.drawable.ic_globe, R.string.where, country ?: context.getString(R.string.place_unknown), rented)
        }
        card.addHairline()
        card.fact(R.drawable.ic_clock, R.string.`when`, time(), network())
        return card
    }

    private fun time(): String {
        val day = words.dayInWords(row.started, System.currentTimeMillis())
        val at = context.getString(R.string.day_and_time, day, words.timeWithSeconds(row.started))
        if (count < 2) return at
        return context.getString(R.string.comma, at, words.plural(R.plurals.n_times_before, count - 1L))
    }

    private fun network(): String? =
        when (row.network) {
            "wifi" -> context.getString(R.string.wifi)
            "mobile" -> context.getString(R.string.mobile)
            else -> null
        }

    private fun LinearLayout.fact(
        drawable: Int,
        label: Int,
        title: String,
        line: String?,
        meter: Int = -1,
        more: KnownLines? = null,
        open: (() -> Unit)? = null,
    ) {
        val fact = add(FactRow(context, open).pad(0, 10))
        fact.gravity = Gravity.TOP
        fact.add(icon(context, drawable), width = 24, height = 24, top = 2)
        val body = fact.addRest(column(context), start = 16)
        body.add(text(context, Type.LABEL, R.color.ink3, context.getString(label)))
        val first = body.add(row(context))
        if (meter >= 0) first.add(EvidenceMeter(context, meter), width = WRAP, end = 8)
        first.addRest(text(context, Type.BODY, text = title))
        if (line != null) body.add(text(context, Type.SMALL, R.color.ink2, line))
        if (more != null) body.add(more)
        if (open != null) {
            fact.add(icon(context, R.drawable.ic_right), width = 24, height = 24, start = 8, gravity = Gravity.CENTER_VERTICAL)
        }
        // One sentence for a screen reader: what is asked, and its answer.
        val level = if (meter >= 0) context.getString(R.string.meter_spoken, words.number(meter.toLong())) else null
        fact.contentDescription = listOfNotNull(context.getString(label) + ": " + title, level, line, more?.spoken).joinToString(". ")
        fact.isFocusable = true
        body.importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO_HIDE_DESCENDANTS
    }
}

/** [open]: a tap shows more. */
private class FactRow(context: Context, private val open: (() -> Unit)?) : LinearLayout(context) {
    init {
        if (open != null) {
            ripple(this, null, 8)
            setOnClickListener { open() }
        }
    }

    override fun getAccessibilityClassName(): CharSequence =
        if (open == null) super.getAccessibilityClassName() else Button::class.java.name
}
