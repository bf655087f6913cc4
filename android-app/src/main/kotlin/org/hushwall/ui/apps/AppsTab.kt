// Apps: find one, see its weight, change its mode in two taps.
package org.hushwall.ui.apps

import android.content.Intent
import android.view.View
import android.widget.ListView
import org.hushwall.R
import org.hushwall.policy.AppMode
import org.hushwall.ui.app.AppActivity
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.listMargin
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.main.Tab
import org.hushwall.ui.settings.SettingsActivity
import org.hushwall.ui.widget.Chip
import org.hushwall.ui.widget.EmptyView
import org.hushwall.ui.widget.SearchBar
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.TopBar
import org.hushwall.ui.widget.WaitingRows
import org.hushwall.ui.widget.chipLine
import org.hushwall.ui.widget.plain
import org.hushwall.ui.widget.said
import org.hushwall.ui.widget.word
import org.hushwall.ui.words.Words

internal class AppsTab(private val screen: MainActivity) : Tab {
    private val words = Words(screen)
    private val list = ListView(screen)
    private val rows = AppsAdapter(screen, ::open, ::chooseMode, ::setMode, ::select, ::chooseSort)
    private val waiting = WaitingRows(screen)
    private val empty = EmptyView(screen)
    private val bar = TopBar(screen, screen.getString(R.string.apps))
    private val search = SearchBar(screen, R.string.search_apps) { paint() }
    private val selection = SelectionBar(screen, ::endSelection, ::setSelected)
    private val chips = AppsFilter.values().map { filter -> Chip(screen) { choose(filter) } }
    private var data: AppsData? = null
    private var selected: Set<String> = emptySet()
    private var filter = AppsFilter.ALL
    private var sort = AppsSort.STOPPED
    private var loadedAt = 0L

    override val view: View = column(screen)

    override val isOpen: Boolean get() = search.isOpen || selected.isNotEmpty()

    init {
        val page = view as android.widget.LinearLayout
        page.add(bar)
        page.add(search)
        page.add(selection)
        page.add(chipLine(screen, chips))
        page.add(waiting, start = screen.listMargin, end = screen.listMargin)
        page.add(list, height = 0, weight = 1f)
        page.add(empty)
        bar.action(R.drawable.ic_search, R.string.search) { setSearch(true) }
        bar.action(R.drawable.ic_tune, R.string.settings) {
            screen.startActivity(Intent(screen, SettingsActivity::class.java))
        }
        search.onClose = { setSearch(false) }
        plain(list)
        list.adapter = rows
        showChips()
    }

    override fun onVisible() {
        screen.whileVisible(screen.hushwall.policy.listen(::reload))
        screen.whileVisible(screen.hushwall.apps.listen(::reload))
        reload()
    }

    override fun onTick(now: Long) {
        if (now - loadedAt >= REFRESH_MILLIS) reload()
    }

    override fun closeOpen(): Boolean {
        if (!isOpen) return false
        if (selected.isNotEmpty()) endSelection() else setSearch(false)
        return true
    }

    override fun scrollToTop() = list.smoothScrollToPosition(0)

    private fun reload() {
        val policy = screen.hushwall.policy
        val changed = policy.changed().associateWith { policy.mode(it) }
        val now = System.currentTimeMillis()
        loadedAt = now
        screen.questions.ask({ AppsData.load(screen.hushwall, changed, now) }) {
            data = it
            waiting.end()
            paint()
        }
    }

    private fun paint() {
        val data = data ?: return
        val text = search.text
        val changed = data.changed(filter, text)
        val others = data.others(filter, text, sort)
        rows.show(changed, others, sort, selected)
        selection.show(selected.size)
        bar.showIf(selected.isEmpty() && !search.isOpen)
        search.showIf(selected.isEmpty() && search.isOpen)
        showChips()
        val nothing = changed.isEmpty() && others.isEmpty()
        empty.showIf(nothing)
        list.showIf(!nothing)
        if (nothing) {
            empty.show(
                if (text.isEmpty()) screen.getString(R.string.no_apps_here) else screen.getString(R.string.no_app_called, text),
            )
        }
    }

    private fun showChips() {
        for (chip in AppsFilter.values()) {
            val count = data?.count(chip)
            val name = screen.getString(chip.word)
            val label = if (count == null) name else screen.getString(R.string.chip_count, name, words.number(count.toLong()))
            chips[chip.ordinal].show(label, chip == filter)
        }
    }

    private fun choose(next: AppsFilter) {
        filter = if (next == filter) AppsFilter.ALL else next
        paint()
        list.setSelection(0)
    }

    private fun setSearch(open: Boolean) {
        search.open(open)
        paint()
        screen.refreshClosable()
    }

    private fun chooseSort() {
        val sheet = Sheet(screen, screen.getString(R.string.sort_title))
        for (choice in AppsSort.values()) {
            sheet.choice(0, screen.getString(choice.word), null, selected = choice == sort) {
                sort = choice
                paint()
            }
        }
        sheet.show()
    }

    private fun open(entry: AppEntry) {
        if (selected.isNotEmpty()) return select(entry)
        screen.startActivity(Intent(screen, AppActivity::class.java).putExtra(AppActivity.KEY, entry.app.key))
    }

    private fun chooseMode(entry: AppEntry) {
        if (selected.isNotEmpty()) return select(entry)
        ModeSheet(screen, entry.app, entry.mode) { setMode(entry, it) }.show()
    }

    private fun select(entry: AppEntry) = select(if (entry.app.key in selected) selected - entry.app.key else selected + entry.app.key)

    private fun endSelection() = select(emptySet())

    private fun select(keys: Set<String>) {
        selected = keys
        paint()
        screen.refreshClosable()
    }

    /** Blocking parts of the phone is explained before it acts, as it is for one app. */
    private fun setSelected(mode: AppMode) {
        val entries = data?.entries.orEmpty().filter { it.app.key in selected }
        if (mode != AppMode.BLOCK || entries.none { it.app.isSystem }) return setAll(entries, mode)
        val title = words.plural(R.plurals.n_apps, entries.size.toLong())
        explainBlock(screen, title, R.string.some_of_phone) { setAll(entries, mode) }
    }

    private fun setAll(entries: List<AppEntry>, mode: AppMode) {
        val change = screen.hushwall.policy.setModes(entries.map { it.app.key }, mode)
        endSelection()
        val count = words.plural(R.plurals.n_apps, entries.size.toLong())
        screen.undo.show(screen.getString(R.string.two_parts, count, screen.getString(mode.word)), change)
        reload()
    }

    private fun setMode(entry: AppEntry, mode: AppMode) {
        if (mode == entry.mode) return
        val undo = screen.hushwall.policy.setMode(entry.app.key, mode)
        val text = screen.getString(R.string.mode_changed, words.name(entry.app.label), screen.getString(mode.said))
        screen.undo.show(text, undo)
        reload()
    }

    private companion object {
        const val REFRESH_MILLIS = 15_000L
    }
}

internal val AppsFilter.word: Int
    get() = when (this) {
        AppsFilter.ALL -> R.string.filter_all
        AppsFilter.TRIED -> R.string.filter_tried
        AppsFilter.INSTALLED -> R.string.filter_installed
        AppsFilter.SYSTEM -> R.string.filter_system
        AppsFilter.NEW -> R.string.filter_new
        AppsFilter.NO_INTERNET -> R.string.filter_no_internet
    }

internal val AppsSort.word: Int
    get() = when (this) {
        AppsSort.STOPPED -> R.string.sort_stopped
        AppsSort.LET_THROUGH -> R.string.sort_let_through
        AppsSort.DATA -> R.string.sort_data
        AppsSort.NAME -> R.string.sort_name
        AppsSort.ACTIVE -> R.string.sort_active
    }
