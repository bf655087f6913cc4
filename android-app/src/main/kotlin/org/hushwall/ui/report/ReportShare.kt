// A report as a file, where the user wants it: chosen in a sheet, written by the core, put where Android's own picker says. Nothing is
// sent anywhere.
package org.hushwall.ui.report

import android.app.AlertDialog
import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.widget.Toast
import java.io.File
import java.io.IOException
import org.hushwall.R
import org.hushwall.log.Hidden
import org.hushwall.log.ReportFormat
import org.hushwall.ui.kit.Screen
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.pad
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.ToggleRow
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.dateOf

/** @param shown the week to report on. */
internal class ReportShare(private val screen: Screen, private val shown: () -> Week) {
    private var hidden = Hidden()

    fun choose() {
        val week = shown()
        val sheet = Sheet(screen, screen.getString(R.string.share_title, Words(screen).days(week.since, week.lastDay)))
        sheet.note(screen.getString(R.string.share_line))
        sheet.choice(0, screen.getString(R.string.share_page), screen.getString(R.string.share_page_line)) { ask(ReportFormat.PAGE) }
        sheet.choice(0, screen.getString(R.string.share_table), screen.getString(R.string.share_table_line)) { ask(ReportFormat.TABLE) }
        sheet.choice(0, screen.getString(R.string.share_data), screen.getString(R.string.share_data_line)) { ask(ReportFormat.DATA) }
        hide(sheet, R.string.hide_apps, { it.apps }) { hidden.copy(apps = it) }
        hide(sheet, R.string.hide_hosts, { it.hosts }) { hidden.copy(hosts = it) }
        sheet.show()
    }

    private fun hide(sheet: Sheet, label: Int, isHidden: (Hidden) -> Boolean, hide: (Boolean) -> Hidden) {
        val row = ToggleRow(screen, R.drawable.ic_lock, label, screen.getString(label)).pad(24, 4)
        row.isOn = isHidden(hidden)
        row.onChange = {
            hidden = hide(it)
            row.isOn = it
        }
        sheet.body.add(row)
    }

    /** Android's answer to where; false where [request] is not of this. [weekOf]: the week that is so many before this one. */
    fun answered(request: Int, data: Intent?, weekOf: (Int) -> Week): Boolean {
        if (request < FIRST_REQUEST) return false
        val asked = Request.of(request - FIRST_REQUEST)
        val to = data?.data ?: return true
        val week = weekOf(asked.back)
        screen.questions.ask(Work.reports, { save(week, asked, to) }, ::failed) {
            Toast.makeText(screen, R.string.report_saved, Toast.LENGTH_LONG).show()
        }
        return true
    }

    /** The answer may come to another instance of the screen: its number tells what was asked for. */
    private fun ask(format: ReportFormat) {
        val week = shown()
        val intent = Intent(Intent.ACTION_CREATE_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType(format.mime)
            .putExtra(Intent.EXTRA_TITLE, "hushwall-${dateOf(week.since)}.${format.word}")
        val request = FIRST_REQUEST + Request(week.back, format, hidden).number
        try {
            @Suppress("DEPRECATION") // The newer way of results is not part of the platform.
            screen.startActivityForResult(intent, request)
        } catch (_: ActivityNotFoundException) {
            tell(R.string.no_file_picker)
        }
    }

    private fun save(week: Week, asked: Request, to: Uri) {
        val file = File.createTempFile("report", null, screen.cacheDir)
        try {
            screen.hushwall.log.exportReport(week.period, asked.format, asked.hidden, file)
            val out = screen.contentResolver.openOutputStream(to) ?: throw IOException("the provider gives no file")
            out.use { file.inputStream().use { report -> report.copyTo(it) } }
        } finally {
            file.delete()
        }
    }

    private fun failed() = tell(R.string.report_not_saved_line)

    private fun tell(line: Int) {
        AlertDialog.Builder(screen).setTitle(R.string.report_not_saved).setMessage(line).setPositiveButton(R.string.close, null).show()
    }

    /** What was asked for, as one number. */
    private class Request(val back: Int, val format: ReportFormat, val hidden: Hidden) {
        val number: Int get() = (back * FORMATS + format.ordinal) * HIDINGS + (if (hidden.apps) 1 else 0) + (if (hidden.hosts) 2 else 0)

        companion object {
            private val FORMATS = ReportFormat.entries.size
            private const val HIDINGS = 4

            fun of(number: Int): Request {
                val rest = number / HIDINGS
                val hidden = Hidden(apps = number and 1 != 0, hosts = number and 2 != 0)
                return Request(rest / FORMATS, ReportFormat.entries[rest % FORMATS], hidden)
            }
        }
    }

    private companion object {
        /** Above the numbers of the screen's other questions. */
        const val FIRST_REQUEST = 100
    }
}
