// What stands where there is nothing: a drawing, one sentence, at most one button.
package org.hushwall.ui.widget

import android.content.Context
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.text

internal class EmptyView(context: Context) : LinearLayout(context) {
    private val words = text(context, Type.BODY, R.color.ink2)
    private var button: View? = null

    init {
        orientation = VERTICAL
        gravity = Gravity.CENTER_HORIZONTAL
        pad(24, 40)
        val wall = WallView(context, 72)
        wall.show(Wall.WHOLE, R.color.ink3)
        add(wall, width = WRAP, bottom = 16)
        words.textAlignment = View.TEXT_ALIGNMENT_CENTER
        add(words)
    }

    fun show(sentence: CharSequence, action: CharSequence? = null, onAction: () -> Unit = {}) {
        words.text = sentence
        button?.let(::removeView)
        button = action?.let {
            add(WordButton(context, Weight.TONAL, it, onClick = onAction), width = WRAP, top = 16)
        }
    }
}
