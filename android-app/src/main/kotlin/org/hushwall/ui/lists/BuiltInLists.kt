// The lists that come with the app: what each has and has stopped, and how much of it counts.
package org.hushwall.ui.lists

import android.content.Intent
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.lists.BlockList
import org.hushwall.policy.BuiltIn
import org.hushwall.policy.ProtectionLevel
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.linkButton
import org.hushwall.ui.widget.listGround
import org.hushwall.ui.words.Words

/** @param lists all of them, by their names. */
internal class BuiltInLists(private val screen: PageScreen, private val lists: Map<String, BlockList>) {
    private val words = Words(screen)
    private val policy = screen.hushwall.policy

    fun addTo(page: LinearLayout) {
        val now = policy.builtIn
        page.add(xiaomi(now))
        page.add(group(R.drawable.ic_apps, R.string.lists_kits, BuiltIn.KITS, now.kits) { now.copy(kits = it) })
        page.add(group(R.drawable.ic_phone, R.string.lists_makers, BuiltIn.MAKERS, now.makers) { now.copy(makers = it) })
        // A copy of the app without it shows no switch for it.
        if (BuiltIn.PAGES in lists) {
            page.add(group(R.drawable.ic_globe, R.string.lists_pages, BuiltIn.PAGES, now.pages) { now.copy(pages = it) })
        }
        val last = page.getChildAt(page.childCount - 1)
        listGround(last, isFirst = false, isLast = true)
    }

    /** What no list stops. */
    fun keptOpen(): View {
        val count = lists[BuiltIn.NEVER]?.places ?: 0
        val said = LineWords(
            R.drawable.ic_lock,
            screen.getString(R.string.lists_kept_open_title),
            listOf(words.plural(R.plurals.lists_kept_places, count)),
        )
        return ListLine(screen, said, isFirst = true, isLast = true).leads { openRows(BuiltIn.NEVER) }
    }

    private fun xiaomi(now: BuiltIn): View {
        val strict = lists[BuiltIn.XIAOMI_STRICT]
        val places = (lists[BuiltIn.XIAOMI]?.places ?: 0) + (strict?.places?.takeIf { now.xiaomi == ProtectionLevel.STRICT } ?: 0)
        // What was stopped this week was, whatever the level is now.
        val hits = (lists[BuiltIn.XIAOMI]?.hits ?: 0) + (strict?.hits ?: 0)
        val stopped = words.plural(R.plurals.lists_stopped_week, hits)
        val said = LineWords(R.drawable.ic_phone, screen.getString(R.string.lists_xiaomi), listOf(sums(places, stopped)))
        val segment = LevelSegment(screen, now.xiaomi) { choose(now.copy(xiaomi = it), R.string.lists_xiaomi, it.words.first) }
        val link = linkButton(screen, screen.getString(R.string.lists_may_break)) { openRows(BuiltIn.XIAOMI_STRICT) }
        val all = column(screen)
        listGround(all, isFirst = true, isLast = false)
        all.add(ListLine(screen, said, isFirst = true, isLast = true).apply { background = null })
        all.add(segment, start = 16, end = 16)
        all.add(text(screen, Type.SMALL, R.color.ink2, screen.getString(now.xiaomi.words.second)), start = 16, top = 12, end = 16)
        all.add(link, width = WRAP, start = 12, bottom = 4)
        return all.pad(0)
    }

    private fun group(drawable: Int, title: Int, name: String, isOn: Boolean, change: (Boolean) -> BuiltIn): View {
        val list = lists[name]
        val stopped = words.plural(R.plurals.lists_stopped, list?.hits ?: 0)
        val said = LineWords(drawable, screen.getString(title), listOf(sums(list?.places ?: 0, stopped)))
        return ListLine(screen, said, isFirst = false, isLast = false).switches(isOn) {
            choose(change(it), title, if (it) R.string.lists_is_on else R.string.lists_is_off)
        }
    }

    private fun sums(places: Long, stopped: String): String =
        screen.getString(R.string.lists_row_line, words.plural(R.plurals.lists_places, places), stopped)

    private fun choose(next: BuiltIn, title: Int, said: Int) {
        if (next == policy.builtIn) return
        val done = screen.getString(R.string.lists_changed, screen.getString(title), screen.getString(said))
        screen.undo.show(done, policy.setBuiltIn(next))
    }

    private fun openRows(name: String) =
        screen.startActivity(Intent(screen, ListRowsActivity::class.java).putExtra(ListRowsActivity.LIST, name))
}
