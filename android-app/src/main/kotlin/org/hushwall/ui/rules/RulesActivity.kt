// The user's own rules, the strongest first as the core ranks them, each as a sentence with its switch. What an app's switches come
// to stands among them, for it decides with them; it is changed on the app's screen.
package org.hushwall.ui.rules

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.policy.JudgedRule
import org.hushwall.policy.RuleSource
import org.hushwall.policy.UserRule
import org.hushwall.ui.app.AppActivity
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.EmptyView
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.WaitingRows
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton

internal class RulesActivity : PageScreen() {
    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        showPage(getString(R.string.your_rules), foot = foot())
        // Room for the bar that takes a change back.
        page.setPaddingRelative(page.paddingStart, 0, page.paddingEnd, dp(80))
        page.add(WaitingRows(this))
    }

    override fun onStart() {
        super.onStart()
        whileVisible(hushwall.policy.listen(::ask))
        ask()
    }

    /** To the editor; what an app's switches say leads to the app. */
    fun open(source: RuleSource) = when (source) {
        is RuleSource.Own -> edit(source.rule)
        is RuleSource.OfApp -> startActivity(Intent(this, AppActivity::class.java).putExtra(AppActivity.KEY, source.key))
    }

    fun turn(rule: UserRule, on: Boolean) {
        val change = hushwall.policy.putRule(rule.copy(isOn = on))
        undo.show(getString(if (on) R.string.rule_now_on else R.string.rule_now_off), change)
    }

    @Suppress("OVERRIDE_DEPRECATION") // The platform has nothing newer without a library.
    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        val rule = data?.let(RuleActivity::ruleOf) ?: return
        val policy = hushwall.policy
        when (result) {
            RuleActivity.SAVE -> undo.show(getString(R.string.rule_saved), policy.putRule(rule))
            RuleActivity.REMOVE ->
                if (policy.rules().any { it.id == rule.id }) undo.show(getString(R.string.rule_removed), policy.removeRule(rule.id))
        }
    }

    private fun ask() {
        val choices = hushwall.policy.choices()
        val judge = hushwall.judge
        questions.ask(Work.data, { judge.rank(choices) }, ::cannotRank, ::fill)
    }

    private fun fill(rules: List<JudgedRule>) {
        page.removeAllViews()
        if (rules.isEmpty()) {
            page.add(EmptyView(this).apply { show(getString(R.string.no_rules)) })
            return
        }
        page.add(text(this, Type.SMALL, R.color.ink2, getString(R.string.rules_order)).pad(4, 4, 4, 12))
        show(rules)
    }

    /** The core is not there: the rules as they were made. */
    private fun cannotRank() {
        page.removeAllViews()
        page.add(text(this, Type.SMALL, R.color.warn, getString(R.string.rules_unranked)).pad(4, 4, 4, 12))
        show(hushwall.policy.rules().map { JudgedRule(RuleSource.Own(it), holds = it.isOn, hits = null, never = null) })
    }

    private fun show(rules: List<JudgedRule>) =
        rules.forEachIndexed { i, rule -> page.add(RuleRow(this, rule, i == 0, i == rules.size - 1, this)) }

    private fun foot(): View {
        val foot: LinearLayout = rowOrStack(this).pad(16, 8)
        val trial = WordButton(this, Weight.OUTLINED, getString(R.string.try_it)) { open(TrialActivity::class.java) }
        val fresh = WordButton(this, Weight.FILLED, getString(R.string.new_rule)) { edit(null) }
        if (stacks) {
            foot.add(trial, bottom = 8)
            foot.add(fresh)
        } else {
            foot.addRest(trial, end = 8)
            foot.addRest(fresh)
        }
        return foot
    }

    @Suppress("DEPRECATION") // As above.
    private fun edit(rule: UserRule?) = startActivityForResult(RuleActivity.intent(this, rule), EDIT)

    private fun open(target: Class<out Activity>) = startActivity(Intent(this, target))

    private companion object {
        const val EDIT = 1
    }
}
