// What to do about one place: for this app or for all, or as the lists say.
package org.hushwall.ui.app

import org.hushwall.R
import org.hushwall.policy.HostRule
import org.hushwall.policy.Undo
import org.hushwall.ui.connection.ConnectionActivity
import org.hushwall.ui.connection.RowBundle
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.UndoBar
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.tryHostRule

internal class DestinationSheet(
    private val screen: AppActivity,
    private val key: String,
    private val label: String,
    private val destination: Destination,
    private val undo: UndoBar,
) {
    private val words = Words(screen)
    private val place = destination.place
    private val policy = screen.hushwall.policy

    fun show() {
        val sheet = Sheet(screen, words.isolate(place))
        if (destination.isName) rules(sheet) else sheet.note(screen.getString(R.string.no_name_no_rule))
        sheet.choice(R.drawable.ic_info, screen.getString(R.string.why_was_that), null) {
            val target = android.content.Intent(screen, ConnectionActivity::class.java)
            screen.startActivity(target.putExtras(RowBundle.of(destination.newest, destination.count)))
        }
        sheet.show()
    }

    private fun rules(sheet: Sheet) {
        sheet.note(screen.getString(R.string.rule_covers_below))
        val app = words.name(label)
        sheet.choice(R.drawable.ic_stop, screen.getString(R.string.stop_for_app, app), null) { decide(key, false) }
        sheet.choice(R.drawable.ic_pass, screen.getString(R.string.pass_for_app, app), null) { decide(key, true) }
        sheet.choice(R.drawable.ic_stop, screen.getString(R.string.stop_for_all), null) { decide(null, false) }
        val own = policy.rules().filter { it.host == place && (it.key == key || it.key == null) }
        if (own.isEmpty()) return
        val line = screen.getString(R.string.as_lists_say_line)
        sheet.choice(R.drawable.ic_undo, screen.getString(R.string.as_lists_say), line) { forget(own) }
    }

    private fun decide(who: String?, allow: Boolean) {
        val change = policy.tryHostRule(who, place, allow, null) ?: return
        undo.show(screen.getString(if (allow) R.string.now_let_through else R.string.now_stopped, words.isolate(place)), change)
    }

    private fun forget(rules: List<HostRule>) {
        val changes = rules.map { policy.removeRule(it.id) }
        undo.show(screen.getString(R.string.now_as_lists, words.isolate(place)), Undo { changes.asReversed().forEach { it.undo() } })
    }
}
