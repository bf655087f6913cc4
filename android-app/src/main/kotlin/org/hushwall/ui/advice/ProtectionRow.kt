// One protection: whose, in which apps of this phone, what it stops and what may break, and its switch where there is one to turn.
package org.hushwall.ui.advice

import android.content.Context
import android.view.Gravity
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.LinearLayout
import android.widget.Switch
import org.hushwall.Hushwall
import org.hushwall.R
import org.hushwall.policy.Protection
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.KnownLines
import org.hushwall.ui.widget.Toggle
import org.hushwall.ui.widget.listGround
import org.hushwall.ui.words.Words

/** [onTap] null: it only tells. */
internal class ProtectionRow(
    context: Context,
    private val protection: Protection,
    isFirst: Boolean,
    isLast: Boolean,
    private val onTap: (() -> Unit)?,
) : LinearLayout(context) {
    init {
        orientation = VERTICAL
        listGround(this, isFirst, isLast, inset = 16)
        pad(16, 12)
        val top = add(row(context))
        top.gravity = Gravity.CENTER_VERTICAL
        val titles = top.addRest(column(context), end = 8)
        titles.add(text(context, Type.SUBTITLE, text = protection.title))
        titles.add(text(context, Type.SMALL, R.color.ink2, apps()))
        if (onTap != null) {
            top.add(Toggle(context).apply { isOn = protection.isOn }, width = WRAP)
        } else if (protection.isOn) {
            top.add(icon(context, R.drawable.ic_check, R.color.brand), width = 24, height = 24)
        }
        val known = add(KnownLines(context, protection.known), top = 4)
        contentDescription = listOf(protection.title, state(), apps(), known.spoken).joinToString(". ")
        if (onTap != null) setOnClickListener { onTap.invoke() } else isFocusable = true
    }

    override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
        super.onInitializeAccessibilityNodeInfo(info)
        if (onTap == null) return
        info.className = Switch::class.java.name
        info.isCheckable = true
        info.isChecked = protection.isOn
    }

    private fun state(): String = context.getString(
        when {
            protection.isOn && protection.isFromStart -> R.string.advice_from_start
            protection.isOn -> R.string.advice_is_on
            else -> R.string.advice_is_off
        },
    )

    /** "Mi Browser, Music and 2 more": the apps of this phone that send there. */
    private fun apps(): String {
        val words = Words(context)
        val known = Hushwall.of(context).apps.all()
        val labels = protection.packages.map { name -> known.find { name in it.packages }?.label ?: name }.distinct()
        val shown = labels.take(SHOWN).joinToString(", ") { words.name(it) }
        val rest = labels.size - SHOWN
        return if (rest > 0) shown + ", " + words.plural(R.plurals.and_n_more, rest.toLong()) else shown
    }

    private companion object {
        const val SHOWN = 3
    }
}
