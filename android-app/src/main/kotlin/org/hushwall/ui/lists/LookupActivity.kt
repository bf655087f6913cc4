// "Is it on a list?": a place is typed, and it is told what Hushwall does about it, which lists have it, and whose it is.
package org.hushwall.ui.lists

import android.os.Bundle
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.lists.ListEntry
import org.hushwall.lists.Looked
import org.hushwall.policy.hostName
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.card
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.EmptyView
import org.hushwall.ui.widget.KnownLines
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.SearchBar
import org.hushwall.ui.words.Purposes
import org.hushwall.ui.words.Verdicts
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.shortOf

internal class LookupActivity : PageScreen() {
    private val words by lazy { Words(this) }
    private lateinit var search: SearchBar

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        showPage(getString(R.string.lists_search))
        search = SearchBar(this, R.string.lists_search_hint, ::look)
        search.onClose = ::finish
        (bar.parent as LinearLayout).addView(search, 0)
        bar.showIf(false)
        search.open(true)
        look("")
    }

    private fun look(typed: String) {
        val host = hostName(typed)
        when {
            typed.isEmpty() -> say(getString(R.string.lists_search_start))
            // A single word is not yet a place: the user is still typing.
            host == null || '.' !in host -> say(getString(R.string.lists_search_no_name, words.isolate(typed)))
            else -> questions.ask(Work.data, { hushwall.lists.lookup(host) }, { failed(typed) }) {
                // An answer to what was typed before comes too late.
                if (search.text == typed) tell(host, it)
            }
        }
    }

    private fun say(sentence: String, action: String? = null, onAction: () -> Unit = {}) {
        page.removeAllViews()
        page.add(EmptyView(this).apply { show(sentence, action, onAction) })
    }

    private fun failed(typed: String) {
        if (search.text == typed) say(getString(R.string.lists_not_read), getString(R.string.lists_try_again)) { look(typed) }
    }

    private fun tell(host: String, looked: Looked) {
        page.removeAllViews()
        page.add(verdict(host, looked), bottom = 12)
        heading(R.string.lists_on_lists)
        if (looked.entries.isEmpty()) page.add(text(this, Type.BODY, R.color.ink2, getString(R.string.lists_on_none)).pad(4, 0, 4, 12))
        looked.entries.forEachIndexed { i, entry -> page.add(line(entry, i == 0, i == looked.entries.size - 1)) }
        val known = looked.known ?: return
        heading(R.string.lists_whose)
        val card = page.add(card(this))
        card.add(text(this, Type.SUBTITLE, text = Purposes(this).title(known.about)), bottom = 4)
        card.add(KnownLines(this, known))
    }

    private fun verdict(host: String, looked: Looked): View {
        val card = card(this)
        val colour = if (looked.blocked) R.color.brand else R.color.ink2
        val line = card.add(row(this))
        line.add(icon(this, if (looked.blocked) R.drawable.ic_stop else R.drawable.ic_pass, colour), width = 24, height = 24, end = 12)
        val column = line.addRest(column(this))
        val said = if (looked.blocked) R.string.lists_search_stopped else R.string.lists_search_passes
        val title = column.add(text(this, Type.SUBTITLE, colour, getString(said, words.isolate(host))))
        Compat.heading(title)
        column.add(text(this, Type.SMALL, R.color.ink2, words.atStart(getString(shortOf(looked.reason, looked.blocked)))))
        card.add(text(this, Type.SMALL, R.color.ink2, getString(R.string.lists_search_whom)), top = 8)
        return card
    }

    private fun line(entry: ListEntry, isFirst: Boolean, isLast: Boolean): View {
        val place = words.isolate(entry.entry)
        val line = entry.line?.toLong()
        val at = if (line == null) getString(R.string.lists_entry, place) else getString(R.string.lists_entry_at, place, words.number(line))
        val effect = when (entry.effect) {
            "protect" -> R.string.lists_entry_protect
            "allow" -> R.string.lists_entry_allow
            else -> null
        }
        val lines = listOfNotNull(at, effect?.let(::getString), getString(R.string.lists_entry_off).takeUnless { entry.isOn })
        val drawable = if (entry.effect == "block") R.drawable.ic_stop else R.drawable.ic_pass
        return ListLine(this, LineWords(drawable, Verdicts(this).listName(entry.list), lines), isFirst, isLast)
    }

    private fun heading(words: Int) {
        Compat.heading(page.add(text(this, Type.SMALL_MEDIUM, R.color.ink2, getString(words)).pad(4, 12, 4, 8)))
    }
}
