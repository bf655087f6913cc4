// A rule as a sentence: "Mi Browser may not reach China on mobile data from 22:00 to 06:00."
package org.hushwall.ui.rules

import android.content.Context
import android.graphics.Typeface
import android.text.SpannableStringBuilder
import android.text.Spanned
import android.text.style.StyleSpan
import org.hushwall.Hushwall
import org.hushwall.R
import org.hushwall.policy.RuleNetwork
import org.hushwall.policy.RuleSource
import org.hushwall.policy.RuleTime
import org.hushwall.policy.UserRule
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.startOfDay

internal class RuleWords(private val context: Context) {
    private val words = Words(context)
    private val apps = Hushwall.of(context).apps

    /** What the user chose in it stands out. */
    fun sentence(rule: UserRule): CharSequence {
        val parts = listOfNotNull(rule.key?.let(::app), place(rule), time(rule.time)?.let { " $it" }.orEmpty())
        val pattern = when {
            rule.key != null && place(rule) != null -> if (rule.allow) R.string.rule_app_pass else R.string.rule_app_stop
            rule.key != null -> if (rule.allow) R.string.rule_app_pass_all else R.string.rule_app_stop_all
            place(rule) != null -> if (rule.allow) R.string.rule_every_pass else R.string.rule_every_stop
            else -> if (rule.allow) R.string.rule_every_pass_all else R.string.rule_every_stop_all
        }
        return bold(context.getString(pattern, *parts.toTypedArray()), parts.map { it.trim() })
    }

    /** What the switches of an app's screen, or its pause, come to. */
    fun sentence(source: RuleSource.OfApp): CharSequence {
        val app = app(source.key)
        val pattern = when (source.kind) {
            RuleSource.Kind.NO_WIFI -> R.string.rule_no_wifi
            RuleSource.Kind.NO_MOBILE -> R.string.rule_no_mobile
            RuleSource.Kind.ONLY_SCREEN_ON -> R.string.rule_only_screen_on
            RuleSource.Kind.PAUSE -> R.string.rule_pause
        }
        return bold(context.getString(pattern, app), listOf(app))
    }

    fun sentence(source: RuleSource): CharSequence = when (source) {
        is RuleSource.Own -> sentence(source.rule)
        is RuleSource.OfApp -> sentence(source)
    }

    fun app(key: String): String = words.name(apps.byKey(key)?.label ?: key.substringBefore(','))

    /** Null: everything. */
    fun place(rule: UserRule): String? = rule.host?.let(words::isolate) ?: rule.country?.let { words.name(words.country(it) ?: it) }

    /** Null: always. */
    fun time(time: RuleTime): String? {
        val network = when (time.network) {
            RuleNetwork.WIFI -> R.string.time_wifi
            RuleNetwork.MOBILE -> R.string.time_mobile
            null -> null
        }
        val parts = listOfNotNull(
            network?.let(context::getString),
            context.getString(R.string.time_roaming).takeIf { time.roaming },
            context.getString(R.string.time_screen_off).takeIf { time.screenOff },
            time.hours?.let { context.getString(R.string.time_hours, clock(it.from), clock(it.to)) },
        )
        return parts.joinToString(" ").ifEmpty { null }
    }

    /** A minute of the day as the phone writes times. */
    fun clock(minute: Int): String = words.time(startOfDay(System.currentTimeMillis(), 0) + minute * Words.MINUTE)

    private fun bold(sentence: String, parts: List<String>): CharSequence {
        val all = SpannableStringBuilder(sentence)
        for (part in parts.filter { it.isNotEmpty() }) {
            val at = sentence.indexOf(part)
            if (at >= 0) all.setSpan(StyleSpan(Typeface.BOLD), at, at + part.length, Spanned.SPAN_EXCLUSIVE_EXCLUSIVE)
        }
        return all
    }
}
