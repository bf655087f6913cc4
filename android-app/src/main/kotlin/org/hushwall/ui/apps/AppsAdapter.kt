// The rows of Apps: headings, apps, and at the end what is not covered.
package org.hushwall.ui.apps

import android.view.View
import android.view.ViewGroup
import android.widget.BaseAdapter
import android.widget.FrameLayout
import android.widget.TextView
import org.hushwall.R
import org.hushwall.policy.AppMode
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.listMargin
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.text
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.widget.iconButton

internal class AppsAdapter(
    private val screen: MainActivity,
    private val open: (AppEntry) -> Unit,
    private val chooseMode: (AppEntry) -> Unit,
    private val setMode: (AppEntry, AppMode) -> Unit,
    private val select: (AppEntry) -> Unit,
    private val sort: () -> Unit,
) : BaseAdapter() {
    private var items: List<Item> = emptyList()
    private var selected: Set<String> = emptySet()
    private var order = AppsSort.STOPPED

    private class Item(val heading: Int, val entry: AppEntry?, val sorts: Boolean, val isFirst: Boolean, val isLast: Boolean)

    /** [selected]: the keys of the apps that carry a check mark. */
    fun show(changed: List<AppEntry>, others: List<AppEntry>, order: AppsSort, selected: Set<String>) {
        this.selected = selected
        this.order = order
        items = section(R.string.changed_by_you, changed, false) + section(order.heading, others, true)
        notifyDataSetChanged()
    }

    private fun section(heading: Int, entries: List<AppEntry>, sorts: Boolean): List<Item> {
        if (entries.isEmpty()) return emptyList()
        val rows = entries.mapIndexed { i, entry -> Item(0, entry, false, i == 0, i == entries.size - 1) }
        return listOf(Item(heading, null, sorts, false, false)) + rows
    }

    override fun getCount(): Int = items.size
    override fun getItem(position: Int): Any = items[position]
    override fun hasStableIds(): Boolean = true
    override fun getItemId(position: Int): Long =
        items[position].entry?.app?.uid?.toLong() ?: -1L - items[position].heading
    override fun getViewTypeCount(): Int = 2
    override fun getItemViewType(position: Int): Int = if (items[position].entry == null) 0 else 1
    override fun areAllItemsEnabled(): Boolean = false
    override fun isEnabled(position: Int): Boolean = false

    override fun getView(position: Int, old: View?, parent: ViewGroup): View {
        val item = items[position]
        val entry = item.entry ?: return heading(item)
        val holder = old as? FrameLayout ?: holder()
        (holder.getChildAt(0) as AppRow).show(entry, order, item.isFirst, item.isLast, entry.app.key in selected)
        return holder
    }

    /** Keeps the margin of the screen; a list's own children cannot. */
    private fun holder(): FrameLayout =
        FrameLayout(screen).apply {
            pad(screen.listMargin, 0)
            addView(AppRow(screen, open, chooseMode, setMode, select))
        }

    private fun heading(item: Item): View {
        val line = row(screen).pad(screen.listMargin + 4, 4, screen.listMargin - 8, 0)
        line.minimumHeight = screen.dp(44)
        val title: TextView = text(screen, Type.SMALL_MEDIUM, R.color.ink2, screen.getString(item.heading))
        Compat.heading(title)
        line.addRest(title)
        if (item.sorts) line.add(iconButton(screen, R.drawable.ic_sort, R.string.sort_title, onClick = sort), width = WRAP)
        return line
    }

    private val AppsSort.heading: Int
        get() = when (this) {
            AppsSort.STOPPED -> R.string.most_stopped_today
            AppsSort.LET_THROUGH -> R.string.most_let_through_today
            AppsSort.DATA -> R.string.most_data_today
            AppsSort.NAME -> R.string.sort_name
            AppsSort.ACTIVE -> R.string.sort_active
        }
}
