// The rows of the setup check: each from what the phone tells, or from what the user said, and marked as which of the two.
package org.hushwall.ui.setup

import android.Manifest
import android.app.Activity
import android.app.AlertDialog
import android.os.Build
import org.hushwall.Hushwall
import org.hushwall.R
import org.hushwall.vpn.ProtectionState

internal enum class CheckState(val drawable: Int, val colour: Int, val ground: Int, val spoken: Int) {
    ON(R.drawable.ic_check, R.color.brand, R.color.tint, R.string.check_on),
    WAITS(R.drawable.ic_clock, R.color.ink2, R.color.surface2, R.string.check_waits),
    TO_DO(R.drawable.ic_alert, R.color.warn, R.color.warn_tint, R.string.check_to_do),
    NOT_NEEDED(R.drawable.ic_minus, R.color.ink2, R.color.surface2, R.string.check_not_needed),
}

/** [act] with its word in [button]; 0: nothing to do. */
internal class Check(val title: Int, val line: Int, val state: CheckState, val button: Int = 0, val act: () -> Unit = {})

/** [onAutostart]: the user went to the list of apps that may start by themselves; ask when they come back. */
internal class SetupChecks(private val activity: Activity, private val onAutostart: () -> Unit) {
    private val facts = SetupFacts(activity)
    private val memory = SetupMemory(activity)
    private val doors = Doors(activity)

    fun all(): List<Check> = listOf(filter(), notification(), autostart(), battery(), recents(), alwaysOn(), privateDns())

    private fun filter(): Check {
        val title = R.string.check_filter
        return when (Hushwall.of(activity).protection.status.state) {
            ProtectionState.ON, ProtectionState.NO_NETWORK -> Check(title, R.string.check_filter_answered, CheckState.ON)
            ProtectionState.PAUSED -> Check(title, R.string.check_filter_paused, CheckState.WAITS)
            ProtectionState.STARTING -> Check(title, R.string.state_starting_line, CheckState.WAITS)
            else -> Check(title, R.string.check_filter_not, CheckState.TO_DO)
        }
    }

    private fun notification(): Check {
        if (facts.notificationsOn) return Check(R.string.check_notification, R.string.on, CheckState.ON)
        return Check(R.string.check_notification, R.string.check_notification_off, CheckState.TO_DO, R.string.fix) {
            if (Build.VERSION.SDK_INT >= 33 && activity.shouldShowRequestPermissionRationale(Manifest.permission.POST_NOTIFICATIONS)) {
                activity.requestPermissions(arrayOf(Manifest.permission.POST_NOTIFICATIONS), 1)
            } else {
                doors.notifications()
            }
        }
    }

    private fun autostart(): Check {
        val title = R.string.check_autostart
        if (!SetupFacts.isXiaomi) return Check(title, R.string.not_needed_here, CheckState.NOT_NEEDED)
        if (memory.saidAutostart) return Check(title, R.string.proved_next_restart, CheckState.WAITS, R.string.look) { openAutostart() }
        return Check(title, R.string.check_autostart_off, CheckState.TO_DO, R.string.fix) { openAutostart() }
    }

    private fun openAutostart() {
        if (doors.autostart()) onAutostart() else tell(R.string.check_autostart, R.string.find_autostart)
    }

    private fun battery(): Check {
        val title = R.string.check_battery
        val setBack = facts.batteryWasSetBack
        if (facts.isBatteryFree) return Check(title, R.string.check_battery_free, CheckState.ON)
        val line = if (setBack) R.string.check_battery_set_back else R.string.check_battery_limited
        return Check(title, line, CheckState.TO_DO, R.string.fix) {
            if (!doors.battery()) tell(title, R.string.find_battery)
        }
    }

    private fun recents(): Check {
        val title = R.string.check_recents
        if (!SetupFacts.isXiaomi) return Check(title, R.string.not_needed_here, CheckState.NOT_NEEDED)
        val said = memory.saidLocked
        val line = if (said) R.string.proved_next_swipe else R.string.check_recents_off
        return Check(title, line, if (said) CheckState.WAITS else CheckState.TO_DO, R.string.how) {
            tell(title, R.string.recents_how)
            memory.saidLocked = true
        }
    }

    private fun alwaysOn(): Check {
        val title = R.string.check_always_on
        return when (facts.isAlwaysOn) {
            true -> Check(title, R.string.on, CheckState.ON)
            false -> Check(title, R.string.check_always_on_off, CheckState.TO_DO, R.string.fix) { doors.vpnSettings() }
            null -> Check(title, R.string.check_always_on_unknown, CheckState.WAITS, R.string.look) { doors.vpnSettings() }
        }
    }

    private fun privateDns(): Check {
        val title = R.string.check_private_dns
        if (facts.privateDnsHost == null) return Check(title, R.string.check_private_dns_fine, CheckState.ON)
        return Check(title, R.string.check_private_dns_set, CheckState.TO_DO, R.string.fix) {
            PrivateDnsNote(activity).show()
        }
    }

    private fun tell(title: Int, text: Int) {
        AlertDialog.Builder(activity).setTitle(title).setMessage(text).setPositiveButton(R.string.close, null).show()
    }
}
