// A rule in the list: its verdict's drawing, its sentence, what is to be said about it, and its switch.
package org.hushwall.ui.rules

import android.content.Context
import android.view.Gravity
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.Button
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.widget.Switch
import org.hushwall.R
import org.hushwall.policy.JudgedRule
import org.hushwall.policy.Never
import org.hushwall.policy.RuleSource
import org.hushwall.policy.UserRule
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Toggle
import org.hushwall.ui.widget.listGround
import org.hushwall.ui.words.Words

internal class RuleRow(context: Context, judged: JudgedRule, isFirst: Boolean, isLast: Boolean, private val rules: RulesActivity) :
    LinearLayout(context) {
    private val ruleWords = RuleWords(context)

    init {
        gravity = Gravity.CENTER_VERTICAL
        minimumHeight = context.dp(76)
        listGround(this, isFirst, isLast)
        pad(16, 8, 4, 8)
        val passes = when (val source = judged.source) {
            is RuleSource.Own -> source.rule.allow
            is RuleSource.OfApp -> source.kind == RuleSource.Kind.PAUSE
        }
        val colour = if (passes) R.color.ink2 else R.color.brand
        add(icon(context, if (passes) R.drawable.ic_pass else R.drawable.ic_stop, colour), width = 24, height = 24, start = 8, end = 24)
        val sentence = ruleWords.sentence(judged.source)
        val column = addRest(column(context), end = 4)
        column.add(text(context, Type.BODY, text = sentence))
        val lines = lines(judged, passes)
        for (line in lines) column.add(text(context, Type.SMALL, R.color.ink2, line), top = 2)
        contentDescription = (listOf(sentence) + lines).joinToString(" ")
        when (val source = judged.source) {
            is RuleSource.Own -> add(RuleSwitch(context, source.rule, sentence), width = WRAP)
            is RuleSource.OfApp -> add(icon(context, R.drawable.ic_right), width = 24, height = 24, end = 12)
        }
        setOnClickListener { rules.open(judged.source) }
    }

    override fun getAccessibilityClassName(): CharSequence = Button::class.java.name

    private fun lines(judged: JudgedRule, passes: Boolean): List<String> = listOfNotNull(
        (judged.source as? RuleSource.OfApp)?.let { context.getString(R.string.rule_of_app) },
        (judged.source as? RuleSource.Own)?.rule?.until?.let { context.getString(R.string.until, Words(context).time(it)) },
        if (judged.never == null) hits(judged, passes) else never(judged.never),
    )

    private fun never(never: Never): String = when (never) {
        is Never.Covered -> context.getString(R.string.rule_covered, ruleWords.sentence(never.by))
        Never.AppBlocked -> context.getString(R.string.rule_app_blocked)
    }

    private fun hits(judged: JudgedRule, passes: Boolean): String? {
        val hits = judged.hits ?: return null
        if (hits == 0L) return context.getString(R.string.rule_no_hits)
        return Words(context).plural(if (passes) R.plurals.rule_passed else R.plurals.rule_stopped, hits)
    }

    /** Off keeps the rule. */
    private inner class RuleSwitch(context: Context, rule: UserRule, spoken: CharSequence) : FrameLayout(context) {
        private val toggle = Toggle(context)

        init {
            minimumHeight = context.dp(48)
            pad(8, 8)
            toggle.isOn = rule.isOn
            contentDescription = spoken
            addView(toggle)
            ripple(this, null, 24)
            setOnClickListener { rules.turn(rule, !toggle.isOn) }
        }

        override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
            super.onInitializeAccessibilityNodeInfo(info)
            info.className = Switch::class.java.name
            info.isCheckable = true
            info.isChecked = toggle.isOn
        }
    }
}
