// A list of who or what had how much of something: a name, a number, and a bar beside that of the first. The long end is folded.
package org.hushwall.ui.report

import android.content.Context
import android.view.Gravity
import android.view.View
import android.widget.Button
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.style
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.ShareBar
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.words.Words

/**
 * @property number as it is shown, and [spoken] as it is read.
 * @property weight what the bar shows.
 * @property open shows more about it.
 */
internal class Share(
    val name: String,
    val line: String?,
    val number: String,
    val spoken: String,
    val weight: Long,
    val open: (() -> Unit)? = null,
)

/**
 * @param none stands where there are no [shares].
 * @param isUnfolded all are shown from the start.
 * @param onUnfold the user wants to see all.
 */
internal class SharesCard(
    context: Context,
    title: Int,
    private val shares: List<Share>,
    none: Int,
    isUnfolded: Boolean,
    private val onUnfold: () -> Unit,
) : LinearLayout(context) {
    private val rows = column(context)
    private val count = Words(context).number(shares.size.toLong())
    private val all = WordButton(context, Weight.QUIET, context.getString(R.string.all_n, count)) { unfold() }

    init {
        orientation = VERTICAL
        background = shape(context, R.color.surface, 20)
        pad(16, 2, 16, 16)
        val head = add(rowOrStack(context))
        val heading = text(context, Type.SMALL_MEDIUM, R.color.ink2, context.getString(title)).pad(0, 12)
        Compat.heading(heading)
        if (context.stacks) head.add(heading) else head.addRest(heading)
        all.style(Type.SMALL_MEDIUM, R.color.brand)
        all.gravity = Gravity.CENTER_VERTICAL or if (context.stacks) Gravity.START else Gravity.END
        if (context.stacks) all.pad(0, 8) else all.pad(12, 8, 0, 8)
        head.add(all, width = WRAP)
        val isFolded = !isUnfolded && shares.size > SHOWN + 1
        all.showIf(isFolded)
        add(rows)
        fill(if (isFolded) SHOWN else shares.size)
        if (shares.isEmpty()) add(text(context, Type.SMALL, R.color.ink2, context.getString(none)))
    }

    private fun unfold() {
        onUnfold()
        all.showIf(false)
        fill(shares.size)
    }

    private fun fill(count: Int) {
        rows.removeAllViews()
        val most = shares.maxOfOrNull { it.weight } ?: 0
        shares.take(count).forEachIndexed { i, share -> rows.add(row(share, most), top = if (i == 0) 0 else 14) }
    }

    private fun row(share: Share, most: Long): View {
        val row = ShareRow(context, share.open)
        val first = row.add(rowOrStack(context))
        val name = text(context, Type.SUBTITLE, text = share.name)
        if (context.stacks) first.add(name) else first.addRest(name, end = 8)
        first.add(text(context, Type.SUBTITLE, text = share.number).tabular(), width = WRAP)
        if (share.line != null) row.add(text(context, Type.SMALL, R.color.ink2, share.line))
        row.add(ShareBar(context).apply { this.share = if (most == 0L) 0f else share.weight / most.toFloat() }, top = 6)
        row.contentDescription = listOfNotNull(share.name, share.spoken, share.line).joinToString(", ")
        row.isFocusable = true
        first.importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO_HIDE_DESCENDANTS
        return row
    }

    private class ShareRow(context: Context, private val open: (() -> Unit)?) : LinearLayout(context) {
        init {
            orientation = VERTICAL
            gravity = Gravity.CENTER_VERTICAL
            if (open != null) {
                minimumHeight = context.dp(TARGET)
                ripple(this, null, 8)
                setOnClickListener { open() }
            }
        }

        override fun getAccessibilityClassName(): CharSequence =
            if (open == null) super.getAccessibilityClassName() else Button::class.java.name
    }

    private companion object {
        /** Where it is folded; for one more row it is not. */
        const val SHOWN = 4
    }
}
