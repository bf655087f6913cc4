// A rule as it is made or changed: its sentence, and a chip for each part of it. Nothing changes before the core has taken the rule
// as a whole; the list, to which it goes back, puts it in force and offers to take that back.
package org.hushwall.ui.rules

import android.app.AlertDialog
import android.content.Context
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.widget.LinearLayout
import java.util.UUID
import org.hushwall.R
import org.hushwall.policy.UserRule
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.card
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Chip
import org.hushwall.ui.widget.FlowLayout
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.words.Words
import org.json.JSONObject

internal class RuleActivity : PageScreen() {
    private lateinit var rule: UserRule
    private val ruleWords by lazy { RuleWords(this) }

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        val given = ruleOf(intent)
        rule = saved?.getString(RULE)?.let { UserRule.read(JSONObject(it)) } ?: given ?: fresh()
        showPage(getString(if (given == null) R.string.new_rule else R.string.change_rule), foot = foot(isNew = given == null))
        fill()
    }

    override fun onSaveInstanceState(state: Bundle) {
        super.onSaveInstanceState(state)
        state.putString(RULE, rule.toJson().toString())
    }

    private fun fresh() = UserRule(UUID.randomUUID().toString(), key = null, allow = false)

    private fun become(next: UserRule) {
        rule = next
        fill()
    }

    private fun fill() {
        page.removeAllViews()
        val card = page.add(card(this), top = 4)
        card.add(text(this, Type.TITLE, text = ruleWords.sentence(rule)), bottom = 12)
        rule.until?.let { card.add(text(this, Type.SMALL, R.color.ink2, getString(R.string.until, Words(this).time(it))), bottom = 12) }
        val chips = FlowLayout(this)
        chips.addView(chip(R.string.rule_who, rule.key?.let(ruleWords::app) ?: getString(R.string.every_app)) { chooseWho() })
        chips.addView(chip(R.string.rule_what, getString(if (rule.allow) R.string.may_reach else R.string.may_not_reach)) { chooseWhat() })
        chips.addView(chip(R.string.rule_where, ruleWords.place(rule) ?: getString(R.string.everything)) { choosePlace() })
        chips.addView(chip(R.string.rule_when, ruleWords.time(rule.time) ?: getString(R.string.always)) { chooseTime() })
        card.add(chips)
        val note = if (rule.country != null) R.string.rule_country_note else R.string.rule_stronger_note
        page.add(text(this, Type.SMALL, R.color.ink2, getString(note)).pad(4, 12))
    }

    private fun chip(part: Int, words: String, onClick: () -> Unit) = Chip(this, opens = true, onClick).apply {
        show(words, on = true)
        contentDescription = getString(R.string.two_parts, getString(part), words)
    }

    private fun chooseWho() {
        val apps = hushwall.apps.all().map { PickSheet.Choice(it.label, it.key == rule.key) { become(rule.copy(key = it.key)) } }
        val every = PickSheet.Choice(getString(R.string.every_app), rule.key == null) { become(rule.copy(key = null)) }
        PickSheet(this, getString(R.string.rule_who), R.string.search_app, listOf(every) + apps).show()
    }

    private fun chooseWhat() {
        val sheet = Sheet(this, getString(R.string.rule_what))
        sheet.choice(R.drawable.ic_stop, getString(R.string.may_not_reach), null, !rule.allow) { become(rule.copy(allow = false)) }
        sheet.choice(R.drawable.ic_pass, getString(R.string.may_reach), null, rule.allow) { become(rule.copy(allow = true)) }
        sheet.show()
    }

    private fun choosePlace() {
        val sheet = Sheet(this, getString(R.string.rule_where))
        val isAll = rule.host == null && rule.country == null
        sheet.choice(R.drawable.ic_globe, getString(R.string.everything), null, isAll) { become(rule.copy(host = null, country = null)) }
        val hostLine = getString(R.string.place_by_name_line)
        sheet.choice(R.drawable.ic_search, getString(R.string.place_by_name), hostLine, rule.host != null) { chooseHost() }
        sheet.choice(R.drawable.ic_firm, getString(R.string.place_country), null, rule.country != null) { chooseCountry() }
        sheet.show()
    }

    private fun chooseHost() = HostSheet(this, rule.host) { become(rule.copy(host = it, country = null)) }.show()

    private fun chooseCountry() {
        val countries = Countries.all(this).map { (code, name) ->
            PickSheet.Choice(name, code == rule.country) { become(rule.copy(host = null, country = code)) }
        }
        PickSheet(this, getString(R.string.place_country), R.string.search_country, countries).show()
    }

    private fun chooseTime() = TimeSheet(this, rule.time) { become(rule.copy(time = it)) }.show()

    private fun foot(isNew: Boolean): View {
        val foot: LinearLayout = rowOrStack(this).pad(16, 8)
        val save = WordButton(this, Weight.FILLED, getString(R.string.save_rule)) { save() }
        if (isNew) {
            foot.add(save)
            return foot
        }
        val remove = WordButton(this, Weight.OUTLINED, getString(R.string.remove_rule)) { end(REMOVE) }
        if (stacks) {
            foot.add(remove, bottom = 8)
            foot.add(save)
        } else {
            foot.addRest(remove, end = 8)
            foot.addRest(save)
        }
        return foot
    }

    private fun save() {
        val same = hushwall.policy.sameAs(rule)
        if (same != null) return tell(R.string.rule_is_there, getString(R.string.rule_is_there_line, ruleWords.sentence(same)))
        val choices = hushwall.policy.choices(with = rule)
        val judge = hushwall.judge
        val refused = { tell(R.string.rule_refused, getString(R.string.rule_refused_line)) }
        questions.ask(Work.data, { judge.check(choices) }, refused) { end(SAVE) }
    }

    private fun end(result: Int) {
        setResult(result, intent(this, rule))
        finish()
    }

    private fun tell(title: Int, text: CharSequence) {
        AlertDialog.Builder(this).setTitle(title).setMessage(text).setPositiveButton(R.string.close, null).show()
    }

    companion object {
        /** The results: the rule that comes with them is to be put in force, or taken away. */
        const val SAVE = 1
        const val REMOVE = 2
        private const val RULE = "rule"

        /** [rule] null: a new one. */
        fun intent(context: Context, rule: UserRule?): Intent =
            Intent(context, RuleActivity::class.java).putExtra(RULE, rule?.toJson()?.toString())

        fun ruleOf(intent: Intent): UserRule? = intent.getStringExtra(RULE)?.let { UserRule.read(JSONObject(it)) }
    }
}
