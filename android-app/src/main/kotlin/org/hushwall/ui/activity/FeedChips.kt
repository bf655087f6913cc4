// The filters of Activity.
package org.hushwall.ui.activity

import android.view.View
import org.hushwall.R
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.widget.Chip
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.chipLine

internal class FeedChips(private val screen: MainActivity, private val onChange: (FeedFilter) -> Unit) {
    private var filter = FeedFilter()
    private val stopped = Chip(screen) { toggle(stopped = true) }
    private val passed = Chip(screen) { toggle(stopped = false) }
    private val app = Chip(screen, opens = true) { chooseApp() }
    private val period = Chip(screen, opens = true) { choosePeriod() }
    private val more = MoreChips(screen) { onChange(filter.copy(more = it)) }

    val view: View = chipLine(screen, listOf(stopped, passed, app, period) + more.chips)

    fun show(next: FeedFilter) {
        filter = next
        stopped.show(screen.getString(R.string.stopped), next.stopped)
        passed.show(screen.getString(R.string.let_through), next.letThrough)
        val only = next.app?.let { screen.hushwall.apps.byKey(it)?.label ?: it }
        app.show(only ?: screen.getString(R.string.any_app), only != null)
        period.show(screen.getString(if (next.onlyToday) R.string.today else R.string.all_days), false)
        more.show(next)
    }

    /** At least one of the two stays on. */
    private fun toggle(stopped: Boolean) {
        val next = if (stopped) filter.copy(stopped = !filter.stopped) else filter.copy(letThrough = !filter.letThrough)
        if (next.stopped || next.letThrough) onChange(next)
    }

    private fun chooseApp() {
        screen.questions.ask({ screen.hushwall.log.today().topApps.map { it.key } }) { keys ->
            val sheet = Sheet(screen, screen.getString(R.string.show_activity_of))
            sheet.choice(0, screen.getString(R.string.any_app), null, selected = filter.app == null) { onChange(filter.copy(app = null)) }
            for (key in keys) {
                val label = screen.hushwall.apps.byKey(key)?.label ?: key
                sheet.choice(0, label, null, selected = filter.app == key) { onChange(filter.copy(app = key)) }
            }
            sheet.show()
        }
    }

    private fun choosePeriod() {
        val sheet = Sheet(screen, screen.getString(R.string.show_period))
        sheet.choice(0, screen.getString(R.string.today), null, filter.onlyToday) { onChange(filter.copy(onlyToday = true)) }
        sheet.choice(0, screen.getString(R.string.all_days), null, !filter.onlyToday) { onChange(filter.copy(onlyToday = false)) }
        sheet.show()
    }
}
