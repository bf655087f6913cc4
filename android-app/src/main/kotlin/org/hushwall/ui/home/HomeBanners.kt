// At most one banner at a time, the most important first.
package org.hushwall.ui.home

import android.content.Intent
import android.view.View
import org.hushwall.R
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.record.RecordActivity
import org.hushwall.ui.settings.SettingsActivity
import org.hushwall.ui.setup.SetupCheckActivity
import org.hushwall.ui.setup.SetupFacts
import org.hushwall.ui.widget.Banner
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.sentence
import org.hushwall.ui.words.words

internal class HomeBanners(private val screen: MainActivity) {
    fun of(facts: HomeFacts): View? = gap(facts) ?: rules(facts) ?: record(facts) ?: setup()

    private fun gap(facts: HomeFacts): View? {
        val gap = facts.unseenGap ?: return null
        val words = Words(screen)
        val title = screen.getString(R.string.not_protected_range, words.range(gap.from, gap.to))
        val cause = gap.cause.sentence(screen)
        val line = if (gap.to == null) cause else screen.getString(R.string.gap_is_back, cause)
        return Banner(screen, title, line) { open(RecordActivity::class.java) }
    }

    private fun rules(facts: HomeFacts): View? {
        val trouble = facts.policyTrouble?.words ?: return null
        return Banner(screen, screen.getString(trouble.title), screen.getString(trouble.line))
    }

    private fun record(facts: HomeFacts): View? {
        val trouble = facts.logTrouble?.words ?: return null
        return Banner(screen, screen.getString(trouble.title), screen.getString(trouble.line)) {
            open(SettingsActivity::class.java)
        }
    }

    private fun setup(): View? {
        val facts = SetupFacts(screen)
        val (title, line) = when {
            facts.batteryWasSetBack -> R.string.banner_battery to R.string.banner_battery_line
            facts.privateDnsHost != null -> R.string.banner_private_dns to R.string.banner_private_dns_line
            else -> return null
        }
        return Banner(screen, screen.getString(title), screen.getString(line)) { open(SetupCheckActivity::class.java) }
    }

    private fun open(target: Class<*>) = screen.startActivity(Intent(screen, target))
}
