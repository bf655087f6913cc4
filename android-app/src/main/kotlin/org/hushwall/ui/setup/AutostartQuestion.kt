// The phone does not tell whether an app may start by itself, so the user is asked. The answer is kept as the user's word,
// and proved only by the next restart.
package org.hushwall.ui.setup

import android.app.Activity
import android.app.AlertDialog
import org.hushwall.R

internal class AutostartQuestion(private val activity: Activity) {
    fun ask(onYes: () -> Unit) {
        AlertDialog.Builder(activity)
            .setTitle(R.string.is_it_on)
            .setMessage(R.string.is_it_on_line)
            .setPositiveButton(R.string.yes_on) { _, _ ->
                SetupMemory(activity).saidAutostart = true
                onYes()
            }
            .setNegativeButton(R.string.not_yet, null)
            .show()
    }
}
