// Settings: what exists and works, each in one place. Other screens lead here and do not repeat it.
package org.hushwall.ui.settings

import android.app.Activity
import android.app.AlertDialog
import android.content.Intent
import android.os.Bundle
import org.hushwall.R
import org.hushwall.log.LogTrouble
import org.hushwall.ui.advice.AdviceActivity
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.text
import org.hushwall.ui.lists.ListsActivity
import org.hushwall.ui.lists.words
import org.hushwall.ui.record.RecordActivity
import org.hushwall.ui.rules.RulesActivity
import org.hushwall.ui.setup.SetupCheckActivity
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.words.Words

internal class SettingsActivity : PageScreen() {
    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        showPage(getString(R.string.settings))
    }

    override fun onStart() {
        super.onStart()
        whileVisible(hushwall.policy.listen(::fill))
        fill()
    }

    private fun fill() {
        val network = NetworkRows(this)
        page.removeAllViews()
        troubles()
        val rules = hushwall.policy.rules().size
        val count = if (rules == 0) getString(R.string.none) else Words(this).number(rules.toLong())
        val advised = hushwall.policy.advised.size
        val advice = if (advised == 0) getString(R.string.advice_line) else Words(this).plural(R.plurals.advice_by_you, advised.toLong())
        group(
            R.string.what_is_stopped,
            listOf(
                SettingsRow.Content(R.string.advice_title, advice) { open(AdviceActivity::class.java) },
                SettingsRow.Content(R.string.lists_title, levelInWords()) { open(ListsActivity::class.java) },
                SettingsRow.Content(R.string.your_rules, count) { open(RulesActivity::class.java) },
            ),
        )
        group(
            R.string.how_it_runs,
            listOf(
                SettingsRow.Content(R.string.setup_check, getString(R.string.setup_check_line)) { open(SetupCheckActivity::class.java) },
                SettingsRow.Content(R.string.record_title, getString(R.string.record_line)) { open(RecordActivity::class.java) },
                network.lan(),
                network.privateDns(),
                ThemeRow(this).content(),
            ),
        )
        group(
            R.string.activity_and_data,
            listOf(SettingsRow.Content(R.string.delete_record, getString(R.string.delete_record_line), R.color.fail) { askDelete() }),
        )
        group(
            R.string.about,
            listOfNotNull(
                version()?.let { SettingsRow.Content(R.string.version, it) },
                explained(R.string.licence, R.string.licence_name, R.string.licence_text),
                explained(R.string.sources, R.string.sources_line, R.string.sources_text),
                explained(R.string.permissions, R.string.permissions_line, R.string.permissions_text),
            ),
        )
    }

    private fun troubles() {
        val banners = TroubleBanners(this, questions, ::fill)
        hushwall.policy.trouble?.let { page.add(banners.of(it), bottom = 12) }
        hushwall.log.trouble?.let { page.add(banners.of(it), bottom = 12) }
    }

    private fun group(title: Int, rows: List<SettingsRow.Content>) {
        val heading = page.add(text(this, Type.SMALL_MEDIUM, R.color.ink2, getString(title)).pad(4, 8))
        Compat.heading(heading)
        rows.forEachIndexed { i, row -> page.add(SettingsRow(this, row, i == 0, i == rows.size - 1)) }
    }

    private fun levelInWords(): String {
        val level = getString(hushwall.policy.builtIn.xiaomi.words.first)
        return getString(R.string.lists_level_spoken, getString(R.string.lists_xiaomi), level)
    }

    private fun askDelete() {
        val dialog = AlertDialog.Builder(this)
            .setTitle(R.string.delete_record)
            .setMessage(R.string.delete_record_text)
            .setPositiveButton(R.string.delete) { _, _ -> delete() }
            .setNegativeButton(R.string.cancel, null)
            .show()
        dialog.getButton(AlertDialog.BUTTON_POSITIVE)?.setTextColor(getColor(R.color.fail))
    }

    private fun delete() {
        val wasNewer = hushwall.log.trouble == LogTrouble.NEWER_VERSION
        questions.ask(Work.data, { hushwall.log.clear() }, { deleted(false, wasNewer) }) { deleted(true, wasNewer) }
    }

    /** [wasNewer]: the core was closed for that record. */
    private fun deleted(isDone: Boolean, wasNewer: Boolean) {
        if (wasNewer) hushwall.protection.restartFilter()
        if (isDone) fill() else tell(R.string.not_deleted, R.string.not_deleted_line)
    }

    private fun explained(title: Int, line: Int, text: Int) = SettingsRow.Content(title, getString(line)) { tell(title, text) }

    private fun version(): String? = packageManager.getPackageInfo(packageName, 0).versionName

    private fun tell(title: Int, text: Int) {
        AlertDialog.Builder(this).setTitle(title).setMessage(text).setPositiveButton(R.string.close, null).show()
    }

    private fun open(target: Class<out Activity>) = startActivity(Intent(this, target))
}
