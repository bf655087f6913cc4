// The switch, and the row that carries it. The whole row is the target; the switch itself only draws.
package org.hushwall.ui.widget

import android.content.Context
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.Path
import android.graphics.RectF
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.LinearLayout
import android.widget.Switch
import android.widget.TextView
import org.hushwall.R
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.text

/** On: a filled capsule with a check mark. Off: an outline with a small thumb. Told apart by shape alone. */
internal class Toggle(context: Context, private val large: Boolean = false) : View(context) {
    private val ground = Paint(Paint.ANTI_ALIAS_FLAG)
    private val mark = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        style = Paint.Style.STROKE
        strokeCap = Paint.Cap.ROUND
        strokeJoin = Paint.Join.ROUND
    }
    private val capsule = RectF()
    private val check = Path()

    init {
        importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_NO
    }

    var isOn = false
        set(value) {
            field = value
            invalidate()
        }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) =
        setMeasuredDimension(context.dp(if (large) 72 else 52), context.dp(if (large) 44 else 32))

    override fun onDraw(canvas: Canvas) {
        val edge = context.dp(2f)
        capsule.set(edge / 2, edge / 2, width - edge / 2, height - edge / 2)
        val radius = capsule.height() / 2
        ground.style = if (isOn) Paint.Style.FILL else Paint.Style.STROKE
        ground.strokeWidth = edge
        ground.color = context.getColor(if (isOn) R.color.brand else R.color.outline)
        if (isOn) capsule.set(0f, 0f, width.toFloat(), height.toFloat())
        canvas.drawRoundRect(capsule, radius, radius, ground)
        val atEnd = isOn != (layoutDirection == LAYOUT_DIRECTION_RTL)
        val x = if (atEnd) width - height / 2f else height / 2f
        val y = height / 2f
        ground.style = Paint.Style.FILL
        ground.color = context.getColor(if (isOn) R.color.on_brand else R.color.outline)
        canvas.drawCircle(x, y, height * if (isOn) 0.385f else 0.25f, ground)
        if (isOn) drawCheck(canvas, x, y)
    }

    private fun drawCheck(canvas: Canvas, x: Float, y: Float) {
        val unit = height / 32f
        mark.strokeWidth = 2 * unit
        mark.color = context.getColor(R.color.brand)
        check.rewind()
        check.moveTo(x - 5 * unit, y + 0.3f * unit)
        check.lineTo(x - 1.6f * unit, y + 3.6f * unit)
        check.lineTo(x + 5 * unit, y - 3.4f * unit)
        canvas.drawPath(check, mark)
    }
}

/** Icon, words and a switch. [onChange] is told what the user asked for; the row shows it only when [isOn] is set. */
internal class ToggleRow(context: Context, drawable: Int, label: Int, private val spoken: String) : LinearLayout(context) {
    private val toggle = Toggle(context)
    private val reason: TextView = text(context, Type.SMALL, R.color.ink2)

    var onChange: (Boolean) -> Unit = {}

    var isOn: Boolean
        get() = toggle.isOn
        set(value) {
            toggle.isOn = value
        }

    init {
        gravity = android.view.Gravity.CENTER_VERTICAL
        minimumHeight = context.dp(TARGET + 8)
        ripple(this, null, 12)
        add(icon(context, drawable), width = 24, height = 24)
        val words = addRest(column(context), start = 12, end = 8)
        words.add(text(context, Type.BODY, text = context.getString(label)))
        words.add(reason)
        reason.showIf(false)
        add(toggle, width = WRAP)
        setOnClickListener { onChange(!isOn) }
    }

    /** Why it cannot be used now; null makes it usable. */
    fun disable(why: String?) {
        isEnabled = why == null
        alpha = if (why == null) 1f else 0.38f
        reason.text = why
        reason.showIf(why != null)
    }

    override fun onInitializeAccessibilityNodeInfo(info: AccessibilityNodeInfo) {
        super.onInitializeAccessibilityNodeInfo(info)
        info.className = Switch::class.java.name
        info.isCheckable = true
        info.isChecked = isOn
        info.contentDescription = listOf(spoken, reason.text).filter { it.isNotEmpty() }.joinToString(". ")
    }
}
