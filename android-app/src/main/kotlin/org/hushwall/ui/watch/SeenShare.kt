// What was seen, as a file where the user wants it: chosen in a sheet, written by the core without values, put where Android's own
// picker says. Nothing is sent anywhere.
package org.hushwall.ui.watch

import android.app.AlertDialog
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.widget.Toast
import java.io.File
import java.io.IOException
import org.hushwall.R
import org.hushwall.ui.kit.Screen
import org.hushwall.ui.kit.Work
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.words.dateOf
import org.hushwall.watch.SeenFormat
import org.hushwall.watch.Watched

internal class SeenShare(private val screen: Screen) {
    fun choose(watched: Watched) {
        val sheet = Sheet(screen, screen.getString(R.string.watch_save))
        sheet.note(screen.getString(R.string.watch_save_line))
        for ((format, word) in WORDS) sheet.choice(0, screen.getString(word), null) { ask(watched, format) }
        sheet.show()
    }

    /** Android's answer to where; false where [request] is not of this. */
    fun answered(request: Int, data: Intent?): Boolean {
        val format = SeenFormat.entries.getOrNull(request - FIRST_REQUEST) ?: return false
        val to = data?.data ?: return true
        screen.questions.ask(Work.reports, { save(format, to) }, { tell(R.string.watch_not_saved_line) }) {
            Toast.makeText(screen, R.string.report_saved, Toast.LENGTH_LONG).show()
        }
        return true
    }

    private fun ask(watched: Watched, format: SeenFormat) {
        val name = "hushwall-watch-${watched.key.substringBefore(',')}-${dateOf(watched.begun)}.${format.word}"
        val intent = Intent(Intent.ACTION_CREATE_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType(format.mime)
            .putExtra(Intent.EXTRA_TITLE, name)
        try {
            @Suppress("DEPRECATION") // The newer way of results is not part of the platform.
            screen.startActivityForResult(intent, FIRST_REQUEST + format.ordinal)
        } catch (_: ActivityNotFoundException) {
            tell(R.string.no_file_picker)
        }
    }

    private fun save(format: SeenFormat, to: Uri) {
        val file = File.createTempFile("watch", null, screen.cacheDir)
        try {
            screen.hushwall.watch.export(format, file)
            val out = screen.contentResolver.openOutputStream(to) ?: throw IOException("the provider gives no file")
            out.use { file.inputStream().use { seen -> seen.copyTo(it) } }
        } finally {
            file.delete()
        }
    }

    private fun tell(line: Int) {
        AlertDialog.Builder(screen).setTitle(R.string.watch_not_saved).setMessage(line).setPositiveButton(R.string.close, null).show()
    }

    private companion object {
        const val FIRST_REQUEST = 1
        val WORDS = mapOf(
            SeenFormat.PAGE to R.string.watch_save_page,
            SeenFormat.TEXT to R.string.watch_save_text,
            SeenFormat.DATA to R.string.share_data,
        )
    }
}
