// The second pattern of every chart: 45 degree lines. What it means can be told from a solid bar without colour.
package org.hushwall.ui.widget

import android.content.Context
import android.graphics.Bitmap
import android.graphics.BitmapShader
import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.Shader
import org.hushwall.ui.kit.dp

/** A paint that fills with lines of [colour] on [ground] (both roles). */
internal fun hatch(context: Context, colour: Int, ground: Int): Paint {
    val side = Math.max(4, context.dp(7))
    val tile = Bitmap.createBitmap(side, side, Bitmap.Config.ARGB_8888)
    val canvas = Canvas(tile)
    canvas.drawColor(context.getColor(ground))
    val line = Paint(Paint.ANTI_ALIAS_FLAG)
    line.color = context.getColor(colour)
    line.strokeWidth = context.dp(2.2f)
    val s = side.toFloat()
    // Three lines, so that the tile goes on at its corners.
    canvas.drawLine(-s, s, s, -s, line)
    canvas.drawLine(0f, s, s, 0f, line)
    canvas.drawLine(0f, 2 * s, 2 * s, 0f, line)
    return Paint(Paint.ANTI_ALIAS_FLAG).apply {
        shader = BitmapShader(tile, Shader.TileMode.REPEAT, Shader.TileMode.REPEAT)
    }
}

internal fun fill(context: Context, colour: Int): Paint =
    Paint(Paint.ANTI_ALIAS_FLAG).apply { color = context.getColor(colour) }

internal fun border(context: Context, colour: Int): Paint =
    fill(context, colour).apply {
        style = Paint.Style.STROKE
        strokeWidth = context.dp(1f)
    }
