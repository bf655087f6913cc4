// The heading of the day whose rows are at the top of the list. It lies over the list, where the day's own heading began.
package org.hushwall.ui.activity

import android.view.View
import android.widget.AbsListView
import android.widget.TextView
import org.hushwall.R
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.text
import org.hushwall.ui.main.MainActivity

internal class StickyDay(private val screen: MainActivity, private val rows: FeedAdapter) {
    val view: TextView = text(screen, Type.SMALL_MEDIUM, R.color.ink2)

    init {
        dayPadding(view)
        view.setBackgroundColor(screen.getColor(R.color.bg))
        // The list has its own heading for it.
        view.importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO
        view.visibility = View.INVISIBLE
    }

    /** The list moved, or has other rows. While a day's own heading is in its place this one is not needed. */
    fun follow(list: AbsListView) {
        val first = list.firstVisiblePosition
        val top = list.getChildAt(0)?.top ?: 0
        val day = rows.dayAt(first)
        val isNeeded = day != null && !(rows.isDay(first) && top >= 0)
        // Never gone: it may be called while the list is being laid out, too late for another view to be.
        view.visibility = if (isNeeded) View.VISIBLE else View.INVISIBLE
        if (day != null) view.text = rows.nameOf(day)
    }
}
