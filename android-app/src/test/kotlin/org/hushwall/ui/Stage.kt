// Starts screens as a user meets them and acts as a user does: by what is written on things.
package org.hushwall.ui

import android.app.Activity
import android.app.Dialog
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Canvas
import android.os.Looper
import android.view.View
import android.view.ViewGroup
import android.widget.TextView
import java.io.File
import java.util.concurrent.TimeUnit
import org.hushwall.ui.kit.Work
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.shadows.ShadowDialog

object Stage {
    val fake: FakeHushwall get() = Seed.fake(RuntimeEnvironment.getApplication())

    fun <T : Activity> open(type: Class<T>, intent: Intent = Intent()): ActivityController<T> {
        val controller = Robolectric.buildActivity(type, intent).setup()
        settle()
        return controller
    }

    /** Waits until every question that is under way has been answered and shown. */
    fun settle() {
        repeat(4) {
            Work.data.submit { }.get()
            Work.reports.submit { }.get()
            Work.fetches.submit { }.get()
            Work.icons.submit { }.get()
            shadowOf(Looper.getMainLooper()).idle()
        }
    }

    /** Lets time pass, with all that was to happen in it. */
    fun pass(seconds: Long) {
        repeat(seconds.toInt()) {
            shadowOf(Looper.getMainLooper()).idleFor(1, TimeUnit.SECONDS)
            settle()
        }
    }

    fun all(root: View): List<View> =
        listOf(root) + if (root is ViewGroup) (0 until root.childCount).flatMap { all(root.getChildAt(it)) } else emptyList()

    /** Everything that is to be seen on the screen. */
    fun shown(root: View): List<View> = all(root).filter { it.isShown && it.width > 0 && it.height > 0 }

    fun texts(root: View): List<String> = shown(root).filterIsInstance<TextView>().map { it.text.toString() }

    fun says(root: View, text: String): Boolean = texts(root).any { text in it }

    /** Taps what carries [text], or the nearest thing around it that can be tapped. */
    fun tap(root: View, text: String) {
        val found = shown(root).firstOrNull { (it as? TextView)?.text?.toString() == text || it.contentDescription?.toString() == text }
        checkNotNull(found) { "\"$text\" is not on the screen: ${texts(root)}" }
        var view: View? = found
        while (view != null && !view.isClickable) view = view.parent as? View
        checkNotNull(view) { "\"$text\" cannot be tapped" }.performClick()
        settle()
    }

    fun dialog(): Dialog = checkNotNull(ShadowDialog.getLatestDialog()) { "no sheet is open" }

    fun sheet(): View = checkNotNull(dialog().window).decorView.also(::layOut)

    fun root(activity: Activity): View = activity.window.decorView

    fun picture(activity: Activity, name: String) = save(draw(root(activity)), name)

    /** The screen with a sheet over it. */
    fun pictureWithSheet(activity: Activity, name: String) {
        val below = draw(root(activity))
        val sheet = sheet()
        val canvas = Canvas(below)
        canvas.drawColor(0x66000000)
        canvas.translate(0f, (below.height - sheet.height).toFloat())
        sheet.draw(canvas)
        save(below, name)
    }

    private fun layOut(view: View) {
        val metrics = view.resources.displayMetrics
        view.measure(
            View.MeasureSpec.makeMeasureSpec(metrics.widthPixels, View.MeasureSpec.EXACTLY),
            View.MeasureSpec.makeMeasureSpec(metrics.heightPixels, View.MeasureSpec.AT_MOST),
        )
        view.layout(0, 0, view.measuredWidth, view.measuredHeight)
    }

    /** After the scroll bars have gone. */
    private fun draw(view: View): Bitmap {
        shadowOf(Looper.getMainLooper()).idleFor(900, TimeUnit.MILLISECONDS)
        val bitmap = Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888)
        view.draw(Canvas(bitmap))
        return bitmap
    }

    private fun save(bitmap: Bitmap, name: String) =
        Picture.write(bitmap, File(System.getProperty("hushwall.shots") ?: "build/screenshots", "$name.png"))
}
