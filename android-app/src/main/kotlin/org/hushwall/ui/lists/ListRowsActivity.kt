// What a built-in list has, row by row: whose it is and what for, what breaks when it is stopped, and the places themselves.
package org.hushwall.ui.lists

import android.os.Bundle
import android.view.View
import org.hushwall.R
import org.hushwall.lists.ListRow
import org.hushwall.policy.BuiltIn
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.card
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.EmptyView
import org.hushwall.ui.widget.KnownLines
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.WaitingRows
import org.hushwall.ui.words.Purposes
import org.hushwall.ui.words.Words

internal class ListRowsActivity : PageScreen() {
    private val waiting by lazy { WaitingRows(this) }
    private val isKeptOpen get() = intent.getStringExtra(LIST) == BuiltIn.NEVER

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        showPage(getString(if (isKeptOpen) R.string.lists_kept_open else R.string.lists_may_break))
        load()
    }

    private fun load() {
        val name = intent.getStringExtra(LIST) ?: return finish()
        page.removeAllViews()
        page.add(waiting)
        questions.ask(Work.data, { hushwall.lists.rows(name) }, ::failed, ::fill)
    }

    private fun fill(rows: List<ListRow>) {
        waiting.end()
        page.removeAllViews()
        val line = if (isKeptOpen) R.string.lists_kept_open_line else R.string.lists_may_break_line
        page.add(text(this, Type.BODY, R.color.ink2, getString(line)).pad(4, 0, 4, 12))
        for (row in rows) page.add(rowCard(row), bottom = 12)
    }

    private fun rowCard(row: ListRow): View {
        val words = Words(this)
        val card = card(this)
        Compat.heading(card.add(text(this, Type.SUBTITLE, text = Purposes(this).title(row.known.about)), bottom = 4))
        card.add(KnownLines(this, row.known))
        if (row.hosts.isNotEmpty()) {
            card.add(text(this, Type.LABEL, R.color.ink3, words.plural(R.plurals.lists_places, row.hosts.size.toLong())), top = 8)
            // One place a line: they run from left to right in every language.
            for (host in row.hosts) card.add(text(this, Type.SMALL, R.color.ink2, words.isolate(host)))
        }
        return card
    }

    private fun failed() {
        waiting.end()
        page.removeAllViews()
        page.add(EmptyView(this).apply { show(getString(R.string.lists_not_read), getString(R.string.lists_try_again), ::load) })
    }

    companion object {
        /** Extra: the list's name. */
        const val LIST = "list"
    }
}
