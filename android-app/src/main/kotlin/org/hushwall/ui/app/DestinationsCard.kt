// Whom the app talks to: the company and what for, where, how often, and whether it got through.
package org.hushwall.ui.app

import android.content.Context
import android.view.Gravity
import android.view.View
import android.widget.Button
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.log.Contact
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
import org.hushwall.ui.kit.smallIcon
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.PlaceLine
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.linkButton
import org.hushwall.ui.widget.listGround
import org.hushwall.ui.words.Purposes
import org.hushwall.ui.words.Verdicts
import org.hushwall.ui.words.Words

internal class DestinationsCard(context: Context, private val open: (Contact) -> Unit) : LinearLayout(context) {
    private val words = Words(context)
    private val verdicts = Verdicts(context)
    private val purposes = Purposes(context)
    private val rows = column(context)
    private val choice = linkButton(context, "") { chooseOrder() }
    private var order = Order.COMPANY
    private var contacts: List<Contact> = emptyList()

    init {
        orientation = VERTICAL
        val head = add(rowOrStack(context).pad(4, 0))
        val title = text(context, Type.SMALL_MEDIUM, R.color.ink2, context.getString(R.string.who_it_talks_to))
        if (context.stacks) head.add(title, top = 8) else head.addRest(title)
        head.add(choice, width = WRAP)
        choice.setCompoundDrawablesRelative(null, null, context.smallIcon(R.drawable.ic_down, R.color.brand, 20), null)
        Compat.heading(title)
        add(rows)
        showIf(false)
    }

    fun show(next: List<Contact>) {
        contacts = next
        showIf(contacts.isNotEmpty())
        choice.text = context.getString(order.words)
        rows.removeAllViews()
        val shown = order.sorted(contacts).take(MOST_ROWS)
        shown.forEachIndexed { i, contact -> rows.add(row(contact, i == 0, i == shown.size - 1)) }
    }

    private fun chooseOrder() {
        val sheet = Sheet(context, context.getString(R.string.order_title))
        for (choice in Order.values()) {
            sheet.choice(0, context.getString(choice.words), null, selected = choice == order) {
                order = choice
                show(contacts)
            }
        }
        sheet.show()
    }

    private fun row(contact: Contact, isFirst: Boolean, isLast: Boolean): View {
        val row = ContactRow(context)
        listGround(row, isFirst, isLast)
        row.pad(16, 8)
        val colour = if (contact.blocked > 0) R.color.brand else R.color.ink2
        row.add(icon(context, mark(contact), colour), width = 24, height = 24, start = 8, end = 24)
        val body = row.addRest(rowOrStack(context))
        val column = column(context)
        val title = column.add(text(context, Type.SUBTITLE, text = title(contact)))
        if (contact.about == null && contact.hosts.isNotEmpty()) title.host()
        val place = second(contact, column)
        if (context.stacks) body.add(column) else body.addRest(column, end = 8)
        val end = body.add(column(context), width = WRAP)
        val number = end.add(text(context, Type.SUBTITLE, text = order.figure(contact, words)).tabular())
        val verdict = end.add(text(context, Type.LABEL, colour, verdict(contact)))
        if (!context.stacks) {
            number.textAlignment = View.TEXT_ALIGNMENT_VIEW_END
            verdict.textAlignment = View.TEXT_ALIGNMENT_VIEW_END
        }
        val times = words.plural(R.plurals.n_times, contact.connections)
        row.contentDescription = listOfNotNull(verdict.text, title.text, place, times).joinToString(", ")
        row.setOnClickListener { open(contact) }
        return row
    }

    private fun title(contact: Contact): String =
        contact.about?.let(purposes::title) ?: if (contact.hosts.isEmpty()) words.name(contact.who) else words.isolate(contact.who)

    /** The country, then the host that is not in the title already, or the network. */
    private fun second(contact: Contact, column: LinearLayout): String? {
        val place = if (contact.about != null) contact.hosts.firstOrNull() ?: contact.addresses.firstOrNull() else null
        if (place != null) return column.add(PlaceLine(context, R.color.ink2)).show(contact.country, place)
        val parts = listOfNotNull(words.country(contact.country), contact.network?.takeIf { it != contact.who }?.let(words::name))
        if (parts.isEmpty()) return null
        val line = if (parts.size == 1) parts[0] else context.getString(R.string.two_parts, parts[0], parts[1])
        column.add(text(context, Type.SMALL, R.color.ink2, line))
        return line
    }

    private fun mark(contact: Contact): Int =
        when (contact.blocked) {
            0L -> R.drawable.ic_pass
            contact.connections -> R.drawable.ic_stop
            else -> R.drawable.ic_filter
        }

    private fun verdict(contact: Contact): String =
        when (contact.blocked) {
            0L, contact.connections -> verdicts.word(contact.blocked > 0)
            else -> words.plural(R.plurals.n_stopped, contact.blocked)
        }

    private class ContactRow(context: Context) : LinearLayout(context) {
        init {
            gravity = Gravity.CENTER_VERTICAL
            minimumHeight = context.dp(66)
        }

        override fun getAccessibilityClassName(): CharSequence = Button::class.java.name
    }

    private companion object {
        /** A card of Views, not a list: more would cost memory for what nobody scrolls to. */
        const val MOST_ROWS = 60
    }
}

/** What comes first, and the figure that tells why it does. */
private enum class Order(val words: Int) {
    COMPANY(R.string.by_company),
    TIME(R.string.by_time),
    AMOUNT(R.string.by_amount),
    ;

    fun sorted(contacts: List<Contact>): List<Contact> =
        when (this) {
            COMPANY -> contacts.sortedByDescending { it.connections }
            TIME -> contacts.sortedByDescending { it.last }
            AMOUNT -> contacts.sortedByDescending { it.bytes }
        }

    fun figure(contact: Contact, words: Words): String =
        when (this) {
            COMPANY -> words.number(contact.connections)
            TIME -> words.time(contact.last)
            AMOUNT -> words.bytes(contact.bytes)
        }
}
