// The frame of screens that are one page: a bar with the way back, the page that scrolls below it, what stays at the foot, and
// the bar that takes a change back.
package org.hushwall.ui.widget

import android.view.View
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.widget.ScrollView
import org.hushwall.ui.kit.Screen
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addHairline
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.sideMargin

internal abstract class PageScreen : Screen() {
    /** What the screen fills. */
    protected lateinit var page: LinearLayout
        private set
    protected lateinit var bar: TopBar
        private set
    lateinit var undo: UndoBar
        private set

    /** Builds the frame. [name] is what a screen reader calls it; [title] stands in the bar; [foot] stays below the page. */
    protected fun showPage(name: CharSequence, title: CharSequence = name, foot: View? = null) {
        page = column(this).pad(sideMargin(), 0, sideMargin(), 24)
        bar = TopBar(this, title, ::finish)
        undo = UndoBar(this)
        val scroll = ScrollView(this)
        scroll.addView(page)
        val body = FrameLayout(this)
        body.addView(scroll)
        body.addView(undo, UndoBar.place(this))
        val all = column(this)
        all.add(bar)
        all.add(body, height = 0, weight = 1f)
        if (foot != null) {
            all.addHairline()
            all.add(foot)
        }
        show(all, name)
    }
}
