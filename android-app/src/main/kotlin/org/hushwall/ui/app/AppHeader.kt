// Who this is: icon, name, and where it came from.
package org.hushwall.ui.app

import android.content.Context
import android.view.Gravity
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.apps.AppInfo
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Avatar
import org.hushwall.ui.words.Words

internal class AppHeader(context: Context, app: AppInfo?, label: String) : LinearLayout(context) {
    init {
        orientation = if (context.stacks) VERTICAL else HORIZONTAL
        gravity = Gravity.CENTER_VERTICAL
        pad(4, 0, 4, 4)
        val avatar = Avatar(context, 56)
        avatar.show(app, label)
        add(avatar, width = WRAP)
        val column = column(context)
        if (context.stacks) add(column, top = 8) else addRest(column, start = 10)
        val name = column.add(text(context, Type.HEADLINE, text = label))
        Compat.heading(name)
        if (app != null) column.add(text(context, Type.SMALL, R.color.ink2, origin(context, app)))
    }

    private fun origin(context: Context, app: AppInfo): String {
        val words = Words(context)
        if (app.packages.size > 1) {
            val count = words.plural(R.plurals.apps_in_one, app.packages.size.toLong())
            return context.getString(R.string.two_parts, count, context.getString(R.string.shared_identity))
        }
        val installed = app.installedAt
        return when {
            app.isSystem -> context.getString(R.string.part_of_phone)
            installed != null -> context.getString(R.string.installed_on, words.day(installed))
            else -> app.packages.firstOrNull().orEmpty()
        }
    }
}
