// The rows of Settings about the network: what of the local one goes through the filter, and who is asked for names.
package org.hushwall.ui.settings

import org.hushwall.R
import org.hushwall.ui.setup.PrivateDnsNote
import org.hushwall.ui.setup.SetupFacts
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.words.Words

internal class NetworkRows(private val screen: SettingsActivity) {
    private val policy = screen.hushwall.policy

    fun lan(): SettingsRow.Content {
        val value = when {
            screen.hushwall.protection.status.lockdown -> R.string.lan_lockdown
            policy.lanInside -> R.string.lan_inside
            else -> R.string.lan_outside
        }
        return SettingsRow.Content(R.string.local_network, screen.getString(value)) { chooseLan() }
    }

    fun privateDns(): SettingsRow.Content {
        val host = SetupFacts(screen).privateDnsHost
        val value = if (host == null) screen.getString(R.string.check_private_dns_fine) else {
            screen.getString(R.string.private_dns_set_to, Words(screen).isolate(host))
        }
        return SettingsRow.Content(R.string.check_private_dns, value) { PrivateDnsNote(screen).show() }
    }

    private fun chooseLan() {
        val sheet = Sheet(screen, screen.getString(R.string.local_network))
        sheet.note(screen.getString(R.string.lan_note))
        val inside = policy.lanInside
        sheet.choice(R.drawable.ic_out, screen.getString(R.string.lan_outside), screen.getString(R.string.lan_outside_line), !inside) {
            choose(false)
        }
        sheet.choice(R.drawable.ic_filter, screen.getString(R.string.lan_inside), screen.getString(R.string.lan_inside_line), inside) {
            choose(true)
        }
        sheet.show()
    }

    private fun choose(inside: Boolean) {
        if (inside == policy.lanInside) return
        val said = if (inside) R.string.lan_now_inside else R.string.lan_now_outside
        screen.undo.show(screen.getString(said), policy.setLanInside(inside))
    }
}
