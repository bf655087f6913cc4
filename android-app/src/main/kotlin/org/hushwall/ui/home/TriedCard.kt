// Who tried most today: three apps with their number, and what they mostly wanted, from whom and where.
package org.hushwall.ui.home

import android.content.Intent
import android.view.View
import android.widget.Button
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.log.LogRow
import org.hushwall.ui.app.AppActivity
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.oneLine
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.widget.Avatar
import org.hushwall.ui.widget.PlaceLine
import org.hushwall.ui.widget.ShareBar
import org.hushwall.ui.widget.linkButton
import org.hushwall.ui.words.Purposes
import org.hushwall.ui.words.Words

internal class TriedCard(private val screen: MainActivity, openApps: () -> Unit) : LinearLayout(screen) {
    private val words = Words(screen)
    private val all = linkButton(screen, "", onClick = openApps)
    private val rows = column(screen)

    init {
        orientation = VERTICAL
        background = shape(screen, R.color.surface, 20)
        pad(0, 2, 0, 6)
        val head = add(rowOrStack(screen).pad(16, 0, 12, 0))
        val title = text(screen, Type.SMALL_MEDIUM, R.color.ink2, screen.getString(R.string.who_tried_most))
        if (screen.stacks) head.add(title, top = 12) else head.addRest(title)
        head.add(all, width = WRAP)
        Compat.heading(title)
        add(rows)
    }

    fun show(facts: HomeFacts) {
        all.text = words.plural(R.plurals.all_apps, facts.day.appsStopped.toLong())
        all.showIf(facts.day.appsStopped > 0)
        rows.removeAllViews()
        val most = facts.tried.firstOrNull()?.total?.stopped ?: 0
        for (tried in facts.tried) rows.add(row(tried, most))
        if (facts.tried.isEmpty()) {
            rows.add(text(screen, Type.SMALL, R.color.ink2, screen.getString(R.string.nobody_tried)).pad(16, 8))
        }
    }

    private fun row(tried: Tried, most: Long): View {
        val name = tried.app?.label ?: tried.total.key
        val number = words.number(tried.total.stopped)
        val row = TriedRow()
        val avatar = Avatar(screen)
        avatar.show(tried.app, name)
        row.add(avatar, width = WRAP)
        val column = row.addRest(column(screen), start = 10)
        val first = column.add(rowOrStack(screen))
        val label = text(screen, Type.SUBTITLE, text = name).oneLine()
        if (screen.stacks) first.add(label) else first.addRest(label, end = 8)
        first.add(text(screen, Type.SUBTITLE, text = number).tabular(), width = WRAP)
        val place = tried.newest?.let { place(it, column) }
        column.add(ShareBar(screen).apply { share = if (most == 0L) 0f else tried.total.stopped / most.toFloat() }, top = 5)
        row.contentDescription = listOfNotNull(name, words.plural(R.plurals.n_stopped, tried.total.stopped), place).joinToString(", ")
        row.setOnClickListener {
            screen.startActivity(Intent(screen, AppActivity::class.java).putExtra(AppActivity.KEY, tried.total.key))
        }
        return row
    }

    /** "Usage statistics to Xiaomi, Singapore"; of a place that nobody knows, where and which. */
    private fun place(row: LogRow, column: LinearLayout): String? {
        val about = row.about
        if (about == null) return row.host?.let { column.add(PlaceLine(screen, R.color.ink2)).show(row.country, it) }
        val line = Purposes(screen).toCompany(about)
        val shown = words.country(row.country)?.let { screen.getString(R.string.comma, line, it) } ?: line
        column.add(text(screen, Type.SMALL, R.color.ink2, shown))
        return shown
    }

    private inner class TriedRow : LinearLayout(screen) {
        init {
            gravity = android.view.Gravity.CENTER_VERTICAL
            minimumHeight = screen.dp(60)
            pad(16, 8)
            ripple(this, null, 0)
        }

        override fun getAccessibilityClassName(): CharSequence = Button::class.java.name
    }
}
