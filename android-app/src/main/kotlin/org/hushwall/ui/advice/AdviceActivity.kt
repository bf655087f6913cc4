// "Recommended for this phone": the protections that fit the installed apps, each with what it stops and what may break. What is
// recommended is switched on and taken back at once; the rest costs something and is weighed one by one.
package org.hushwall.ui.advice

import android.os.Bundle
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.policy.Protection
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.text
import org.hushwall.ui.setup.SetupMemory
import org.hushwall.ui.widget.EmptyView
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.WaitingRows
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.words.Words

internal class AdviceActivity : PageScreen() {
    private val words by lazy { Words(this) }

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        showPage(getString(R.string.advice_title))
        // Room for the bar that takes a change back.
        page.setPaddingRelative(page.paddingStart, 0, page.paddingEnd, dp(80))
        page.add(WaitingRows(this))
        SetupMemory(this).sawAdvice = true
    }

    override fun onStart() {
        super.onStart()
        whileVisible(hushwall.policy.listen(::load))
        load()
    }

    private fun load() = questions.ask(Work.data, { hushwall.advice.protections() }, ::failed, ::fill)

    private fun failed() {
        page.removeAllViews()
        page.add(EmptyView(this).apply { show(getString(R.string.advice_failed), getString(R.string.advice_again), ::load) })
    }

    private fun fill(all: List<Protection>) {
        page.removeAllViews()
        if (all.isEmpty()) {
            page.add(EmptyView(this).apply { show(getString(R.string.advice_none)) })
            return
        }
        page.add(head(all), bottom = 4)
        val (recommended, others) = all.partition { it.isRecommended }
        val (on, off) = recommended.partition { it.isOn }
        group(R.string.advice_off, off)
        group(R.string.advice_costs, others)
        group(R.string.advice_on, on)
    }

    private fun head(all: List<Protection>): View {
        val head = column(this).pad(8, 0)
        Compat.heading(head.add(text(this, Type.HEADLINE, text = words.plural(R.plurals.advice_fit, all.size.toLong()))))
        val line = words.plural(R.plurals.advice_are_on, all.count { it.isOn }.toLong())
        head.add(text(this, Type.BODY, R.color.ink2, line), top = 6)
        val buttons = rowOrStack(this)
        if (all.any { it.isRecommended && !it.isOn }) {
            button(buttons, WordButton(this, Weight.FILLED, getString(R.string.advice_switch_on_all), onClick = ::switchOnAll))
        }
        if (hushwall.policy.advised.isNotEmpty()) {
            button(buttons, WordButton(this, Weight.OUTLINED, getString(R.string.advice_undo_all), onClick = ::undoAll))
        }
        if (buttons.childCount > 0) head.add(buttons, top = 16)
        return head
    }

    private fun button(row: LinearLayout, button: View) {
        val isFirst = row.childCount == 0
        if (stacks) row.add(button, top = if (isFirst) 0 else 8) else row.addRest(button, start = if (isFirst) 0 else 8)
    }

    private fun group(title: Int, protections: List<Protection>) {
        if (protections.isEmpty()) return
        Compat.heading(page.add(text(this, Type.SMALL_MEDIUM, R.color.ink2, getString(title)).pad(8, 20, 8, 8)))
        protections.forEachIndexed { i, protection ->
            page.add(ProtectionRow(this, protection, i == 0, i == protections.size - 1, change(protection)))
        }
    }

    /** What a tap on its row does; null where it is not ours to change here. */
    private fun change(protection: Protection): (() -> Unit)? {
        val list = protection.list ?: return null
        val isOurs = hushwall.policy.advised.any { it.name == list.name }
        if (protection.isOn && !isOurs) return null
        val title = words.name(protection.title)
        return {
            if (isOurs) {
                undo.show(getString(R.string.advice_now_off, title), hushwall.policy.switchOff(listOf(list.name)))
            } else {
                undo.show(getString(R.string.advice_now_on, title), hushwall.policy.switchOn(listOf(list)))
            }
        }
    }

    private fun switchOnAll() = questions.ask(Work.data, { hushwall.advice.toFollow() }, ::failed) { lists ->
        if (lists.isNotEmpty()) {
            undo.show(words.plural(R.plurals.advice_switched_on, lists.size.toLong()), hushwall.policy.switchOn(lists))
        }
    }

    private fun undoAll() = questions.ask(Work.data, { hushwall.advice.toUndo() }, ::failed) { names ->
        if (names.isNotEmpty()) {
            undo.show(words.plural(R.plurals.advice_switched_off, names.size.toLong()), hushwall.policy.switchOff(names))
        }
    }
}
