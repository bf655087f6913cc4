// One step of the first run on the screen: how far, what, why, a drawing, and the tasks one by one.
package org.hushwall.ui.setup

import android.app.Activity
import android.content.Context
import android.graphics.Canvas
import android.graphics.RectF
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Wall
import org.hushwall.ui.widget.WallView
import org.hushwall.ui.widget.border
import org.hushwall.ui.widget.fill
import org.hushwall.ui.words.Words

internal class StepPage(private val activity: Activity, private val page: LinearLayout) {
    private val words = Words(activity)

    fun show(step: Step, at: Int, count: Int) {
        page.removeAllViews()
        page.add(StepBars(activity, at, count))
        val place = activity.getString(R.string.step_of, words.number(at + 1L), words.number(count.toLong()))
        page.add(text(activity, Type.LABEL, R.color.ink3, place), top = 8)
        val title = page.add(text(activity, Type.HEADLINE, text = activity.getString(step.title)), top = 16)
        Compat.heading(title)
        title.isFocusable = true
        page.add(text(activity, Type.BODY, R.color.ink2, activity.getString(step.text)), top = 8)
        picture(step)?.let { page.add(it, top = 20) }
        step.tasks.forEachIndexed { i, task -> page.add(task(i + 1, task), top = if (i == 0) 12 else 0) }
        if (step.note != 0) page.add(note(step.note), top = 10)
        title.sendAccessibilityEvent(android.view.accessibility.AccessibilityEvent.TYPE_VIEW_FOCUSED)
    }

    private fun picture(step: Step): View? =
        when (step) {
            Step.QUIET -> row(activity).pad(0, 24).apply {
                gravity = Gravity.CENTER
                add(WallView(activity, 144).also { it.show(Wall.WHOLE, R.color.ink2) }, width = WRAP)
            }
            Step.AUTOSTART -> autostartPicture(activity)
            Step.RECENTS -> recentsPicture(activity)
            Step.CONSENT, Step.NOTIFICATION, Step.BATTERY, Step.ALWAYS_ON -> null
        }

    private fun task(number: Int, words: Int): View {
        val line = row(activity).pad(0, 7)
        val badge = text(activity, Type.LABEL, R.color.ink, this.words.number(number.toLong()))
        badge.gravity = Gravity.CENTER
        badge.textAlignment = View.TEXT_ALIGNMENT_CENTER
        badge.minWidth = activity.dp(26)
        badge.minHeight = activity.dp(26)
        badge.background = shape(activity, R.color.surface2, 13)
        line.add(badge, width = WRAP)
        line.addRest(text(activity, Type.BODY, text = activity.getText(words)), start = 14)
        return line
    }

    private fun note(words: Int): View {
        val line = row(activity)
        line.gravity = Gravity.TOP
        line.add(icon(activity, R.drawable.ic_info, size = 20), width = 20, height = 20)
        line.addRest(text(activity, Type.SMALL, R.color.ink2, activity.getString(words)), start = 10)
        return line
    }
}

/** Done is solid, the present is an outline, what is to come is grey. */
private class StepBars(context: Context, private val at: Int, private val count: Int) : View(context) {
    private val full = fill(context, R.color.brand)
    private val edge = border(context, R.color.brand).apply { strokeWidth = context.dp(2f) }
    private val later = fill(context, R.color.line)
    private val bar = RectF()

    init {
        importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_NO
    }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) =
        setMeasuredDimension(MeasureSpec.getSize(widthSpec), context.dp(6))

    override fun onDraw(canvas: Canvas) {
        val gap = context.dp(4f)
        val wide = (width - gap * (count - 1)) / count
        val radius = height / 2f
        for (i in 0 until count) {
            val from = i * (wide + gap)
            val left = if (layoutDirection == LAYOUT_DIRECTION_RTL) width - from - wide else from
            bar.set(left, 0f, left + wide, height.toFloat())
            if (i == at) bar.inset(context.dp(1f), context.dp(1f))
            canvas.drawRoundRect(bar, radius, radius, if (i < at) full else if (i == at) edge else later)
        }
    }
}
