// One of those the app talks to: what it is for, what breaks without it, what to do about it, and its last connections.
package org.hushwall.ui.app

import android.content.Intent
import org.hushwall.R
import org.hushwall.log.Contact
import org.hushwall.log.Known
import org.hushwall.log.LogFilter
import org.hushwall.log.LogRow
import org.hushwall.log.addressOf
import org.hushwall.policy.Undo
import org.hushwall.policy.UserRule
import org.hushwall.ui.company.CompanyActivity
import org.hushwall.ui.connection.ConnectionActivity
import org.hushwall.ui.connection.RowBundle
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.KnownLines
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.UndoBar
import org.hushwall.ui.words.Purposes
import org.hushwall.ui.words.Verdicts
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.startOfDay
import org.hushwall.ui.words.tryHostRule

internal class DestinationSheet(
    private val screen: AppActivity,
    private val key: String,
    private val label: String,
    private val contact: Contact,
    private val undo: UndoBar,
) {
    private val words = Words(screen)
    private val verdicts = Verdicts(screen)
    private val policy = screen.hushwall.policy
    private val log = screen.hushwall.log

    private class Details(val known: Known?, val rows: List<LogRow>)

    /** Asks what is known and what was last, then opens. */
    fun show() {
        val midnight = startOfDay(System.currentTimeMillis(), 0)
        screen.questions.ask({
            val rows = rows(midnight)
            Details(if (contact.about == null) null else rows.firstOrNull()?.let(log::known), rows)
        }, ::open)
    }

    private fun open(details: Details) {
        val about = contact.about
        val sheet = Sheet(screen, if (about != null) Purposes(screen).title(about) else name())
        details.known?.let { sheet.body.add(KnownLines(screen, it), start = 24, end = 24, top = 4, bottom = 8) }
        if (about?.level == "never") sheet.note(screen.getString(R.string.phone_needs_this))
        about?.organisation?.let { company ->
            sheet.choice(R.drawable.ic_firm, screen.getString(R.string.about_company, words.name(company)), null) {
                screen.startActivity(CompanyActivity.intent(screen, company))
            }
        }
        if (contact.hosts.isNotEmpty()) rules(sheet) else sheet.note(screen.getString(R.string.no_name_no_rule))
        last(sheet, details.rows)
        sheet.show()
    }

    /** The newest of today; those without a name are told apart by their address. */
    private fun rows(since: Long): List<LogRow> {
        val found = contact.hosts.flatMap { log.page(LogFilter(app = key, host = it, since = since), limit = LAST).rows }
        val nameless = if (contact.addresses.isEmpty()) emptyList() else {
            log.page(LogFilter(app = key, since = since), limit = SEARCHED).rows
                .filter { it.host == null && addressOf(it.remote) in contact.addresses }
        }
        return (found + nameless).distinctBy { it.session to it.id }.sortedByDescending { it.started }.take(LAST)
    }

    private fun rules(sheet: Sheet) {
        if (contact.about != null) {
            sheet.note(screen.getString(R.string.all_its_places, contact.hosts.joinToString(" ") { words.isolate(it) }))
        }
        sheet.note(screen.getString(R.string.rule_covers_below))
        val app = words.name(label)
        sheet.choice(R.drawable.ic_stop, screen.getString(R.string.stop_for_app, app), null) { decide(key, false) }
        sheet.choice(R.drawable.ic_pass, screen.getString(R.string.pass_for_app, app), null) { decide(key, true) }
        sheet.choice(R.drawable.ic_stop, screen.getString(R.string.stop_for_all), null) { decide(null, false) }
        sheet.choice(R.drawable.ic_pass, screen.getString(R.string.pass_for_all), null) { decide(null, true) }
        val own = policy.rules().filter { it.isOn && it.host in contact.hosts && (it.key == key || it.key == null) }
        if (own.isEmpty()) return
        val line = screen.getString(R.string.as_lists_say_line)
        sheet.choice(R.drawable.ic_undo, screen.getString(R.string.as_lists_say), line) { forget(own) }
    }

    private fun last(sheet: Sheet, rows: List<LogRow>) {
        if (rows.isEmpty()) return
        val heading = text(screen, Type.SMALL_MEDIUM, R.color.ink2, screen.getString(R.string.last_connections))
        Compat.heading(heading)
        sheet.body.add(heading, start = 24, end = 24, top = 8)
        for (row in rows) {
            val drawing = if (row.blocked) R.drawable.ic_stop else R.drawable.ic_pass
            val title = screen.getString(R.string.two_parts, words.timeWithSeconds(row.started), verdicts.word(row.blocked))
            sheet.choice(drawing, title, words.isolate(row.host ?: addressOf(row.remote))) {
                screen.startActivity(Intent(screen, ConnectionActivity::class.java).putExtras(RowBundle.of(row, 1)))
            }
        }
    }

    private fun decide(who: String?, allow: Boolean) {
        val changes = contact.hosts.mapNotNull { policy.tryHostRule(who, it, allow, null) }
        if (changes.isEmpty()) return
        undo.show(screen.getString(if (allow) R.string.now_let_through else R.string.now_stopped, name()), all(changes))
    }

    private fun forget(rules: List<UserRule>) =
        undo.show(screen.getString(R.string.now_as_lists, name()), all(rules.map { policy.removeRule(it.id) }))

    private fun all(changes: List<Undo>) = Undo { changes.asReversed().forEach { it.undo() } }

    /** The place that rules are about; where they are several, the first and how many more. */
    private fun name(): String {
        val first = words.isolate(contact.hosts.firstOrNull() ?: contact.who)
        val more = contact.hosts.size - 1
        return if (more < 1) first else screen.getString(R.string.host_and_more, first, words.number(more.toLong()))
    }

    private companion object {
        const val LAST = 5

        /** So many of the app's newest are looked through for those without a name. */
        const val SEARCHED = 500
    }
}
