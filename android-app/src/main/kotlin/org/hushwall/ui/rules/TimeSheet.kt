// When a rule speaks: what is switched on here must all be so.
package org.hushwall.ui.rules

import android.app.TimePickerDialog
import android.content.Context
import android.text.format.DateFormat
import org.hushwall.R
import org.hushwall.policy.RuleNetwork
import org.hushwall.policy.RuleTime
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.ToggleRow
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton

/** [onTime] is told of each change. */
internal class TimeSheet(private val context: Context, private var time: RuleTime, private val onTime: (RuleTime) -> Unit) {
    private val sheet = Sheet(context, context.getString(R.string.rule_when))
    private val words = RuleWords(context)
    private val wifi = row(R.drawable.ic_wifi, R.string.only_wifi) { time.copy(network = RuleNetwork.WIFI.takeIf { _ -> it }) }
    private val mobile = row(R.drawable.ic_mobile, R.string.only_mobile) { time.copy(network = RuleNetwork.MOBILE.takeIf { _ -> it }) }
    private val roaming = row(R.drawable.ic_globe, R.string.only_roaming) { time.copy(roaming = it) }
    private val screenOff = row(R.drawable.ic_lock, R.string.only_screen_off) { time.copy(screenOff = it) }
    private val hours = row(R.drawable.ic_moon, R.string.only_hours) { time.copy(hours = NIGHT.takeIf { _ -> it }) }
    private val from = button { pick(it.from) { minute -> it.copy(from = minute) } }
    private val to = button { pick(it.to) { minute -> it.copy(to = minute) } }

    init {
        for (row in listOf(wifi, mobile, roaming, screenOff, hours)) sheet.body.add(row, start = 24, end = 24)
        sheet.body.add(from, start = 60, end = 24, top = 4)
        sheet.body.add(to, start = 60, end = 24, top = 8)
        fill()
    }

    fun show() = sheet.show()

    private fun row(drawable: Int, label: Int, changed: (Boolean) -> RuleTime): ToggleRow {
        val row = ToggleRow(context, drawable, label, context.getString(label))
        row.onChange = { become(changed(it)) }
        return row
    }

    private fun button(onClick: (RuleTime.Hours) -> Unit) =
        WordButton(context, Weight.OUTLINED, "") { time.hours?.let(onClick) }

    private fun pick(minute: Int, change: (Int) -> RuleTime.Hours) {
        val is24 = DateFormat.is24HourFormat(context)
        val picked = TimePickerDialog.OnTimeSetListener { _, hour, min -> become(time.copy(hours = change(hour * HOUR + min))) }
        TimePickerDialog(context, picked, minute / HOUR, minute % HOUR, is24).show()
    }

    private fun become(next: RuleTime) {
        time = next
        fill()
        onTime(next)
    }

    private fun fill() {
        wifi.isOn = time.network == RuleNetwork.WIFI
        mobile.isOn = time.network == RuleNetwork.MOBILE
        roaming.isOn = time.roaming
        screenOff.isOn = time.screenOff
        val span = time.hours
        hours.isOn = span != null
        from.showIf(span != null)
        to.showIf(span != null)
        from.text = span?.let { context.getString(R.string.hours_from, words.clock(it.from)) }
        to.text = span?.let { context.getString(R.string.hours_to, words.clock(it.to)) }
    }

    private companion object {
        const val HOUR = 60

        /** What is usually meant. */
        val NIGHT = RuleTime.Hours(from = 22 * HOUR, to = 6 * HOUR)
    }
}
