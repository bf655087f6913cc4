// "Try it": an app and a host, and who decides about them, by the rules as they are now.
package org.hushwall.ui.rules

import android.os.Bundle
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.apps.AppInfo
import org.hushwall.log.Reason
import org.hushwall.policy.Trial
import org.hushwall.policy.hostName
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.card
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Chip
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.words.Verdicts
import org.hushwall.ui.words.Words
import org.hushwall.vpn.ProtectionState

internal class TrialActivity : PageScreen() {
    private var key: String? = null
    private val app: AppInfo? get() = key?.let(hushwall.apps::byKey)
    private val chip by lazy { Chip(this, opens = true) { chooseApp() } }
    private val field by lazy { field(this, R.string.host_hint) }
    private val result: LinearLayout by lazy { column(this) }

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        key = saved?.getString(KEY)
        showPage(getString(R.string.try_it), foot = foot())
        page.add(text(this, Type.SMALL, R.color.ink2, getString(R.string.try_it_line)).pad(4, 4, 4, 8))
        val card = page.add(card(this))
        card.add(chip, width = WRAP)
        field.id = R.id.trial_host
        card.add(field, top = 8)
        page.add(result, top = 12)
        showApp()
    }

    override fun onSaveInstanceState(state: Bundle) {
        super.onSaveInstanceState(state)
        state.putString(KEY, key)
    }

    private fun foot() = column(this).pad(16, 8).also {
        it.add(WordButton(this, Weight.FILLED, getString(R.string.see_who_decides)) { ask() })
    }

    private fun showApp() = chip.show(app?.let { Words(this).name(it.label) } ?: getString(R.string.choose_app), on = app != null)

    private fun chooseApp() {
        val apps = hushwall.apps.all().map { app ->
            PickSheet.Choice(app.label, app.key == key) {
                key = app.key
                result.removeAllViews()
                showApp()
            }
        }
        PickSheet(this, getString(R.string.choose_app), R.string.search_app, apps).show()
    }

    private fun ask() {
        val app = app ?: return tell(R.string.choose_app_first)
        val host = hostName(field.text.toString()) ?: return tell(R.string.host_fault)
        val choices = hushwall.policy.choices()
        val judge = hushwall.judge
        val question = { judge.explain(choices, app.uid, app.key, host) }
        questions.ask(Work.data, question, { tell(R.string.try_it_failed) }) { show(it, app, host) }
    }

    private fun tell(words: Int) {
        result.removeAllViews()
        result.add(text(this, Type.BODY, R.color.warn, getString(words)).pad(4, 0))
    }

    private fun show(trial: Trial, app: AppInfo, host: String) {
        result.removeAllViews()
        val explained = trial.explanation
        val words = Words(this)
        if (hushwall.protection.status.state != ProtectionState.ON) {
            result.add(text(this, Type.SMALL, R.color.warn, getString(R.string.try_it_off)).pad(4, 0, 4, 12))
        }
        val card = result.add(card(this))
        val head = card.add(row(this))
        val drawing = if (explained.blocked) R.drawable.ic_stop else R.drawable.ic_pass
        head.add(icon(this, drawing, if (explained.blocked) R.color.brand else R.color.ink2), width = 24, height = 24, end = 12)
        head.addRest(text(this, Type.HEADLINE, text = Verdicts(this).word(explained.blocked)))
        val about = getString(R.string.try_it_about, words.name(app.label), words.isolate(host))
        card.add(text(this, Type.SMALL, R.color.ink2, about), top = 4)
        card.add(text(this, Type.SMALL_MEDIUM, R.color.ink2, getString(R.string.decided_by)), top = 12)
        reason(card, trial, explained.reason)
        others(card, trial)
        if (trial.rules.isNotEmpty()) card.add(text(this, Type.SMALL, R.color.ink2, getString(R.string.try_it_note)), top = 12)
    }

    private fun others(card: LinearLayout, trial: Trial) {
        val others = trial.explanation.considered.filter { !it.decides && it.reason.code != NOTHING }
        if (others.isEmpty()) return
        card.add(text(this, Type.SMALL_MEDIUM, R.color.ink2, getString(R.string.weaker_than_that)), top = 12)
        for (other in others) {
            reason(card, trial, other.reason)
            if (!other.holds) card.add(text(this, Type.SMALL, R.color.ink2, getString(R.string.rule_not_now)))
        }
    }

    private fun reason(card: LinearLayout, trial: Trial, reason: Reason) {
        val rule = trial.rule(reason)
        if (rule != null) {
            card.add(text(this, Type.BODY, text = RuleWords(this).sentence(rule)), top = 2)
            return
        }
        val (title, line) = Verdicts(this).decidedBy(reason)
        card.add(text(this, Type.BODY, text = title), top = 2)
        if (line != null) card.add(text(this, Type.SMALL, R.color.ink2, line))
    }

    private companion object {
        const val KEY = "key"

        /** That nothing speaks against it is no other reason. */
        const val NOTHING = "nothing-against"
    }
}
