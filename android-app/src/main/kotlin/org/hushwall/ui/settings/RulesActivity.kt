// The user's own rules about places, each as a sentence, each with a way to take it away.
package org.hushwall.ui.settings

import android.os.Bundle
import android.view.Gravity
import android.view.View
import org.hushwall.R
import org.hushwall.policy.HostRule
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.EmptyView
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.iconButton
import org.hushwall.ui.widget.listGround
import org.hushwall.ui.words.Words

internal class RulesActivity : PageScreen() {
    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        showPage(getString(R.string.your_rules))
        // Room for the bar that takes a change back.
        page.setPaddingRelative(page.paddingStart, 0, page.paddingEnd, dp(80))
    }

    override fun onStart() {
        super.onStart()
        whileVisible(hushwall.policy.listen(::fill))
        fill()
    }

    private fun fill() {
        page.removeAllViews()
        val rules = hushwall.policy.rules()
        if (rules.isEmpty()) page.add(EmptyView(this).apply { show(getString(R.string.no_rules)) })
        rules.forEachIndexed { i, rule -> page.add(row(rule, i == 0, i == rules.size - 1)) }
    }

    private fun row(rule: HostRule, isFirst: Boolean, isLast: Boolean): View {
        val row = row(this)
        row.gravity = Gravity.CENTER_VERTICAL
        row.minimumHeight = dp(66)
        listGround(row, isFirst, isLast)
        row.pad(16, 8, 4, 8)
        val drawing = if (rule.allow) R.drawable.ic_pass else R.drawable.ic_stop
        row.add(icon(this, drawing, if (rule.allow) R.color.ink2 else R.color.brand), width = 24, height = 24, start = 8, end = 24)
        val column = row.addRest(column(this), end = 8)
        column.add(text(this, Type.BODY, text = sentence(rule)))
        rule.until?.let { column.add(text(this, Type.SMALL, R.color.ink2, getString(R.string.until, Words(this).time(it)))) }
        row.add(iconButton(this, R.drawable.ic_close, R.string.remove_rule) { remove(rule) }, width = WRAP)
        return row
    }

    private fun sentence(rule: HostRule): String {
        val words = Words(this)
        val place = words.isolate(rule.host)
        val who = rule.key?.let { hushwall.apps.byKey(it)?.label ?: it.substringBefore(',') }
        return when {
            who == null && rule.allow -> getString(R.string.rule_all_allow, place)
            who == null -> getString(R.string.rule_all_stop, place)
            rule.allow -> getString(R.string.rule_allow, words.name(who), place)
            else -> getString(R.string.rule_stop, words.name(who), place)
        }
    }

    private fun remove(rule: HostRule) {
        val change = hushwall.policy.removeRule(rule.id)
        undo.show(getString(R.string.rule_removed), change)
        fill()
    }
}
