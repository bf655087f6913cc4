// Activity: what is happening now, and what happened at three at night.
package org.hushwall.ui.activity

import android.content.Intent
import android.view.View
import android.widget.AbsListView
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.widget.ListView
import org.hushwall.R
import org.hushwall.log.LogRow
import org.hushwall.ui.connection.ConnectionActivity
import org.hushwall.ui.connection.RowBundle
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.listMargin
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.main.Tab
import org.hushwall.ui.record.RecordActivity
import org.hushwall.ui.settings.SettingsActivity
import org.hushwall.ui.widget.EmptyView
import org.hushwall.ui.widget.SearchBar
import org.hushwall.ui.widget.TopBar
import org.hushwall.ui.widget.WaitingRows
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.widget.plain
import org.hushwall.ui.words.Words

internal class ActivityTab(private val screen: MainActivity) : Tab {
    private val words = Words(screen)
    private val feed = Feed()
    private val list = ListView(screen)
    private val rows = FeedAdapter(screen, ::open, ::menu) { screen.startActivity(Intent(screen, RecordActivity::class.java)) }
    private val day = StickyDay(screen, rows)
    private val waiting = WaitingRows(screen)
    private val empty = EmptyView(screen)
    private val bar = TopBar(screen, screen.getString(R.string.activity))
    private val search = SearchBar(screen, R.string.search_activity) { setFilter(filter.copy(text = it)) }
    private val chips = FeedChips(screen) { setFilter(it) }
    private val live = LiveLine(screen) { setHeld(!isHeld) }
    private val state = FrameLayout(screen)
    private val newPill = WordButton(screen, Weight.FILLED, "") { showNew() }
    private var filter = FeedFilter()
    private val source = FeedSource(screen.hushwall, screen.questions, feed, ::paint)
    private var isHeld = false

    override val view: View = column(screen)

    override val isOpen: Boolean get() = search.isOpen

    init {
        val page = view as LinearLayout
        bar.action(R.drawable.ic_search, R.string.search) { setSearch(true) }
        bar.action(R.drawable.ic_tune, R.string.settings) {
            screen.startActivity(Intent(screen, SettingsActivity::class.java))
        }
        search.onClose = { setSearch(false) }
        page.add(bar)
        page.add(search)
        page.add(state)
        page.add(chips.view)
        page.add(live)
        page.add(listFrame(), height = 0, weight = 1f)
        chips.show(filter)
    }

    override fun onVisible() {
        screen.whileVisible(screen.hushwall.protection.listen { StateBanner(screen).fill(state, it) })
        source.restart(filter, System.currentTimeMillis())
    }

    override fun onTick(now: Long) {
        source.follow(now, hold = isHeld || !isAtTop)
    }

    override fun closeOpen(): Boolean {
        if (!search.isOpen) return false
        setSearch(false)
        return true
    }

    override fun scrollToTop() = showNew()

    /** Shows one app's connections, from its own screen. */
    fun only(key: String) = setFilter(FeedFilter(app = key))

    private val isAtTop: Boolean
        get() = list.firstVisiblePosition == 0 && (list.getChildAt(0)?.top ?: 0) >= 0

    private fun listFrame(): View {
        plain(list)
        list.pad(0, 0, 0, 16)
        list.adapter = rows
        list.setOnScrollListener(Scrolls())
        val frame = FrameLayout(screen)
        frame.addView(list)
        frame.addView(empty)
        frame.addView(FrameLayout(screen).pad(screen.listMargin, 0).apply { addView(waiting) })
        frame.addView(day.view)
        val place = FrameLayout.LayoutParams(-2, -2, android.view.Gravity.CENTER_HORIZONTAL or android.view.Gravity.TOP)
        // Below the heading of the day.
        place.topMargin = screen.dp(44)
        frame.addView(newPill, place)
        newPill.showIf(false)
        empty.showIf(false)
        return frame
    }

    private fun paint() {
        val items = feed.items()
        waiting.end()
        rows.show(items)
        list.post { day.follow(list) }
        live.show(feed.perMinute(System.currentTimeMillis()), isHeld)
        val waiting = feed.waitingCount
        newPill.showIf(waiting > 0)
        newPill.text = words.plural(R.plurals.n_new, waiting.toLong())
        empty.showIf(items.isEmpty())
        if (items.isEmpty()) showEmpty()
    }

    private fun showEmpty() {
        val isOff = screen.hushwall.protection.status.state == org.hushwall.vpn.ProtectionState.OFF
        when {
            filter.isNarrow -> empty.show(screen.getString(R.string.nothing_matches), screen.getString(R.string.clear_filters)) {
                setFilter(FeedFilter())
            }
            isOff -> empty.show(screen.getString(R.string.off_no_activity))
            else -> empty.show(screen.getString(R.string.quiet_so_far))
        }
    }

    private fun setFilter(next: FeedFilter) {
        if (next == filter) return
        filter = next
        chips.show(next)
        source.restart(next, System.currentTimeMillis())
    }

    private fun setHeld(held: Boolean) {
        isHeld = held
        if (!held) feed.flush()
        paint()
    }

    private fun showNew() {
        feed.flush()
        paint()
        list.setSelection(0)
    }

    private fun setSearch(open: Boolean) {
        bar.showIf(!open)
        search.open(open)
        screen.refreshClosable()
    }

    private fun open(item: FeedItem.Connection) {
        val target = Intent(screen, ConnectionActivity::class.java)
        screen.startActivity(target.putExtras(RowBundle.of(item.row, item.count)))
    }

    private fun menu(row: LogRow) = RowMenu(
        screen,
        row,
        onlyApp = { setFilter(filter.copy(app = it)) },
        onlyCompany = { setFilter(filter.copy(more = filter.more.copy(company = it))) },
    ).show()

    private inner class Scrolls : AbsListView.OnScrollListener {
        /** A finger on the list holds it still for as long as it moves. */
        override fun onScrollStateChanged(view: AbsListView, scrollState: Int) {
            if (scrollState == AbsListView.OnScrollListener.SCROLL_STATE_IDLE && isAtTop && !isHeld && feed.waitingCount > 0) showNew()
        }

        override fun onScroll(view: AbsListView, first: Int, visible: Int, total: Int) {
            day.follow(view)
            if (total > 0 && first + visible >= total - NEAR_END) source.more(System.currentTimeMillis())
        }
    }

    private companion object {
        const val NEAR_END = 10
    }
}
