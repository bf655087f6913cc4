// A choice that comes up from the bottom. A drag down, a tap beside it and Back close it.
package org.hushwall.ui.widget

import android.app.Dialog
import android.content.Context
import android.graphics.drawable.ColorDrawable
import android.os.Bundle
import android.view.Gravity
import android.view.MotionEvent
import android.view.View
import android.view.ViewGroup
import android.widget.Button
import android.widget.LinearLayout
import android.widget.ScrollView
import org.hushwall.R
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
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

internal class Sheet(context: Context, title: CharSequence) : Dialog(context, R.style.Hushwall_Sheet) {
    /** What the sheet holds, below its title. */
    val body: LinearLayout = column(context).pad(0, 0, 0, 16)
    private val panel = column(context)

    init {
        val grip = View(context)
        grip.background = shape(context, R.color.outline, 2)
        panel.background = shape(context, R.color.surface, 28)
        panel.add(grip, width = 36, height = 4, top = 12, bottom = 8, gravity = Gravity.CENTER_HORIZONTAL)
        val heading = text(context, Type.TITLE, text = title).pad(24, 8)
        Compat.heading(heading)
        panel.add(heading)
        panel.add(body)
        panel.setOnTouchListener(DragDown(panel) { dismiss() })
        setTitle(title)
    }

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        val scroll = ScrollView(context)
        scroll.addView(panel)
        setContentView(scroll)
        setCanceledOnTouchOutside(true)
        window?.let { window ->
            Compat.prepareWindow(window)
            window.setBackgroundDrawable(ColorDrawable(0))
            window.setGravity(Gravity.BOTTOM)
            val wide = context.resources.displayMetrics.widthPixels
            window.setLayout(Math.min(wide, context.dp(640)), ViewGroup.LayoutParams.WRAP_CONTENT)
        }
        scroll.setOnApplyWindowInsetsListener { _, insets ->
            body.pad(0, 0, 0, 16)
            body.setPadding(0, 0, 0, body.paddingBottom + Compat.room(insets).bottom)
            insets
        }
    }

    /** One choice: icon, words, a line below; a check mark where it is the present one. */
    fun choice(
        drawable: Int,
        words: CharSequence,
        line: CharSequence?,
        selected: Boolean = false,
        into: LinearLayout = body,
        onChoose: () -> Unit,
    ) {
        val choice = ChoiceRow(context)
        if (drawable != 0) choice.add(icon(context, drawable), width = 24, height = 24, end = 16)
        val column = choice.addRest(column(context))
        column.add(text(context, Type.SUBTITLE, text = words))
        if (line != null) column.add(text(context, Type.SMALL, R.color.ink2, line))
        val tick = choice.add(icon(context, R.drawable.ic_check, R.color.brand), width = 24, height = 24, start = 8)
        tick.showIf(selected)
        choice.isSelected = selected
        choice.setOnClickListener {
            dismiss()
            onChoose()
        }
        into.add(choice)
    }

    fun note(words: CharSequence) {
        body.add(text(context, Type.SMALL, R.color.ink2, words), start = 24, end = 24, top = 4, bottom = 8)
    }
}

private class ChoiceRow(context: Context) : LinearLayout(context) {
    init {
        gravity = Gravity.CENTER_VERTICAL
        minimumHeight = context.dp(TARGET + 8)
        pad(24, 8)
        ripple(this, null, 0)
    }

    override fun getAccessibilityClassName(): CharSequence = Button::class.java.name
}

/** Follows the finger down and closes past a third of the height. */
private class DragDown(private val panel: View, private val close: () -> Unit) : View.OnTouchListener {
    private var from = 0f

    override fun onTouch(view: View, event: MotionEvent): Boolean {
        when (event.actionMasked) {
            MotionEvent.ACTION_DOWN -> from = event.rawY
            MotionEvent.ACTION_MOVE -> panel.translationY = Math.max(0f, event.rawY - from)
            MotionEvent.ACTION_UP, MotionEvent.ACTION_CANCEL ->
                if (panel.translationY > panel.height / 3f) close() else panel.translationY = 0f
        }
        return true
    }
}
