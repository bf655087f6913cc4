// One of the user's lists: whether and how it counts, where it is from, what is in it and what is left out, and newer texts.
package org.hushwall.ui.lists

import android.app.AlertDialog
import android.os.Bundle
import android.view.View
import org.hushwall.R
import org.hushwall.core.CoreException
import org.hushwall.lists.BlockList
import org.hushwall.lists.BlockLists
import org.hushwall.lists.KeptList
import org.hushwall.lists.ListOutcome
import org.hushwall.lists.ListReading
import org.hushwall.policy.Undo
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.card
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Banner
import org.hushwall.ui.widget.EmptyView
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.WaitingRows
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.startOfDay

internal class ListActivity : PageScreen() {
    private val words by lazy { Words(this) }
    private val said by lazy { ListWords(this) }
    private val waiting by lazy { WaitingRows(this) }
    private val name by lazy { intent.getStringExtra(NAME).orEmpty() }

    /** A newer text is under way. */
    private var isFetching = false

    /** What came of the last one, where nothing changed. */
    private var news: String? = null

    private class Shown(val list: BlockList, val reading: ListReading?)

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        showPage(words.name(name))
        page.setPaddingRelative(page.paddingStart, 0, page.paddingEnd, dp(80))
        page.add(waiting)
    }

    override fun onStart() {
        super.onStart()
        load()
    }

    private fun load() {
        val since = startOfDay(System.currentTimeMillis(), DAYS - 1)
        val read = {
            val list = hushwall.lists.all(since).first { it.name == name }
            Shown(list, reading())
        }
        questions.ask(Work.reports, read, ::failed, ::fill)
    }

    /** Null where the kept text is damaged: the rest can be shown all the same. */
    private fun reading(): ListReading? = try {
        hushwall.lists.reading(name)
    } catch (_: CoreException) {
        null
    }

    private fun fill(shown: Shown) {
        val list = shown.list
        val kept = list.kept ?: return finish()
        waiting.end()
        page.removeAllViews()
        if (isFetching) page.add(Banner(this, getString(R.string.lists_updating), null, R.drawable.ic_clock, R.color.surface2), bottom = 12)
        news?.let { page.add(Banner(this, it, null, R.drawable.ic_check, R.color.surface2), bottom = 12) }
        kept.trouble?.takeUnless { isFetching }?.let { page.add(Banner(this, said.kept(it), null), bottom = 12) }
        page.add(switches(list, kept))
        page.add(facts(list, kept, shown.reading), top = 12, bottom = 12)
        if (!isFetching) actions(list, kept)
    }

    private fun switches(list: BlockList, kept: KeptList): View {
        val stopped = words.plural(R.plurals.lists_stopped_week, list.hits)
        val on = LineWords(R.drawable.ic_rule, getString(R.string.lists_counts), listOf(stopped))
        val below = LineWords(R.drawable.ic_filter, getString(R.string.lists_below), listOf(getString(R.string.lists_below_line)))
        val both = column(this)
        both.add(
            ListLine(this, on, isFirst = true, isLast = false).switches(list.isOn) {
                change(if (it) R.string.lists_is_on else R.string.lists_is_off, { setOn(name, it) }) { setOn(name, !it) }
            },
        )
        both.add(
            ListLine(this, below, isFirst = false, isLast = true).switches(kept.includesSubdomains) {
                val done = if (it) R.string.lists_below_now else R.string.lists_below_not_now
                change(done, { setIncludesSubdomains(name, it) }) { setIncludesSubdomains(name, !it) }
            },
        )
        return both
    }

    private fun facts(list: BlockList, kept: KeptList, reading: ListReading?): View {
        val card = card(this)
        val unknown = getString(R.string.lists_licence_unknown)
        val size = getString(R.string.lists_row_line, words.plural(R.plurals.lists_places, list.places), words.bytes(kept.bytes))
        val facts = listOf(
            R.string.lists_from to (kept.url?.let(words::isolate) ?: getString(R.string.lists_from_a_file)),
            R.string.lists_licence to kept.licence.ifEmpty { unknown },
            R.string.lists_size to size,
            R.string.lists_fetched to words.dayAndTime(kept.fetched),
            R.string.lists_checksum to words.isolate(kept.sha256),
            R.string.lists_left_out to reading?.let(::leftOut),
        )
        for ((title, value) in facts) {
            if (value == null) continue
            card.add(text(this, Type.LABEL, R.color.ink3, getString(title)))
            card.add(text(this, Type.SMALL, text = value), bottom = 8)
        }
        return card
    }

    private fun leftOut(reading: ListReading): String? = listOfNotNull(
        words.plural(R.plurals.lists_ignored, reading.ignored).takeIf { reading.ignored > 0 },
        words.plural(R.plurals.lists_without_effect, reading.withoutEffect).takeIf { reading.withoutEffect > 0 },
    ).ifEmpty { null }?.joinToString("\n")

    private fun actions(list: BlockList, kept: KeptList) {
        val isShrunken = kept.trouble?.kind == "shrunken"
        if (isShrunken) button(R.string.lists_take_anyway, Weight.OUTLINED) { update(list, acceptShrunken = true) }
        if (kept.url != null) button(R.string.lists_update_now, Weight.TONAL) { update(list, acceptShrunken = false) }
        if (kept.canUndo) button(R.string.lists_text_before, Weight.OUTLINED) { back() }
        button(R.string.lists_remove, Weight.DANGER, ::askRemove)
    }

    private fun button(label: Int, weight: Weight, onClick: () -> Unit) {
        page.add(WordButton(this, weight, getString(label), onClick = onClick), width = WRAP, bottom = 12)
    }

    private fun update(list: BlockList, acceptShrunken: Boolean) {
        isFetching = true
        news = null
        load()
        questions.ask(Work.fetches, { hushwall.listOrders.update(list, acceptShrunken) }, ::ended) { updated(it) }
    }

    private fun updated(outcome: ListOutcome) {
        if (outcome.trouble == null) tell(outcome)
        ended()
    }

    private fun tell(outcome: ListOutcome) {
        val places = words.plural(R.plurals.lists_places, outcome.places)
        if (outcome.isChanged) {
            undo.show(getString(R.string.lists_updated, places), Undo { order({ undo(name) }) })
        } else {
            news = getString(R.string.lists_nothing_new)
        }
    }

    private fun ended() {
        isFetching = false
        load()
    }

    private fun back() = change(R.string.lists_back_now, { undo(name) }) { undo(name) }

    /** Gives an order, and shows what was done with the way back. */
    private fun change(done: Int, act: BlockLists.() -> Unit, back: BlockLists.() -> Unit) =
        order(act) { undo.show(getString(R.string.lists_changed, words.name(name), getString(done)), Undo { order(back) }) }

    private fun order(act: BlockLists.() -> Unit, done: () -> Unit = {}) {
        questions.ask(Work.data, { hushwall.lists.act() }, ::notDone) {
            done()
            if (!isFinishing) load()
        }
    }

    private fun askRemove() {
        val dialog = AlertDialog.Builder(this)
            .setTitle(getString(R.string.lists_remove_title, words.name(name)))
            .setMessage(R.string.lists_remove_text)
            .setPositiveButton(R.string.lists_remove) { _, _ -> order({ remove(name) }, ::finish) }
            .setNegativeButton(R.string.cancel, null)
            .show()
        dialog.getButton(AlertDialog.BUTTON_POSITIVE)?.setTextColor(getColor(R.color.fail))
    }

    private fun notDone() {
        AlertDialog.Builder(this).setTitle(R.string.lists_not_done).setMessage(R.string.lists_not_done_line)
            .setPositiveButton(R.string.close, null).show()
    }

    private fun failed() {
        waiting.end()
        page.removeAllViews()
        page.add(EmptyView(this).apply { show(getString(R.string.lists_not_read), getString(R.string.lists_try_again), ::load) })
    }

    companion object {
        /** Extra: the list's name. */
        const val NAME = "name"
        private const val DAYS = 7
    }
}
