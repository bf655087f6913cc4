// What a long press on a connection offers.
package org.hushwall.ui.activity

import android.content.ClipData
import android.content.ClipboardManager
import org.hushwall.R
import org.hushwall.log.LogRow
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.words.Verdicts
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.tryHostRule

internal class RowMenu(
    private val screen: MainActivity,
    private val row: LogRow,
    private val onlyApp: (String) -> Unit,
    private val onlyCompany: (String) -> Unit,
) {
    private val place = row.host ?: Verdicts.address(row.remote)

    fun show() {
        val sheet = Sheet(screen, Words(screen).isolate(place))
        sheet.choice(R.drawable.ic_rule, screen.getString(R.string.copy_host), null) { copy() }
        val key = row.owner.name
        val host = row.host
        if (key != null && host != null) {
            val word = if (row.blocked) R.string.let_through_here else R.string.stop_here
            val drawing = if (row.blocked) R.drawable.ic_pass else R.drawable.ic_stop
            sheet.choice(drawing, screen.getString(word), null) { decide(key, host) }
        }
        if (key != null) sheet.choice(R.drawable.ic_apps, screen.getString(R.string.only_this_app), null) { onlyApp(key) }
        row.about?.organisation?.let { name ->
            sheet.choice(R.drawable.ic_firm, screen.getString(R.string.only_this_company), Words(screen).name(name)) { onlyCompany(name) }
        }
        sheet.show()
    }

    private fun copy() {
        screen.getSystemService(ClipboardManager::class.java)?.setPrimaryClip(ClipData.newPlainText(place, place))
    }

    private fun decide(key: String, host: String) {
        val undo = screen.hushwall.policy.tryHostRule(key, host, allow = row.blocked, until = null) ?: return
        val said = if (row.blocked) R.string.now_let_through else R.string.now_stopped
        screen.undo.show(screen.getString(said, Words(screen).isolate(host)), undo)
    }
}
