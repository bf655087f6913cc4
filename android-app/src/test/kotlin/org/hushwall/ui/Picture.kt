// Writes a picture with 256 colours: screens have few, and dozens of pictures stay small.
package org.hushwall.ui

import android.graphics.Bitmap
import java.awt.image.BufferedImage
import java.awt.image.IndexColorModel
import java.io.File
import javax.imageio.ImageIO

internal object Picture {
    private const val COLOURS = 256

    fun write(bitmap: Bitmap, file: File) {
        val pixels = IntArray(bitmap.width * bitmap.height)
        bitmap.getPixels(pixels, 0, bitmap.width, 0, 0, bitmap.width, bitmap.height)
        val counts = HashMap<Int, Int>()
        for (pixel in pixels) counts.merge(pixel, 1, Int::plus)
        val palette = counts.entries.sortedByDescending { it.value }.take(COLOURS).map { it.key }.toIntArray()
        val indexOf = counts.keys.associateWith { nearest(it, palette) }
        val model = IndexColorModel(8, palette.size, palette, 0, false, -1, 0)
        val image = BufferedImage(bitmap.width, bitmap.height, BufferedImage.TYPE_BYTE_INDEXED, model)
        val row = IntArray(bitmap.width)
        for (y in 0 until bitmap.height) {
            for (x in row.indices) row[x] = indexOf.getValue(pixels[y * bitmap.width + x])
            image.raster.setSamples(0, y, bitmap.width, 1, 0, row)
        }
        file.parentFile?.mkdirs()
        ImageIO.write(image, "png", file)
    }

    private fun nearest(colour: Int, palette: IntArray): Int {
        var best = 0
        var least = Int.MAX_VALUE
        for ((i, other) in palette.withIndex()) {
            val distance = square(colour, other, 16) + square(colour, other, 8) + square(colour, other, 0)
            if (distance < least) {
                least = distance
                best = i
            }
        }
        return best
    }

    private fun square(a: Int, b: Int, shift: Int): Int {
        val difference = (a shr shift and 0xff) - (b shr shift and 0xff)
        return difference * difference
    }
}
