// The steps of the first run, in the order that matters: on Xiaomi phones autostart comes before battery, else the phone
// undoes the battery setting.
package org.hushwall.ui.setup

import android.os.Build
import org.hushwall.R

internal enum class Step(
    val title: Int,
    val text: Int,
    val button: Int,
    val second: Int = 0,
    val tasks: List<Int> = emptyList(),
    val note: Int = 0,
) {
    QUIET(R.string.step_quiet, R.string.step_quiet_text, R.string.start, R.string.what_it_cannot),
    CONSENT(R.string.step_consent, R.string.step_consent_text, R.string.ask_android),
    NOTIFICATION(R.string.step_notification, R.string.step_notification_text, R.string.allow_notification),
    AUTOSTART(
        R.string.step_autostart, R.string.step_autostart_text, R.string.open_autostart, R.string.cannot_find,
        listOf(R.string.task_tap_button, R.string.task_find_autostart, R.string.task_come_back), R.string.autostart_first,
    ),
    BATTERY(
        R.string.step_battery, R.string.step_battery_text, R.string.open_battery, R.string.cannot_find,
        listOf(R.string.task_tap_button, R.string.task_no_restrictions, R.string.task_come_back), R.string.battery_note,
    ),
    RECENTS(
        R.string.step_recents, R.string.step_recents_text, R.string.done, 0,
        listOf(R.string.task_open_recents, R.string.task_hold, R.string.task_lock), R.string.recents_note,
    ),
    ALWAYS_ON(
        R.string.step_always_on, R.string.step_always_on_text, R.string.open_vpn_settings, R.string.done,
        listOf(R.string.task_tap_button, R.string.task_wheel, R.string.task_always_on), R.string.always_on_note,
    ),
    ;

    companion object {
        fun forThisPhone(): List<Step> =
            values().filter {
                when (it) {
                    AUTOSTART, RECENTS -> SetupFacts.isXiaomi
                    NOTIFICATION -> Build.VERSION.SDK_INT >= 33
                    QUIET, CONSENT, BATTERY, ALWAYS_ON -> true
                }
            }
    }
}
