// What a provider in Android's "Private DNS" means for the filter, and the way to that setting.
package org.hushwall.ui.setup

import android.app.Activity
import android.app.AlertDialog
import org.hushwall.R

internal class PrivateDnsNote(private val activity: Activity) {
    private val isSet = SetupFacts(activity).privateDnsHost != null

    fun show() {
        val what = activity.getString(if (isSet) R.string.private_dns_text else R.string.private_dns_fine_text)
        val dialog = AlertDialog.Builder(activity)
            .setTitle(if (isSet) R.string.banner_private_dns else R.string.check_private_dns)
            .setMessage(if (isSet) what + "\n\n" + activity.getString(R.string.find_private_dns) else what)
            .setNegativeButton(R.string.close, null)
        if (isSet) dialog.setPositiveButton(R.string.network_settings) { _, _ -> Doors(activity).networkSettings() }
        dialog.show()
    }
}
