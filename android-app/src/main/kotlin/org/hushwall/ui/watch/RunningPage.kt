// While an app is watched: the ring, the way to the app, the way out, and what was seen so far.
package org.hushwall.ui.watch

import android.content.ActivityNotFoundException
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.card
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.words.Words
import org.hushwall.watch.Seen
import org.hushwall.watch.Watched

internal class RunningPage(private val screen: WatchActivity, private val watched: Watched) : LinearLayout(screen) {
    private val words = Words(screen)
    private val ring = TimeRing(screen)
    private val soFar = text(screen, Type.SMALL_MEDIUM, R.color.ink2, screen.getString(R.string.watch_nothing_yet))
    private val rows = column(screen)

    init {
        orientation = VERTICAL
        val card = add(card(screen))
        card.add(ring, width = WRAP, top = 8, bottom = 16, gravity = Gravity.CENTER_HORIZONTAL)
        val use = if (watched.letsThrough) R.string.watch_use_all else R.string.watch_use
        val sentence = text(screen, Type.BODY, text = screen.getString(use))
        sentence.textAlignment = View.TEXT_ALIGNMENT_CENTER
        card.add(sentence, bottom = 16)
        card.add(buttons())
        Compat.heading(soFar)
        add(soFar.pad(4, 20, 4, 8))
        add(rows)
        val note = add(row(screen).pad(4, 16))
        note.add(icon(screen, R.drawable.ic_lock, size = 20), width = 20, height = 20)
        note.addRest(text(screen, Type.SMALL, R.color.ink2, screen.getString(R.string.watch_note)), start = 12)
    }

    fun tick(now: Long) = ring.show(watched.until - now, watched.until - watched.begun)

    fun show(seen: Seen) {
        if (seen.tries == 0L) return
        soFar.text = screen.getString(
            R.string.watch_so_far,
            words.plural(R.plurals.watch_companies, seen.companies),
            words.plural(R.plurals.watch_tries, seen.tries),
            words.plural(R.plurals.n_stopped, seen.stopped),
        )
        rows.removeAllViews()
        val last = seen.contacts.size - 1
        seen.contacts.forEachIndexed { i, contact -> rows.add(SeenRow(screen, contact, i == 0, i == last, isOver = false)) }
    }

    private fun buttons(): View {
        val buttons = rowOrStack(screen)
        val packages = screen.hushwall.apps.byKey(watched.key)?.packages.orEmpty()
        val launch = packages.firstNotNullOfOrNull(screen.packageManager::getLaunchIntentForPackage)
        val finish = WordButton(screen, Weight.OUTLINED, screen.getString(R.string.watch_finish)) { screen.hushwall.watch.finish() }
        if (launch == null) {
            buttons.add(finish)
            return buttons
        }
        val open = WordButton(screen, Weight.FILLED, screen.getString(R.string.watch_open, words.name(watched.label))) {
            try {
                screen.startActivity(launch)
            } catch (_: ActivityNotFoundException) {
                // It was uninstalled or frozen meanwhile.
            }
        }
        if (screen.stacks) buttons.add(open) else buttons.addRest(open)
        if (screen.stacks) buttons.add(finish, top = 8) else buttons.add(finish, width = WRAP, start = 8)
        return buttons
    }
}
