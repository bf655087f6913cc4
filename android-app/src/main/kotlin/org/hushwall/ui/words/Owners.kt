// Who opened a connection, as a name to show.
package org.hushwall.ui.words

import android.content.Context
import org.hushwall.R
import org.hushwall.apps.AppInfo
import org.hushwall.log.Owner

internal class Owners(private val context: Context) {
    fun label(owner: Owner, app: AppInfo?): String =
        when {
            app != null && app.packages.isNotEmpty() -> app.label
            app != null -> context.getString(R.string.owner_system, app.label).trim()
            owner.kind == "system" -> context.getString(R.string.owner_system, owner.name.orEmpty()).trim()
            owner.kind == "unknown" || owner.name == null -> context.getString(R.string.owner_unknown)
            else -> owner.name.substringBefore(',')
        }
}
