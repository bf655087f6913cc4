// One line over the list where the state explains what is or is not in it.
package org.hushwall.ui.activity

import android.content.Context
import android.widget.FrameLayout
import org.hushwall.R
import org.hushwall.ui.kit.pad
import org.hushwall.ui.widget.Banner
import org.hushwall.ui.words.Words
import org.hushwall.vpn.ProtectionState
import org.hushwall.vpn.ProtectionStatus

internal class StateBanner(private val context: Context) {
    fun fill(place: FrameLayout, status: ProtectionStatus) {
        place.removeAllViews()
        val words = text(status) ?: return
        place.pad(16, 4, 16, 4)
        place.addView(Banner(context, words, null, R.drawable.ic_info, R.color.surface2))
    }

    private fun text(status: ProtectionStatus): String? =
        when (status.state) {
            ProtectionState.OFF -> context.getString(R.string.off_no_activity)
            ProtectionState.PAUSED -> {
                val until = status.pausedUntil
                if (until == null) context.getString(R.string.state_paused_unlock)
                else context.getString(R.string.state_paused_line, Words(context).time(until))
            }
            ProtectionState.FAILED -> context.getString(if (status.holdsBack) R.string.state_failed else R.string.state_not_protected_line)
            ProtectionState.CONSENT_MISSING, ProtectionState.IMPOSSIBLE -> context.getString(R.string.not_running_no_activity)
            ProtectionState.OTHER_VPN, ProtectionState.OTHER_VPN_ALWAYS_ON -> context.getString(R.string.other_vpn_no_activity)
            else -> null
        }
}
