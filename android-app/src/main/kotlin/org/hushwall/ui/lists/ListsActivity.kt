// Trackers and lists: what is stopped by the lists that come with the app, what is kept open, and the lists that the user keeps.
package org.hushwall.ui.lists

import android.content.Intent
import android.os.Bundle
import org.hushwall.R
import org.hushwall.lists.BlockList
import org.hushwall.policy.Undo
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.EmptyView
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.WaitingRows
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.startOfDay

internal class ListsActivity : PageScreen() {
    private val waiting by lazy { WaitingRows(this) }
    private var lists: List<BlockList>? = null

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        showPage(getString(R.string.lists_title))
        bar.action(R.drawable.ic_search, R.string.lists_search) { startActivity(Intent(this, LookupActivity::class.java)) }
        // Room for the bar that takes a change back.
        page.setPaddingRelative(page.paddingStart, 0, page.paddingEnd, dp(80))
        page.add(waiting)
    }

    override fun onStart() {
        super.onStart()
        whileVisible(hushwall.policy.listen(::fill))
        load()
    }

    /** How much each has stopped is counted in the log of a week: not in the way of other questions. */
    private fun load() {
        val since = startOfDay(System.currentTimeMillis(), DAYS - 1)
        questions.ask(Work.reports, { hushwall.lists.all(since) }, ::failed) {
            lists = it
            fill()
        }
    }

    private fun fill() {
        val known = lists ?: return
        waiting.end()
        page.removeAllViews()
        val builtIn = BuiltInLists(this, known.associateBy { it.name })
        heading(R.string.lists_built_in)
        builtIn.addTo(page)
        heading(R.string.lists_kept_open)
        page.add(builtIn.keptOpen())
        heading(R.string.lists_your_lists)
        YourLists(this, ::switch).addTo(page, known.filter { it.kept != null })
    }

    private fun switch(list: BlockList, on: Boolean) {
        questions.ask(Work.data, { hushwall.lists.setOn(list.name, on) }, ::load) {
            load()
            val said = getString(if (on) R.string.lists_is_on else R.string.lists_is_off)
            undo.show(getString(R.string.lists_changed, Words(this).name(list.name), said), Undo { switch(list, !on) })
        }
    }

    private fun failed() {
        waiting.end()
        page.removeAllViews()
        page.add(EmptyView(this).apply { show(getString(R.string.lists_not_read), getString(R.string.lists_try_again), ::load) })
    }

    private fun heading(words: Int) {
        Compat.heading(page.add(text(this, Type.SMALL_MEDIUM, R.color.ink2, getString(words)).pad(4, 12, 4, 8)))
    }

    private companion object {
        /** The week of which stopped connections are counted, today included. */
        const val DAYS = 7
    }
}
