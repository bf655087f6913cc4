// Trouble with stored data, wherever it is told: what happened and what was kept in the banner; behind it the whole story and the
// way on. Nothing is deleted on the way.
package org.hushwall.ui.settings

import android.app.Activity
import android.app.AlertDialog
import android.view.View
import org.hushwall.Hushwall
import org.hushwall.R
import org.hushwall.log.LogTrouble
import org.hushwall.policy.PolicyTrouble
import org.hushwall.ui.kit.Asker
import org.hushwall.ui.setup.Doors
import org.hushwall.ui.widget.Banner
import org.hushwall.ui.words.Trouble
import org.hushwall.ui.words.words

/** [onChange]: something was done about it. */
internal class TroubleBanners(private val activity: Activity, private val questions: Asker, private val onChange: () -> Unit) {
    private val hushwall = Hushwall.of(activity)

    fun of(trouble: PolicyTrouble): View = banner(trouble.words) {
        when (trouble) {
            PolicyTrouble.NEWER_VERSION -> ask(trouble.words, R.string.trouble_newer_rules_text, ::beginRules)
            PolicyTrouble.DAMAGED -> ask(trouble.words, R.string.trouble_rules_text, ::beginRules)
            PolicyTrouble.NOT_SAVED -> Doors(activity).storage()
        }
    }

    fun of(trouble: LogTrouble): View = banner(trouble.words) {
        when (trouble) {
            LogTrouble.STORAGE_FULL -> Doors(activity).storage()
            LogTrouble.NEWER_VERSION -> ask(trouble.words, R.string.trouble_newer_record_text, ::beginRecord)
            LogTrouble.DAMAGED -> tell(trouble.words.title, R.string.trouble_damaged_text)
        }
    }

    private fun banner(words: Trouble, onClick: () -> Unit) =
        Banner(activity, activity.getString(words.title), activity.getString(words.line), onClick = onClick)

    private fun beginRules() {
        if (hushwall.policy.startAfresh()) onChange() else tell(R.string.not_begun, R.string.not_begun_line)
    }

    private fun beginRecord() = questions.ask({ hushwall.log.startAfresh() }) { isDone ->
        // The core was closed for it.
        hushwall.protection.restartFilter()
        if (isDone) onChange() else tell(R.string.not_begun, R.string.not_begun_line)
    }

    private fun ask(words: Trouble, text: Int, onYes: () -> Unit) {
        AlertDialog.Builder(activity).setTitle(words.title).setMessage(text)
            .setPositiveButton(R.string.begin_anew) { _, _ -> onYes() }
            .setNegativeButton(R.string.close, null)
            .show()
    }

    private fun tell(title: Int, text: Int) {
        AlertDialog.Builder(activity).setTitle(title).setMessage(text).setPositiveButton(R.string.close, null).show()
    }
}
