// What to do about all of a company: two equal buttons at the foot of its page. A rule for each of its places, for all apps; the
// catalogue says which, and leaves out what the phone needs.
package org.hushwall.ui.company

import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.log.CompanyReport
import org.hushwall.policy.RuleTime
import org.hushwall.policy.UserRule
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.sideMargin
import org.hushwall.ui.kit.smallIcon
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.words.Words

internal class CompanyChoice(private val screen: CompanyActivity, private val name: String) : LinearLayout(screen) {
    private val words = Words(screen)
    private val policy = screen.hushwall.policy

    /** What it means to stop all of it. At large fonts it belongs into the page: the foot would take half the screen. */
    val note = text(screen, Type.SMALL, R.color.ink2)
    private val stop = WordButton(screen, Weight.OUTLINED, screen.getString(R.string.company_stop)) { stopAll() }
    private val lists = WordButton(screen, Weight.OUTLINED, screen.getString(R.string.as_lists_say)) { asLists() }
    private var hosts: Set<String> = emptySet()

    init {
        orientation = VERTICAL
        setBackgroundColor(screen.getColor(R.color.surface))
        pad(screen.sideMargin(), 12)
        if (!screen.stacks) add(note, bottom = 8)
        val buttons = add(rowOrStack(screen))
        for (button in listOf(stop, lists)) {
            if (screen.stacks) buttons.add(button, bottom = 8) else buttons.add(button, width = 0, weight = 1f, start = 4, end = 4)
        }
        showIf(false)
    }

    /** A company that has nothing but addresses, or only what the phone needs, leaves nothing to choose. */
    fun show(report: CompanyReport) {
        hosts = report.hosts.toSet()
        showIf(hosts.isNotEmpty())
        val covered = words.plural(R.plurals.company_covers, hosts.size.toLong())
        val needed = screen.getString(R.string.company_needed).takeIf { report.hasNeeded }
        note.text = if (needed == null) covered else screen.getString(R.string.two_sentences, covered, needed)
        refresh()
    }

    /** Marks what is so now. */
    fun refresh() {
        val own = own()
        val stopped = own.filter { it.key == null && !it.allow && it.until == null && it.time == RuleTime() }.mapNotNull { it.host }
        mark(stop, stopped.containsAll(hosts) && own.none { it.allow })
        mark(lists, own.isEmpty())
    }

    private fun mark(button: WordButton, isSo: Boolean) {
        button.isSelected = isSo
        val tick = if (isSo) screen.smallIcon(R.drawable.ic_check, R.color.brand, MARK) else null
        button.setCompoundDrawablesRelative(tick, null, null, null)
    }

    /** The user's rules about the company's places that are on, whomever they are for. */
    private fun own(): List<UserRule> = policy.rules().filter { rule -> rule.isOn && rule.host?.let(::isTheirs) == true }

    private fun isTheirs(host: String) = host in hosts || hosts.any { host.endsWith(".$it") }

    /** Rules of single apps are stronger, so they go; undo brings them back. */
    private fun stopAll() {
        if (stop.isSelected) return
        val removed = policy.removeRules(own().map { it.id })
        val added = policy.hostRules(null, hosts.sorted(), allow = false, until = null)
        screen.undo.show(screen.getString(R.string.now_stopped, words.name(name))) {
            added.undo()
            removed.undo()
        }
    }

    private fun asLists() {
        if (lists.isSelected) return
        val change = policy.removeRules(own().map { it.id })
        screen.undo.show(screen.getString(R.string.now_as_lists, words.name(name)), change)
    }

    private companion object {
        /** In dp. */
        const val MARK = 20
    }
}
