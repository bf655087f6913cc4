// An app's icon. Until it is loaded, and where the app is gone, a circle with its first letter stands there, so that
// nothing jumps. A badge can carry the verdict as a shape.
package org.hushwall.ui.widget

import android.content.Context
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.Rect
import android.graphics.drawable.Drawable
import android.util.LruCache
import android.view.View
import org.hushwall.Hushwall
import org.hushwall.R
import org.hushwall.apps.AppInfo
import org.hushwall.ui.kit.MEDIUM
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.smallIcon

internal class Avatar(context: Context, private val side: Int = 40) : View(context) {
    private val circle = Paint(Paint.ANTI_ALIAS_FLAG or Paint.FILTER_BITMAP_FLAG)
    private val letter = Paint(Paint.ANTI_ALIAS_FLAG).apply {
        color = WHITE
        typeface = MEDIUM
        textSize = context.dp(side * 0.45f)
        textAlign = Paint.Align.CENTER
    }
    private val ground = fill(context, R.color.surface)
    private val target = Rect()
    private var label = ""
    private var key = ""
    private var icon: Bitmap? = null
    private var badge: Drawable? = null

    init {
        importantForAccessibility = IMPORTANT_FOR_ACCESSIBILITY_NO
    }

    /** [app] null: no longer installed, [name] is all that is known. */
    fun show(app: AppInfo?, name: String, badge: Int = 0, badgeColour: Int = R.color.ink2) {
        val next = app?.key ?: name
        this.badge = if (badge == 0) null else context.smallIcon(badge, badgeColour, 16)
        if (next != key) {
            key = next
            label = (app?.label ?: name).trim().take(1).uppercase()
            circle.color = colourOf(next)
            icon = cache.get(next)
            if (icon == null && app != null) load(app)
        }
        invalidate()
    }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) =
        setMeasuredDimension(context.dp(side + BADGE_ROOM), context.dp(side + BADGE_ROOM))

    override fun onDraw(canvas: Canvas) {
        val size = context.dp(side)
        val rtl = layoutDirection == LAYOUT_DIRECTION_RTL
        val left = if (rtl) width - size else 0
        val top = (height - size) / 2
        val picture = icon
        if (picture != null) {
            target.set(left, top, left + size, top + size)
            canvas.drawBitmap(picture, null, target, circle)
        } else {
            val middle = left + size / 2f
            canvas.drawCircle(middle, height / 2f, size / 2f, circle)
            canvas.drawText(label, middle, height / 2f - (letter.ascent() + letter.descent()) / 2, letter)
        }
        badge?.let { drawBadge(canvas, it, left, top, size, rtl) }
    }

    private fun drawBadge(canvas: Canvas, drawing: Drawable, left: Int, top: Int, size: Int, rtl: Boolean) {
        val radius = context.dp(11f)
        val x = if (rtl) left + context.dp(6f) else left + size - context.dp(6f)
        val y = top + size - context.dp(6f)
        canvas.drawCircle(x, y, radius, ground)
        val half = context.dp(8)
        drawing.layoutDirection = layoutDirection
        drawing.setBounds(x.toInt() - half, y.toInt() - half, x.toInt() + half, y.toInt() + half)
        drawing.draw(canvas)
    }

    private fun load(app: AppInfo) {
        val catalogue = Hushwall.of(context).apps
        val size = context.dp(side)
        Work.icons.execute {
            val drawing = catalogue.icon(app, size) ?: return@execute
            val bitmap = Bitmap.createBitmap(size, size, Bitmap.Config.ARGB_8888)
            drawing.setBounds(0, 0, size, size)
            drawing.draw(Canvas(bitmap))
            cache.put(app.key, bitmap)
            Work.main.post { if (app.key == key) icon = bitmap.also { invalidate() } }
        }
    }

    private fun colourOf(name: String): Int {
        val colours = resources.obtainTypedArray(R.array.avatars)
        val colour = colours.getColor(Math.floorMod(name.hashCode(), colours.length()), 0)
        colours.recycle()
        return colour
    }

    private companion object {
        const val WHITE = -1

        /** Room at the lower end corner, so that a badge is not cut. */
        const val BADGE_ROOM = 6

        /** Some 250 icons at 40 dp on a common phone. */
        const val CACHE_BYTES = 4 shl 20

        val cache = object : LruCache<String, Bitmap>(CACHE_BYTES) {
            override fun sizeOf(key: String, value: Bitmap) = value.byteCount
        }
    }
}
