// The state as drawing, headline, one line, and what can be done about it. The switch stands only where "on or off" is the
// whole truth.
package org.hushwall.ui.home

import android.content.Context
import android.view.Gravity
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.widget.Switch
import org.hushwall.R
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.text
import org.hushwall.ui.kit.tint
import org.hushwall.ui.widget.FlowLayout
import org.hushwall.ui.widget.Toggle
import org.hushwall.ui.widget.WallView
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.widget.linkButton
import org.hushwall.vpn.ProtectionStatus

internal class StateCard(context: Context, private val act: (HeroAction) -> Unit) : LinearLayout(context) {
    private val wall = WallView(context)
    private val headline = text(context, Type.HEADLINE)
    private val line = text(context, Type.SMALL, R.color.ink2)
    private val below = text(context, Type.SMALL, R.color.ink2)
    private val toggle = Toggle(context, large = true)
    private val head = Head(context)
    private val buttons = FlowLayout(context)
    private val foot = rowOrStack(context)
    private val gapLink = linkButton(context, "", R.color.on_tint) { act(HeroAction.RECORD) }
    private val hero = HeroWords(context)
    private var status: ProtectionStatus? = null
    private var gap: GapLine? = null

    init {
        orientation = VERTICAL
        pad(20)
        add(head)
        add(below)
        add(buttons)
        foot.add(
            WordButton(context, Weight.RAISED, context.getString(R.string.pause), drawable = R.drawable.ic_pause) {
                act(HeroAction.PAUSE)
            },
            width = WRAP,
        )
        foot.addGapLink()
        add(foot, top = 8)
        show(ProtectionStatus(org.hushwall.vpn.ProtectionState.STARTING))
    }

    fun show(next: ProtectionStatus) {
        status = next
        paint(System.currentTimeMillis())
    }

    /** The line that leads to the record of gaps. */
    fun showGap(next: GapLine) {
        gap = next
        paint(System.currentTimeMillis())
    }

    /** "12 s ago" and "4:12 left" move. */
    fun tick(now: Long) {
        val present = status ?: return
        val face = hero.of(present, gap, now)
        setWords(face)
    }

    private fun paint(now: Long) {
        val face = hero.of(status ?: return, gap, now)
        background = shape(context, face.ground, 28)
        val words = if (face.ground == R.color.tint) R.color.on_tint else R.color.ink
        headline.tint(words)
        line.tint(if (face.ground == R.color.tint) R.color.on_tint else R.color.ink2)
        wall.show(face.wall, if (face.ground == R.color.tint) R.color.on_tint else R.color.ink2)
        head.isSwitch = face.isOn != null
        toggle.showIf(face.isOn != null)
        toggle.isOn = face.isOn == true
        setWords(face)
        setButtons(face.actions)
        foot.showIf(face.canPause)
        gapLink.text = gap?.words.orEmpty()
        gapLink.showIf(gap != null)
    }

    private fun setWords(face: HeroFace) {
        if (headline.text.toString() != face.headline) headline.text = face.headline
        line.text = face.line
        line.showIf(face.isShort && face.line.isNotEmpty())
        below.text = face.line
        below.showIf(!face.isShort && face.line.isNotEmpty())
        head.spoken = face.spoken
    }

    private fun setButtons(actions: List<HeroAction>) {
        buttons.removeAllViews()
        buttons.showIf(actions.isNotEmpty())
        buttons.setPadding(0, context.dp(12), 0, 0)
        for ((i, action) in actions.withIndex()) {
            // One thing is asked for; what else can be done stands beside it.
            val weight = if (i > 0 && action.weight == Weight.FILLED) Weight.OUTLINED else action.weight
            buttons.addView(WordButton(context, weight, context.getString(action.word)) { act(action) })
        }
    }

    private fun LinearLayout.addGapLink() {
        if (context.stacks) add(gapLink, top = 8) else addRest(gapLink, start = 8)
        if (context.stacks) gapLink.gravity = Gravity.CENTER_VERTICAL or Gravity.START
    }

    /** The whole top row is the switch's target. */
    private inner class Head(context: Context) : FrameLayout(context) {
        var spoken: String = ""
        var isSwitch = false
            set(value) {
                field = value
                isClickable = value
                isFocusable = value
                foreground = null
                if (value) ripple(this, null, 16) else background = null
            }

        init {
            minimumHeight = context.dp(72)
            accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE
            addView(if (context.stacks) stacked() else beside())
            Compat.heading(headline)
            setOnClickListener { if (isSwitch) act(if (toggle.isOn) HeroAction.TURN_OFF else HeroAction.TURN_ON) }
        }

        private fun beside(): View {
            val line = row(context)
            line.minimumHeight = context.dp(72)
            line.add(wall, width = WRAP, end = 16)
            line.addRest(words())
            line.add(toggle, width = WRAP, start = 8)
            return line
        }

        private fun stacked(): View {
            val all = column(context)
            val top = all.add(row(context))
            top.add(wall, width = WRAP)
            top.addRest(View(context))
            top.add(toggle, width = WRAP)
            all.add(words(), top = 8)
            return all
        }

        private fun words(): View = column(context).apply {
            add(headline)
            add(line)
        }

        override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
            super.onInitializeAccessibilityNodeInfo(info)
            info.contentDescription = spoken
            if (!isSwitch) return
            info.className = Switch::class.java.name
            info.isCheckable = true
            info.isChecked = toggle.isOn
        }
    }
}
