// Rules of somebody's own, as the core would rank them.
package org.hushwall.ui

import org.hushwall.log.Consideration
import org.hushwall.log.Explanation
import org.hushwall.log.Reason
import org.hushwall.policy.JudgedRule
import org.hushwall.policy.NetworkUse
import org.hushwall.policy.Never
import org.hushwall.policy.RuleNetwork
import org.hushwall.policy.RuleSource
import org.hushwall.policy.RuleTime
import org.hushwall.policy.Trial
import org.hushwall.policy.UserRule

object SeedRules {
    private val night = RuleTime(RuleNetwork.MOBILE, hours = RuleTime.Hours(22 * 60, 6 * 60))
    private val pay = UserRule("pay", Seed.shop.key, allow = true, host = "pay.example.com", until = Seed.NOW + 600_000)
    val china = UserRule("china", Seed.browser.key, allow = false, country = "CN", time = night)
    private val ads = UserRule("ads", null, allow = false, host = "ads.example.com")
    private val never = UserRule("never", null, allow = true, host = "ads.example.com", time = RuleTime(roaming = true), isOn = false)
    private val blocked = UserRule("blocked", Seed.msa.key, allow = true)
    private val abroad = UserRule("abroad", null, allow = false, time = RuleTime(roaming = true, screenOff = true))

    fun fill(fake: FakeHushwall) {
        fake.policy.hosts.clear()
        fake.policy.hosts += listOf(pay, china, blocked, never, ads, abroad)
        fake.policy.uses[Seed.themes.key] = NetworkUse(mobile = false)
        fake.judge.ranked = { choices ->
            val own = choices.rules.map { rule ->
                val hits = mapOf(pay to 3L, china to 1_204L, ads to 26L)[rule] ?: 0
                JudgedRule(RuleSource.Own(rule), rule.isOn, hits, Never.AppBlocked.takeIf { rule == blocked })
            }
            own.take(2) + JudgedRule(RuleSource.OfApp(Seed.themes.key, RuleSource.Kind.NO_MOBILE), true, 58, null) + own.drop(2)
        }
        fake.judge.trial = {
            val rule = Reason("rule", "your rule", rule = 0)
            val others = listOf(
                Consideration(Reason("rule", "your rule", rule = 1), blocked = false, decides = false, holds = false),
                Consideration(Seed.listed("example.com"), blocked = true, decides = false, holds = true),
            )
            val considered = listOf(Consideration(rule, blocked = true, decides = true, holds = true)) + others
            Trial(Explanation(true, rule, considered), mapOf(0 to RuleSource.Own(ads), 1 to RuleSource.Own(never)))
        }
    }
}
