package org.hushwall

import android.content.Context
import java.io.File
import java.io.FileOutputStream

/**
 * Files that come with the app, which the core maps into memory and so needs as files: copied out of the package when a version
 * of the app first asks for them.
 */
internal class BuiltInFiles(private val context: Context, folder: File) {
    private val folder = File(folder, "built-in")

    /** Index files of lists. */
    fun lists(): List<File> {
        copy()
        return files(".lists")
    }

    /** Where addresses are; null where the app comes without. */
    fun places(): File? {
        copy()
        return files(".places").firstOrNull()
    }

    private fun files(suffix: String) = folder.listFiles { file -> file.name.endsWith(suffix) }.orEmpty().sorted()

    @Synchronized
    private fun copy() {
        val version = context.packageManager.getPackageInfo(context.packageName, 0).lastUpdateTime.toString()
        val mark = File(folder, "version")
        if (mark.exists() && mark.readText() == version) return
        folder.deleteRecursively()
        folder.mkdirs()
        for (name in context.assets.list(ASSETS).orEmpty()) {
            context.assets.open("$ASSETS/$name").use { from -> FileOutputStream(File(folder, name)).use(from::copyTo) }
        }
        mark.writeText(version)
    }

    private companion object {
        const val ASSETS = "lists"
    }
}
