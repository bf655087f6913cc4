// What the app may do: its mode in words, and on which networks it may talk at all.
package org.hushwall.ui.app

import android.content.Context
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.policy.AppMode
import org.hushwall.policy.NetworkUse
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.ModeSegment
import org.hushwall.ui.widget.ToggleRow
import org.hushwall.ui.widget.sentence

internal class ModeCard(
    context: Context,
    label: String,
    onMode: (AppMode) -> Unit,
    private val onNetworks: (NetworkUse) -> Unit,
) : LinearLayout(context) {
    private val segment = ModeSegment(context, onMode)
    private val sentence = text(context, Type.SMALL, R.color.ink2)
    private val wifi = toggle(R.drawable.ic_wifi, R.string.wifi, R.string.wifi_for, label)
    private val mobile = toggle(R.drawable.ic_mobile, R.string.mobile, R.string.mobile_for, label)
    private val screenOn = toggle(R.drawable.ic_moon, R.string.only_screen_on, R.string.only_screen_on_for, label)
    private var use = NetworkUse()

    init {
        orientation = VERTICAL
        background = shape(context, R.color.surface, 20)
        pad(16)
        add(segment)
        add(sentence, top = 12, bottom = 4)
        val pair = add(rowOrStack(context))
        if (context.stacks) {
            pair.add(wifi)
            pair.add(mobile)
        } else {
            pair.add(wifi, width = 0, weight = 1f, end = 16)
            pair.add(mobile, width = 0, weight = 1f)
        }
        add(screenOn)
        wifi.onChange = { change(use.copy(wifi = it)) }
        mobile.onChange = { change(use.copy(mobile = it)) }
        screenOn.onChange = { change(use.copy(onlyScreenOn = it)) }
    }

    fun show(mode: AppMode, networks: NetworkUse) {
        use = networks
        segment.show(mode)
        sentence.setText(mode.sentence)
        val why = when (mode) {
            AppMode.BLOCK -> R.string.off_blocked
            AppMode.OUTSIDE -> R.string.off_outside
            AppMode.FILTER, AppMode.ALLOW -> null
        }?.let { context.getString(it) }
        wifi.isOn = networks.wifi
        mobile.isOn = networks.mobile
        screenOn.isOn = networks.onlyScreenOn
        for (row in listOf(wifi, mobile, screenOn)) row.disable(why)
    }

    private fun change(next: NetworkUse) {
        onNetworks(next)
    }

    private fun toggle(drawable: Int, label: Int, spoken: Int, app: String) =
        ToggleRow(context, drawable, label, context.getString(spoken, app))
}
