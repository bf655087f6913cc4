// The rows of Activity as Views.
package org.hushwall.ui.activity

import android.view.View
import android.view.ViewGroup
import android.widget.BaseAdapter
import android.widget.FrameLayout
import android.widget.TextView
import org.hushwall.R
import org.hushwall.log.LogRow
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.listMargin
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.text
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.words.Words
import org.hushwall.vpn.Gap

internal class FeedAdapter(
    private val screen: MainActivity,
    private val open: (FeedItem.Connection) -> Unit,
    private val menu: (LogRow) -> Unit,
    private val openRecord: () -> Unit,
) : BaseAdapter() {
    private val words = Words(screen)
    private var items: List<FeedItem> = emptyList()

    fun show(next: List<FeedItem>) {
        items = next
        notifyDataSetChanged()
    }

    override fun getCount(): Int = items.size
    override fun getItem(position: Int): Any = items[position]
    override fun hasStableIds(): Boolean = true
    override fun getViewTypeCount(): Int = 3
    override fun areAllItemsEnabled(): Boolean = false
    override fun isEnabled(position: Int): Boolean = false

    override fun getItemId(position: Int): Long =
        when (val item = items[position]) {
            is FeedItem.Connection -> item.row.id
            is FeedItem.Day -> -item.at
            is FeedItem.NotSeen -> -item.gap.from - 1
        }

    override fun getItemViewType(position: Int): Int =
        when (items[position]) {
            is FeedItem.Connection -> 0
            is FeedItem.Day -> 1
            is FeedItem.NotSeen -> 2
        }

    override fun getView(position: Int, old: View?, parent: ViewGroup): View =
        when (val item = items[position]) {
            is FeedItem.Connection -> connection(position, item, old)
            is FeedItem.Day -> day(item.at)
            is FeedItem.NotSeen -> framed(notSeen(item.gap))
        }

    private fun connection(position: Int, item: FeedItem.Connection, old: View?): View {
        val holder = old as? FrameLayout ?: framed(ConnectionRow(screen, open, menu))
        val isFirst = items.getOrNull(position - 1) !is FeedItem.Connection
        val isLast = items.getOrNull(position + 1) !is FeedItem.Connection
        (holder.getChildAt(0) as ConnectionRow).show(item, isFirst, isLast)
        return holder
    }

    private fun framed(child: View): FrameLayout =
        FrameLayout(screen).apply {
            pad(screen.listMargin, 0)
            addView(child)
        }

    fun isDay(position: Int): Boolean = items.getOrNull(position) is FeedItem.Day

    /** The day to which the row at [position] belongs; null above the first heading. */
    fun dayAt(position: Int): Long? =
        items.subList(0, Math.min(position + 1, items.size)).filterIsInstance<FeedItem.Day>().lastOrNull()?.at

    fun nameOf(day: Long): String = words.dayInWords(day, System.currentTimeMillis())

    private fun day(at: Long): View {
        val heading = dayPadding(text(screen, Type.SMALL_MEDIUM, R.color.ink2, nameOf(at)))
        Compat.heading(heading)
        return heading
    }

    private fun notSeen(gap: Gap): View = NotSeenRow(screen, gap, openRecord)
}

/** A heading in the list and the one that sticks lie over each other. */
internal fun dayPadding(heading: TextView): TextView = heading.pad(heading.context.listMargin + 4, 8)
