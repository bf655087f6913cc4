// One time without protection: when, how long, why, and what helps.
package org.hushwall.ui.record

import android.app.Activity
import android.content.Intent
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.setup.Doors
import org.hushwall.ui.setup.SetupCheckActivity
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.widget.listGround
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.sentence
import org.hushwall.vpn.Gap
import org.hushwall.vpn.GapCause

internal class GapRow(private val activity: Activity, gap: Gap, now: Long, isFirst: Boolean, isLast: Boolean) :
    LinearLayout(activity) {
    init {
        val words = Words(activity)
        gravity = Gravity.TOP
        minimumHeight = activity.dp(66)
        listGround(this, isFirst, isLast)
        pad(16, 14)
        val (drawing, colour) = drawing(gap.cause)
        add(icon(activity, drawing, colour), width = 24, height = 24, start = 8, end = 24)
        val body = addRest(column(activity))
        val told = body.add(column(activity))
        val first = told.add(rowOrStack(activity))
        val title = activity.getString(R.string.comma, words.day(gap.from), words.range(gap.from, gap.to))
        val heading = text(activity, Type.SUBTITLE, text = title).tabular()
        if (activity.stacks) first.add(heading) else first.addRest(heading, end = 8)
        val length = words.duration((gap.to ?: now) - gap.from)
        first.add(text(activity, Type.LABEL, R.color.ink3, length).tabular(), width = WRAP)
        val cause = gap.cause.sentence(activity)
        val line = cause + " " + activity.getString(R.string.could_not_see_sent)
        told.add(text(activity, Type.SMALL, R.color.ink2, line))
        told.contentDescription = "$title. $length. $line"
        told.isFocusable = true
        first.importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO_HIDE_DESCENDANTS
        action(gap.cause)?.let { body.add(it, width = WRAP, top = 10) }
    }

    private fun action(cause: GapCause): View? =
        when (cause) {
            GapCause.STOPPED_BY_SYSTEM -> button(R.string.fix_battery) { if (!Doors(activity).battery()) openCheck() }
            GapCause.CONSENT_LOST, GapCause.OTHER_VPN -> button(R.string.vpn_settings) { Doors(activity).vpnSettings() }
            GapCause.RESTART -> button(R.string.setup_check) { openCheck() }
            GapCause.STOPPED_BY_USER, GapCause.CRASH, GapCause.FILTER_FAILED, GapCause.UPDATE, GapCause.UNKNOWN -> null
        }

    private fun button(words: Int, act: () -> Unit): View =
        WordButton(activity, Weight.TONAL, activity.getString(words), onClick = act)

    private fun openCheck() = activity.startActivity(Intent(activity, SetupCheckActivity::class.java))

    private fun drawing(cause: GapCause): Pair<Int, Int> =
        when (cause) {
            GapCause.STOPPED_BY_USER -> R.drawable.ic_tap to R.color.ink2
            GapCause.RESTART, GapCause.UPDATE -> R.drawable.ic_auto to R.color.ink2
            GapCause.OTHER_VPN, GapCause.CONSENT_LOST -> R.drawable.ic_key to R.color.warn
            GapCause.STOPPED_BY_SYSTEM, GapCause.CRASH, GapCause.FILTER_FAILED, GapCause.UNKNOWN -> R.drawable.ic_alert to R.color.warn
        }
}
