// What the user may want to know or do, the most important first.
package org.hushwall.ui.home

import android.content.Intent
import android.view.View
import org.hushwall.R
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.record.RecordActivity
import org.hushwall.ui.settings.TroubleBanners
import org.hushwall.ui.setup.Doors
import org.hushwall.ui.setup.PrivateDnsNote
import org.hushwall.ui.setup.SetupCheckActivity
import org.hushwall.ui.setup.SetupFacts
import org.hushwall.ui.widget.Banner
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.sentence

/** [onChange]: something was done about one of them. */
internal class HomeBanners(private val screen: MainActivity, onChange: () -> Unit) {
    private val troubles = TroubleBanners(screen, screen.questions, onChange)

    fun of(facts: HomeFacts): List<View> {
        val setup = SetupFacts(screen)
        return listOfNotNull(
            gap(facts),
            facts.policyTrouble?.let(troubles::of),
            facts.logTrouble?.let(troubles::of),
            banner(R.string.banner_sign_in, R.string.banner_sign_in_line) { Doors(screen).wifiSettings() }.takeIf { setup.wantsSignIn },
            banner(R.string.banner_battery, R.string.banner_battery_line) { open(SetupCheckActivity::class.java) }
                .takeIf { setup.batteryWasSetBack },
            banner(R.string.banner_private_dns, R.string.banner_private_dns_line) { PrivateDnsNote(screen).show() }
                .takeIf { setup.privateDnsHost != null },
        )
    }

    private fun gap(facts: HomeFacts): View? {
        val gap = facts.unseenGap ?: return null
        val words = Words(screen)
        val title = screen.getString(R.string.not_protected_range, words.range(gap.from, gap.to))
        val cause = gap.cause.sentence(screen)
        val line = if (gap.to == null) cause else screen.getString(R.string.gap_is_back, cause)
        return Banner(screen, title, line) { open(RecordActivity::class.java) }
    }

    private fun banner(title: Int, line: Int, onClick: () -> Unit): View =
        Banner(screen, screen.getString(title), screen.getString(line), onClick = onClick)

    private fun open(target: Class<*>) = screen.startActivity(Intent(screen, target))
}
