// What differs between Android 8 and today, guarded once here so that screens need not know.
package org.hushwall.ui.kit

import android.animation.ValueAnimator
import android.app.Activity
import android.graphics.Rect
import android.os.Build
import android.view.View
import android.view.Window
import android.view.WindowInsets
import android.view.accessibility.AccessibilityManager
import android.view.accessibility.AccessibilityNodeInfo
import android.window.OnBackInvokedCallback
import android.window.OnBackInvokedDispatcher
import org.hushwall.R

internal object Compat {
    /** Light bars by day, and no darkening by the phone's own filter: our dark theme is drawn by us. */
    @Suppress("DEPRECATION") // The replacement is of Android 11; these say the same.
    fun prepareWindow(window: Window) {
        val decor = window.decorView
        if (Build.VERSION.SDK_INT >= 29) {
            decor.isForceDarkAllowed = false
            window.isNavigationBarContrastEnforced = false
        }
        if (decor.resources.getBoolean(R.bool.light)) {
            decor.systemUiVisibility = decor.systemUiVisibility or View.SYSTEM_UI_FLAG_LIGHT_NAVIGATION_BAR
        }
    }

    /** The room that bars, cut-outs and the keyboard take, in pixels. */
    @Suppress("DEPRECATION") // The replacement is of Android 11; these say the same.
    fun room(insets: WindowInsets): Rect {
        val room = Rect(
            insets.systemWindowInsetLeft,
            insets.systemWindowInsetTop,
            insets.systemWindowInsetRight,
            insets.systemWindowInsetBottom,
        )
        val cutout = if (Build.VERSION.SDK_INT >= 28) insets.displayCutout else null
        if (Build.VERSION.SDK_INT >= 28 && cutout != null) {
            room.left = Math.max(room.left, cutout.safeInsetLeft)
            room.top = Math.max(room.top, cutout.safeInsetTop)
            room.right = Math.max(room.right, cutout.safeInsetRight)
        }
        return room
    }

    /** Names a screen or a tab to a screen reader when it appears. */
    fun paneTitle(view: View, title: CharSequence) {
        if (Build.VERSION.SDK_INT >= 28) view.accessibilityPaneTitle = title
    }

    fun heading(view: View) {
        if (Build.VERSION.SDK_INT >= 28) view.isAccessibilityHeading = true
    }

    /** Says the state of a control; before Android 11 the description has to carry it. */
    fun stateDescription(info: AccessibilityNodeInfo, state: CharSequence) {
        if (Build.VERSION.SDK_INT >= 30) {
            info.stateDescription = state
        } else {
            info.contentDescription = listOfNotNull(info.contentDescription, state).joinToString(", ")
        }
    }

    /** How long something with a button may stay: as long as the user needs, at least [millis]. */
    fun timeToRead(manager: AccessibilityManager?, millis: Int): Long =
        if (Build.VERSION.SDK_INT >= 29 && manager != null) {
            manager.getRecommendedTimeoutMillis(
                millis,
                AccessibilityManager.FLAG_CONTENT_TEXT or AccessibilityManager.FLAG_CONTENT_CONTROLS,
            ).toLong()
        } else {
            millis.toLong()
        }

    /** False when the user has switched animations off. */
    fun animates(): Boolean = ValueAnimator.areAnimatorsEnabled()
}

/**
 * Takes the Back gesture only while there is something on the screen to close; the rest of the time Android knows that
 * Back leaves, and can show where to (Android 13 and later). Before that, [Screen.onBackPressed] asks [handle].
 */
internal class BackTaker(private val activity: Activity, private val close: () -> Unit) {
    private var taking = false
    private var callback: Any? = null

    fun take(wanted: Boolean) {
        if (wanted == taking) return
        taking = wanted
        if (Build.VERSION.SDK_INT < 33) return
        val dispatcher = activity.onBackInvokedDispatcher
        if (wanted) {
            val taker = OnBackInvokedCallback { close() }
            dispatcher.registerOnBackInvokedCallback(OnBackInvokedDispatcher.PRIORITY_DEFAULT, taker)
            callback = taker
        } else {
            (callback as? OnBackInvokedCallback)?.let(dispatcher::unregisterOnBackInvokedCallback)
            callback = null
        }
    }

    /** True if Back was used up. */
    fun handle(): Boolean {
        if (taking) close()
        return taking
    }
}
