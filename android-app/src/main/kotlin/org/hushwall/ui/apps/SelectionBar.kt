// Takes the place of the top bar while apps are selected: how many, and the modes to set them to.
package org.hushwall.ui.apps

import android.content.Context
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.policy.AppMode
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.drawable
import org.hushwall.ui.widget.iconButton
import org.hushwall.ui.widget.word
import org.hushwall.ui.words.Words

internal class SelectionBar(context: Context, onClose: () -> Unit, onMode: (AppMode) -> Unit) : LinearLayout(context) {
    private val words = Words(context)
    private val title = text(context, Type.TITLE)

    init {
        gravity = Gravity.CENTER_VERTICAL
        minimumHeight = context.dp(64)
        setBackgroundColor(context.getColor(R.color.tint))
        pad(4, 8)
        add(iconButton(context, R.drawable.ic_close, R.string.end_selection, R.color.on_tint, onClose), width = WRAP)
        title.setTextColor(context.getColor(R.color.on_tint))
        title.accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE
        addRest(title, start = 4)
        for (mode in listOf(AppMode.ALLOW, AppMode.FILTER, AppMode.BLOCK)) {
            add(iconButton(context, mode.drawable, mode.word, R.color.on_tint) { onMode(mode) }, width = WRAP)
        }
        showIf(false)
    }

    fun show(count: Int) {
        showIf(count > 0)
        if (count > 0) title.text = words.plural(R.plurals.n_selected, count.toLong())
    }
}
