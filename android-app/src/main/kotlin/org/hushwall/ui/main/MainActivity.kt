// The frame of the places: Home, Apps and Activity stay as they were left when the user goes from one to another. Back
// closes what is open, then goes Home, then leaves.
package org.hushwall.ui.main

import android.content.Intent
import android.graphics.Rect
import android.os.Bundle
import android.view.View
import android.widget.FrameLayout
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.activity.ActivityTab
import org.hushwall.ui.apps.AppsTab
import org.hushwall.ui.home.HomeTab
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.FILL
import org.hushwall.ui.kit.RAIL
import org.hushwall.ui.kit.Screen
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addHairline
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.isWide
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.setup.SetupActivity
import org.hushwall.ui.setup.SetupMemory
import org.hushwall.ui.widget.Place
import org.hushwall.ui.widget.TabBar
import org.hushwall.ui.widget.UndoBar

internal class MainActivity : Screen() {
    private lateinit var tabs: List<Tab>
    private lateinit var bar: TabBar
    private lateinit var frame: FrameLayout
    private var selected = HOME

    /** Stands above the bar on every place. */
    lateinit var undo: UndoBar
        private set

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        undo = UndoBar(this)
        tabs = listOf(HomeTab(this), AppsTab(this), ActivityTab(this))
        frame = FrameLayout(this)
        tabs.forEach { frame.addView(it.view) }
        frame.addView(undo, UndoBar.place(this))
        bar = TabBar(this, PLACES, isWide, ::choose)
        bar.setBackgroundColor(getColor(if (isWide) R.color.bg else R.color.surface))
        show(if (isWide) wide() else narrow(), getString(R.string.app_name), ::makeRoom)
        choose(saved?.getInt(PLACE) ?: intent.getIntExtra(PLACE, HOME))
        if (saved == null && !SetupMemory(this).isFirstRunDone) startActivity(Intent(this, SetupActivity::class.java))
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        intent.getStringExtra(APP)?.let { (tabs[ACTIVITY] as ActivityTab).only(it) }
        choose(intent.getIntExtra(PLACE, selected))
    }

    override fun onStart() {
        super.onStart()
        tabs.forEach { it.onVisible() }
    }

    override fun onSaveInstanceState(out: Bundle) {
        super.onSaveInstanceState(out)
        out.putInt(PLACE, selected)
    }

    @Suppress("OVERRIDE_DEPRECATION") // The newer way of results is not part of the platform.
    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        (tabs[HOME] as HomeTab).onConsent(result == RESULT_OK)
    }

    override fun onTick(now: Long) {
        if (::tabs.isInitialized) tabs[selected].onTick(now)
    }

    public override fun closeOpen() {
        if (tabs[selected].closeOpen()) refreshClosable() else choose(HOME)
    }

    /** A tab says that something was opened or closed in it. */
    fun refreshClosable() = setClosable(selected != HOME || tabs[selected].isOpen)

    fun goTo(place: Int) = choose(place)

    private fun choose(index: Int) {
        if (index == selected && tabs[index].view.visibility == View.VISIBLE) tabs[index].scrollToTop()
        selected = index
        tabs.forEachIndexed { i, tab -> tab.view.showIf(i == index) }
        bar.select(index)
        Compat.paneTitle(tabs[index].view, getString(PLACES[index].label))
        tabs[index].onTick(System.currentTimeMillis())
        refreshClosable()
    }

    private fun narrow(): View {
        val column = column(this)
        column.add(frame, height = 0, weight = 1f)
        column.addHairline()
        column.add(bar)
        return column
    }

    private fun wide(): View {
        val row: LinearLayout = row(this)
        row.add(bar, width = RAIL, height = FILL)
        row.add(frame, width = 0, height = FILL, weight = 1f)
        return row
    }

    /** The bar's ground reaches under the system's; its words do not. */
    private fun makeRoom(content: View, room: Rect) {
        content.setPadding(room.left, 0, room.right, 0)
        frame.setPadding(0, room.top, 0, if (isWide) room.bottom else 0)
        bar.makeRoom(if (isWide) room.top else 0, room.bottom)
    }

    companion object {
        /** Extra: which place to show. */
        const val PLACE = "place"

        /** Extra: the key of the one app whose activity to show. */
        const val APP = "app"
        const val HOME = 0
        const val APPS = 1
        const val ACTIVITY = 2

        private val PLACES = listOf(
            Place(R.drawable.ic_home, R.string.home),
            Place(R.drawable.ic_apps, R.string.apps),
            Place(R.drawable.ic_activity, R.string.activity),
        )
    }
}

/** One place: a view that is kept, and what it is told. */
internal interface Tab {
    val view: View

    /** True while a search or the like is open in it. */
    val isOpen: Boolean get() = false

    /** The screen came to the front: listen from now on, through [Screen.whileVisible]. */
    fun onVisible()

    /** Each second while this place is shown. */
    fun onTick(now: Long) = Unit

    /** Closes what is open; false if nothing was. */
    fun closeOpen(): Boolean = false

    fun scrollToTop()
}
