// Android's own question before a VPN may run: asked through the screen, and explained when it was refused, or answered by
// the phone itself before the user could have read it (seen on HyperOS).
package org.hushwall.ui.home

import android.app.Activity
import android.app.AlertDialog
import android.content.ActivityNotFoundException
import android.os.SystemClock
import org.hushwall.Hushwall
import org.hushwall.R
import org.hushwall.ui.setup.Doors
import org.hushwall.vpn.Obstacle

internal class Consent(private val activity: Activity) {
    private var askedAt = 0L

    /** Turns protection on, asking Android's question first where it is needed. */
    fun turnOn() {
        val question = Hushwall.of(activity).protection.turnOn() ?: return
        askedAt = SystemClock.elapsedRealtime()
        try {
            @Suppress("DEPRECATION") // The newer way of results is not part of the platform.
            activity.startActivityForResult(question, REQUEST)
        } catch (_: ActivityNotFoundException) {
            tellNoVpn()
        }
    }

    fun answered(given: Boolean) {
        if (given) {
            Hushwall.of(activity).protection.turnOn()
            return
        }
        val atOnce = SystemClock.elapsedRealtime() - askedAt < AT_ONCE_MILLIS
        if (atOnce) {
            tell(R.string.consent_at_once, R.string.consent_at_once_line, R.string.open_vpn_settings) { Doors(activity).vpnSettings() }
        } else {
            tell(R.string.consent_refused, R.string.consent_refused_line, R.string.ask_again) { turnOn() }
        }
    }

    /** Android would start it again at once, or at the next start of the phone. */
    fun explainAlwaysOn() =
        tell(R.string.kept_on, R.string.kept_on_line, R.string.vpn_settings) { Doors(activity).vpnSettings() }

    fun explainImpossible() {
        if (Hushwall.of(activity).protection.status.obstacle == Obstacle.NO_VPN) return tellNoVpn()
        tell(R.string.get_right_copy, R.string.get_right_copy_line, null)
    }

    private fun tellNoVpn() = tell(R.string.state_impossible, R.string.state_no_vpn_line, null)

    private fun tell(title: Int, line: Int, action: Int?, act: () -> Unit = {}) {
        val dialog = AlertDialog.Builder(activity).setTitle(title).setMessage(line)
        if (action == null) {
            dialog.setPositiveButton(R.string.close, null)
        } else {
            dialog.setPositiveButton(action) { _, _ -> act() }.setNegativeButton(R.string.not_now, null)
        }
        dialog.show()
    }

    private companion object {
        const val REQUEST = 1

        /** Nobody reads and refuses a dialog in less. */
        const val AT_ONCE_MILLIS = 1_000L
    }
}
