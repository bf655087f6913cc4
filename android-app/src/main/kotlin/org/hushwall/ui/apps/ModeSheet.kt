// The choice of an app's mode, each with what it means before it acts.
package org.hushwall.ui.apps

import android.app.Activity
import org.hushwall.R
import org.hushwall.apps.AppInfo
import org.hushwall.policy.AppMode
import org.hushwall.ui.kit.addHairline
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.drawable
import org.hushwall.ui.widget.sentence
import org.hushwall.ui.widget.word

internal class ModeSheet(
    private val activity: Activity,
    private val app: AppInfo,
    private val present: AppMode,
    private val onChoose: (AppMode) -> Unit,
) {
    fun show() {
        val sheet = Sheet(activity, app.label)
        if (app.packages.size > 1) sheet.note(activity.getString(R.string.shared_identity))
        for (mode in listOf(AppMode.ALLOW, AppMode.FILTER, AppMode.BLOCK)) choice(sheet, mode)
        sheet.body.addHairline(start = 24, end = 24)
        choice(sheet, AppMode.OUTSIDE)
        sheet.show()
    }

    private fun choice(sheet: Sheet, mode: AppMode) {
        val sentence = activity.getString(mode.sentence)
        val line = when {
            mode == AppMode.BLOCK && app.isSystem -> sentence + " " + activity.getString(R.string.mode_block_system)
            mode == AppMode.OUTSIDE -> sentence + " " + activity.getString(R.string.mode_outside_lockdown)
            else -> sentence
        }
        sheet.choice(mode.drawable, activity.getString(mode.word), line, selected = mode == present) { onChoose(mode) }
    }
}

/** Says what blocking parts of the phone may break, and blocks them where that is wanted. */
internal fun explainBlock(activity: Activity, title: CharSequence, note: Int, onBlock: () -> Unit) {
    val sheet = Sheet(activity, title)
    sheet.note(activity.getString(note))
    val mode = AppMode.BLOCK
    sheet.choice(mode.drawable, activity.getString(mode.word), activity.getString(mode.sentence), onChoose = onBlock)
    sheet.show()
}
