// What every screen has in common: the parts of the app, questions that end with it, one clock, and room for the bars.
package org.hushwall.ui.kit

import android.app.Activity
import android.content.Context
import android.os.Bundle
import android.view.View
import android.widget.FrameLayout
import org.hushwall.Hushwall
import org.hushwall.R

internal abstract class Screen : Activity() {
    val questions = Asker()
    private val whileVisible = ArrayList<AutoCloseable>()
    private val back = BackTaker(this) { closeOpen() }
    private val tick = Runnable { ticked() }

    private lateinit var shownTheme: Theme

    val hushwall: Hushwall get() = Hushwall.of(this)

    override fun attachBaseContext(base: Context) {
        shownTheme = Theme.chosen(base)
        super.attachBaseContext(shownTheme.on(base))
    }

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        Compat.prepareWindow(window)
    }

    override fun onStart() {
        super.onStart()
        if (shownTheme != Theme.chosen(this)) recreate()
        ticked()
    }

    override fun onStop() {
        Work.main.removeCallbacks(tick)
        whileVisible.forEach { it.close() }
        whileVisible.clear()
        super.onStop()
    }

    override fun onDestroy() {
        questions.close()
        super.onDestroy()
    }

    @Suppress("DEPRECATION", "OVERRIDE_DEPRECATION") // How Back comes before Android 13.
    override fun onBackPressed() {
        if (!back.handle()) super.onBackPressed()
    }

    /** Called each second while the screen is visible: "12 s ago" has to move. */
    protected open fun onTick(now: Long) = Unit

    /** Closes what [setClosable] announced. */
    protected open fun closeOpen() = Unit

    /** Says whether something (a search, a selection) is open that Back closes first. */
    fun setClosable(open: Boolean) = back.take(open)

    /** Keeps a listener for as long as the screen is visible. */
    fun whileVisible(listener: AutoCloseable) {
        whileVisible += listener
    }

    /**
     * Shows [content] clear of the bars at the sides and below; [content] gets the room above by its own padding, so
     * that its ground reaches under the status bar.
     */
    protected fun show(content: View, title: CharSequence, pad: (View, android.graphics.Rect) -> Unit = ::padAll) {
        val root = FrameLayout(this)
        root.setBackgroundColor(getColor(R.color.bg))
        root.addView(content)
        root.setOnApplyWindowInsetsListener { _, insets ->
            pad(content, Compat.room(insets))
            insets
        }
        Compat.paneTitle(root, title)
        this.title = title
        setContentView(root)
    }

    private fun ticked() {
        onTick(System.currentTimeMillis())
        Work.main.removeCallbacks(tick)
        Work.main.postDelayed(tick, TICK_MILLIS)
    }

    private companion object {
        const val TICK_MILLIS = 1_000L
    }
}

private fun padAll(view: View, room: android.graphics.Rect) =
    view.setPadding(room.left, room.top, room.right, room.bottom)
