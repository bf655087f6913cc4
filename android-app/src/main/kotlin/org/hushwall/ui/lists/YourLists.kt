// The lists that the user keeps, each with what it has and has stopped, and the way to one more.
package org.hushwall.ui.lists

import android.content.Intent
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.lists.BlockList
import org.hushwall.lists.KeptList
import org.hushwall.ui.kit.add
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.words.Words

/** [onSwitch] is told which list is to be on or off. */
internal class YourLists(private val screen: PageScreen, private val onSwitch: (BlockList, Boolean) -> Unit) {
    private val words = Words(screen)

    fun addTo(page: LinearLayout, lists: List<BlockList>) {
        lists.forEachIndexed { i, list ->
            val kept = list.kept ?: return@forEachIndexed
            val line = ListLine(screen, LineWords(R.drawable.ic_rule, words.name(list.name), lines(list, kept)), i == 0, isLast = false)
            line.leads(arrow = false) {
                screen.startActivity(Intent(screen, ListActivity::class.java).putExtra(ListActivity.NAME, list.name))
            }
            val spoken = screen.getString(R.string.lists_switch_spoken, words.name(list.name))
            page.add(line.endsInSwitch(spoken, list.isOn) { onSwitch(list, it) })
        }
        val more = LineWords(R.drawable.ic_plus, screen.getString(R.string.lists_add), colour = R.color.brand)
        page.add(
            ListLine(screen, more, lists.isEmpty(), isLast = true).leads(arrow = false) {
                screen.startActivity(Intent(screen, AddListActivity::class.java))
            },
        )
    }

    private fun lines(list: BlockList, kept: KeptList): List<String> {
        val places = words.plural(R.plurals.lists_places, list.places)
        val stopped = words.plural(R.plurals.lists_stopped, list.hits)
        val date = words.day(kept.fetched)
        val last = when {
            kept.trouble != null -> ListWords(screen).kept(kept.trouble)
            kept.url == null -> screen.getString(R.string.lists_added_on, date)
            else -> screen.getString(R.string.lists_updated_on, date)
        }
        return listOf(screen.getString(R.string.lists_row_line, places, stopped), last)
    }
}
