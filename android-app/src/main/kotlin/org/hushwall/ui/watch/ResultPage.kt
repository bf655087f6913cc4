// What came of watching an app: one sentence, everybody it contacted with what could be read, and what was hidden.
package org.hushwall.ui.watch

import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.policy.AppMode
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.EmptyView
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.widget.said
import org.hushwall.ui.words.Words
import org.hushwall.watch.Seen
import org.hushwall.watch.WatchState

internal class ResultPage(
    private val screen: WatchActivity,
    state: WatchState.Done,
    private val share: SeenShare,
    private val again: () -> Unit,
) : LinearLayout(screen) {
    private val words = Words(screen)
    private val watched = state.watched

    init {
        orientation = VERTICAL
        if (state.seen.tries == 0L) {
            add(EmptyView(screen).apply { show(screen.getString(R.string.watch_empty), screen.getString(R.string.watch_again), again) })
        } else {
            fill(state.seen)
        }
    }

    private fun fill(seen: Seen) {
        val head = add(column(screen).pad(8, 0, 8, 12))
        Compat.heading(head.add(text(screen, Type.HEADLINE, text = headline(seen))))
        val sums = screen.getString(
            R.string.two_parts,
            words.plural(R.plurals.watch_tries, seen.tries),
            words.plural(R.plurals.n_stopped, seen.stopped),
        )
        head.add(text(screen, Type.BODY, R.color.ink2, words.range(seen.begun, seen.ended) + ". " + sums), top = 6)
        if (watched.letsThrough) head.add(text(screen, Type.SMALL, R.color.ink2, screen.getString(R.string.watch_let_through)), top = 4)
        seen.contacts.forEachIndexed { i, contact ->
            add(SeenRow(screen, contact, i == 0, i == seen.contacts.size - 1, isOver = true))
        }
        hidden(seen).forEach { add(text(screen, Type.SMALL, R.color.ink2, it).pad(8, 12, 8, 0)) }
        add(WordButton(screen, Weight.FILLED, screen.getString(R.string.watch_save)) { share.choose(watched) }, top = 20)
        if (screen.hushwall.policy.mode(watched.key) != AppMode.FILTER) add(filter(), top = 8)
        add(WordButton(screen, Weight.OUTLINED, screen.getString(R.string.watch_again), onClick = again), top = 8)
    }

    private fun headline(seen: Seen): String {
        val who = words.name(watched.label)
        val time = words.duration(seen.ended - seen.begun)
        val contacted = screen.getString(R.string.watch_headline, time, who, words.plural(R.plurals.watch_companies, seen.companies))
        val needless = if (seen.needless == 0L) screen.getString(R.string.watch_none_needless) else {
            words.plural(R.plurals.watch_n_needless, seen.needless)
        }
        return "$contacted $needless"
    }

    private fun hidden(seen: Seen): List<String> = listOfNotNull(
        screen.getString(R.string.watch_nothing_readable).takeIf { seen.contacts.all { it.said.isEmpty() } },
        seen.encrypted.takeIf { it > 0 }?.let { words.plural(R.plurals.watch_encrypted, it) },
        seen.notUnderstood.takeIf { it > 0 }?.let { words.plural(R.plurals.watch_not_understood, it) },
    )

    private fun filter() = WordButton(screen, Weight.OUTLINED, screen.getString(R.string.watch_set_filter)) {
        val change = screen.hushwall.policy.setMode(watched.key, AppMode.FILTER)
        val said = screen.getString(R.string.mode_changed, words.name(watched.label), screen.getString(AppMode.FILTER.said))
        screen.undo.show(said, change)
    }
}
