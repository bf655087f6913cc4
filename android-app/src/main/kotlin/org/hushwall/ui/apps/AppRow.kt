// One app in the list: icon, name, today's numbers, its mode. A screen reader meets one node with actions.
package org.hushwall.ui.apps

import android.os.Bundle
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.view.accessibility.AccessibilityNodeInfo.AccessibilityAction
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.policy.AppMode
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.oneLine
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.kit.tint
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.widget.Avatar
import org.hushwall.ui.widget.ModePill
import org.hushwall.ui.widget.listGround
import org.hushwall.ui.widget.word
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.startOfDay

internal class AppRow(
    private val screen: MainActivity,
    open: (AppEntry) -> Unit,
    chooseMode: (AppEntry) -> Unit,
    private val setMode: (AppEntry, AppMode) -> Unit,
    select: (AppEntry) -> Unit,
) : LinearLayout(screen) {
    private val words = Words(screen)
    private val avatar = Avatar(screen)
    private val name = text(screen, Type.SUBTITLE).oneLine()
    private val line = text(screen, Type.SMALL, R.color.ink2).tabular()
    private val pill = ModePill(screen)
    private var entry: AppEntry? = null

    init {
        gravity = android.view.Gravity.CENTER_VERTICAL
        minimumHeight = screen.dp(66)
        add(avatar, width = WRAP)
        val column = addRest(column(screen), start = 10, end = 4)
        column.add(name)
        column.add(line)
        // At large fonts the mode goes under the name: nothing may be cut.
        if (screen.stacks) column.add(pill, width = WRAP, top = 4) else add(pill, width = WRAP)
        pill.importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO_HIDE_DESCENDANTS
        setOnClickListener { entry?.let(open) }
        pill.setOnClickListener { entry?.let(chooseMode) }
        setOnLongClickListener {
            entry?.let(select)
            true
        }
    }

    fun show(next: AppEntry, order: AppsSort, isFirst: Boolean, isLast: Boolean, isSelected: Boolean) {
        entry = next
        listGround(this, isFirst, isLast)
        pad(16, 8)
        this.isSelected = isSelected
        avatar.show(next.app, next.app.label, if (isSelected) R.drawable.ic_check else 0, R.color.brand)
        name.tint(if (isSelected) R.color.brand else R.color.ink)
        name.text = next.app.label
        line.text = if (order == AppsSort.ACTIVE) activity(next) else numbers(next)
        pill.show(next.mode)
        contentDescription = listOf(next.app.label, line.text, screen.getString(next.mode.word)).joinToString(", ")
    }

    override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
        super.onInitializeAccessibilityNodeInfo(info)
        for ((id, mode) in ACTIONS) info.addAction(AccessibilityAction(id, screen.getString(mode.word)))
    }

    override fun performAccessibilityAction(action: Int, arguments: Bundle?): Boolean {
        val mode = ACTIONS.firstOrNull { it.first == action }?.second
        val present = entry
        if (mode == null || present == null) return super.performAccessibilityAction(action, arguments)
        setMode(present, mode)
        return true
    }

    private fun activity(entry: AppEntry): String {
        val at = entry.lastActive ?: return screen.getString(R.string.never_active)
        val isToday = at >= startOfDay(System.currentTimeMillis(), 0)
        return screen.getString(R.string.last_active_at, if (isToday) words.time(at) else words.dayAndTime(at))
    }

    private fun numbers(entry: AppEntry): String {
        if (entry.mode == AppMode.OUTSIDE) return screen.getString(R.string.not_seen)
        val shared = entry.app.packages.size
        val stopped = words.plural(R.plurals.n_stopped, entry.stopped)
        val passed = screen.getString(R.string.n_let_through, words.number(entry.letThrough))
        return when {
            shared > 1 -> screen.getString(R.string.two_parts, words.plural(R.plurals.apps_in_one, shared.toLong()), stopped)
            entry.total == null -> screen.getString(R.string.nothing_today)
            entry.letThrough == 0L -> screen.getString(R.string.two_parts, stopped, screen.getString(R.string.nothing_else))
            else -> screen.getString(R.string.two_parts, stopped, passed)
        }
    }

    private companion object {
        val ACTIONS = listOf(
            R.id.action_allow to AppMode.ALLOW,
            R.id.action_filter to AppMode.FILTER,
            R.id.action_block to AppMode.BLOCK,
        )
    }
}
