package org.hushwall.policy

import java.util.Calendar
import org.hushwall.core.Core
import org.hushwall.core.CoreException
import org.hushwall.core.Messages
import org.hushwall.core.RankedRule
import org.hushwall.log.Explanation
import org.hushwall.log.Reason

/** Where a rule of the core's document comes from. */
sealed class RuleSource {
    data class Own(val rule: UserRule) : RuleSource()

    /** The switches of an app's screen, or its pause. */
    data class OfApp(val key: String, val kind: Kind) : RuleSource()

    enum class Kind { NO_WIFI, NO_MOBILE, ONLY_SCREEN_ON, PAUSE }
}

/** Why a rule never speaks. [Covered.by] is the stronger one. */
sealed class Never {
    data class Covered(val by: RuleSource) : Never()

    data object AppBlocked : Never()
}

/** A rule as the core ranks it. [hits]: how often it decided this week; null where the log cannot tell. */
data class JudgedRule(val source: RuleSource, val holds: Boolean, val hits: Long?, val never: Never?)

/** What came of a question about a host. [rules]: those that the explanation names, by their number. */
data class Trial(val explanation: Explanation, val rules: Map<Int, RuleSource>) {
    /** The rule that [reason] is. */
    fun rule(reason: Reason): RuleSource? = rules[reason.rule]
}

/** What the core says of rules, in force or not yet. Each call blocks and throws [CoreException]. */
interface RuleJudge {
    /** All rules of [choices], the strongest first. */
    fun rank(choices: Choices): List<JudgedRule>

    /** Returns where the core could decide by [choices]; else throws. */
    fun check(choices: Choices)

    /** What [choices] come to for the app and [host]. */
    fun explain(choices: Choices, uid: Int, key: String, host: String): Trial
}

internal class CoreRuleJudge(private val core: Core, private val now: () -> Long) : RuleJudge {
    override fun rank(choices: Choices): List<JudgedRule> {
        val sources = documentRules(choices).map { it.first }
        val week = Calendar.getInstance().apply {
            timeInMillis = now()
            add(Calendar.DAY_OF_YEAR, -DAYS)
        }
        val answer = core.query("rules", "document" to policyDocument(choices, null), "since" to week.timeInMillis)
        // One rule of the user's for a shared user id is one for each of its packages there.
        return Messages.ranked(answer).groupBy { sources[it.rule] }.map { (source, parts) -> judged(source, parts, sources) }
    }

    private fun judged(source: RuleSource, parts: List<RankedRule>, sources: List<RuleSource>): JudgedRule {
        val unused = parts.map { it.unused }
        val never = if (null in unused) null else unused.firstNotNullOfOrNull {
            when (it?.code) {
                "covered" -> it.by?.let { by -> Never.Covered(sources[by]) }
                "app-blocked" -> Never.AppBlocked
                else -> null
            }
        }
        val hits = parts.mapNotNull { it.hits }
        return JudgedRule(source, parts.any { it.holds }, if (hits.isEmpty()) null else hits.sum(), never)
    }

    override fun check(choices: Choices) {
        core.query("policy-check", "document" to policyDocument(choices, null))
    }

    override fun explain(choices: Choices, uid: Int, key: String, host: String): Trial {
        val document = policyDocument(choices, null)
        val answer = core.query("explain", "document" to document, "uid" to uid, "app" to key, "host" to host, "port" to HTTPS)
        val explanation = Messages.explanation(answer)
        return Trial(explanation, documentRules(choices).withIndex().associate { (at, rule) -> at to rule.first })
    }

    private companion object {
        const val DAYS = 7
        const val HTTPS = 443
    }
}
