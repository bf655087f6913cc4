// For experts, folded away: addresses, protocol, counts, and the filter's own sentence.
package org.hushwall.ui.connection

import android.content.ClipData
import android.content.ClipboardManager
import android.content.Context
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.view.accessibility.AccessibilityNodeInfo.AccessibilityAction
import android.widget.Button
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.log.LogRow
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.words.Words

internal class TechnicalCard(context: Context, private val connection: LogRow) : LinearLayout(context) {
    private val words = Words(context)
    private val inside = column(context).pad(16, 0, 16, 12)
    private val fold = Fold(context)

    init {
        orientation = VERTICAL
        background = shape(context, R.color.surface, 20)
        clipToOutline = true
        add(fold)
        add(inside)
        inside.showIf(false)
        val lines = lines()
        for ((label, value) in lines) {
            inside.add(text(context, Type.LABEL, R.color.ink3, context.getString(label)), top = 6)
            val shown = inside.add(text(context, Type.SMALL, text = words.isolate(value)))
            shown.setTextIsSelectable(true)
            shown.textDirection = View.TEXT_DIRECTION_FIRST_STRONG_LTR
        }
        inside.add(WordButton(context, Weight.QUIET, context.getString(R.string.copy_all)) { copy(lines) }, width = WRAP, top = 8)
    }

    private fun lines(): List<Pair<Int, String>> {
        val row = connection
        return listOfNotNull(
            R.string.tech_address to row.remote,
            R.string.tech_local to row.local,
            R.string.tech_protocol to row.protocol,
            row.host?.let { R.string.tech_name to it },
            row.nameSource?.let { R.string.tech_source to it },
            row.about?.let { R.string.tech_product to "${it.organisation}: ${it.product}" },
            R.string.tech_sent to "${words.bytes(row.bytesUp)} (${row.packetsUp})",
            R.string.tech_received to "${words.bytes(row.bytesDown)} (${row.packetsDown})",
            row.ended?.let { R.string.tech_length to words.duration(it - row.started) },
            R.string.tech_state to row.state,
            R.string.tech_reason to row.reason.text,
            row.reason.entry?.let { R.string.tech_entry to it },
            row.owner.uid?.let { R.string.tech_uid to it.toString() },
            row.owner.name?.let { R.string.tech_packages to it },
            row.asn?.let { R.string.tech_as to "AS$it ${row.asnName.orEmpty()}".trim() },
        )
    }

    private fun copy(lines: List<Pair<Int, String>>) {
        val all = lines.joinToString("\n") { (label, value) -> "${context.getString(label)}: $value" }
        context.getSystemService(ClipboardManager::class.java)?.setPrimaryClip(ClipData.newPlainText("Hushwall", all))
    }

    private inner class Fold(context: Context) : LinearLayout(context) {
        private val arrow = icon(context, R.drawable.ic_down)

        init {
            gravity = android.view.Gravity.CENTER_VERTICAL
            minimumHeight = context.dp(56)
            pad(16, 8)
            ripple(this, null, 20)
            addRest(text(context, Type.BODY, text = context.getString(R.string.technical_details)))
            add(arrow, width = 24, height = 24)
            setOnClickListener {
                val opens = inside.visibility != View.VISIBLE
                inside.showIf(opens)
                arrow.rotation = if (opens) 180f else 0f
            }
        }

        override fun getAccessibilityClassName(): CharSequence = Button::class.java.name

        override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
            super.onInitializeAccessibilityNodeInfo(info)
            val isOpen = inside.visibility == View.VISIBLE
            info.addAction(if (isOpen) AccessibilityAction.ACTION_COLLAPSE else AccessibilityAction.ACTION_EXPAND)
        }
    }
}
