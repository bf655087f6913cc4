// Drawings of what the user will see in the phone's own settings: neutral, so that they fit every version of them.
package org.hushwall.ui.setup

import android.content.Context
import android.view.Gravity
import android.view.View
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addHairline
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.card
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Toggle

/** A list of apps with a switch each; ours is on. */
internal fun autostartPicture(context: Context): View =
    picture(context, R.string.autostart_picture) {
        add(other(context, 92))
        addHairline()
        add(ours(context))
        addHairline()
        add(other(context, 120))
    }

/** Our card among the recent apps, with the lock to tap. */
internal fun recentsPicture(context: Context): View =
    picture(context, R.string.recents_picture) {
        val line = add(row(context).pad(0, 12))
        line.add(mark(context), width = 34, height = 34)
        line.addRest(text(context, Type.SUBTITLE, text = context.getString(R.string.app_name)), start = 12)
        val lock = row(context)
        lock.gravity = Gravity.CENTER
        lock.background = shape(context, R.color.tint, 20)
        lock.add(icon(context, R.drawable.ic_lock, R.color.on_tint), width = 24, height = 24)
        line.add(lock, width = 40, height = 40)
        add(block(context, R.color.surface2), height = 72, bottom = 12)
    }

private fun picture(context: Context, spoken: Int, inside: LinearLayout.() -> Unit): View {
    val well = column(context)
    well.background = shape(context, R.color.surface2, 28)
    well.pad(16)
    val paper = card(context, radius = 16).pad(16, 4)
    paper.inside()
    well.add(paper)
    well.contentDescription = context.getString(spoken)
    well.isFocusable = true
    paper.importantForAccessibility = View.IMPORTANT_FOR_ACCESSIBILITY_NO_HIDE_DESCENDANTS
    return well
}

private fun other(context: Context, length: Int): View {
    val line = row(context).pad(0, 9)
    line.alpha = 0.5f
    line.add(block(context, R.color.outline), width = 26, height = 26)
    line.add(block(context, R.color.outline), width = length, height = 8, start = 12)
    line.addRest(View(context))
    line.add(block(context, R.color.line), width = 36, height = 20)
    return line
}

private fun ours(context: Context): View {
    val line = row(context).pad(0, 13)
    line.add(mark(context), width = 34, height = 34)
    line.addRest(text(context, Type.SUBTITLE, text = context.getString(R.string.app_name)), start = 12)
    line.add(Toggle(context).apply { isOn = true }, width = WRAP)
    return line
}

private fun mark(context: Context): View {
    val ground = row(context)
    ground.gravity = Gravity.CENTER
    ground.background = shape(context, R.color.launcher_ground, 10)
    ground.add(icon(context, R.drawable.ic_status_on, R.color.launcher_signal, 22), width = 22, height = 22)
    return ground
}

private fun block(context: Context, colour: Int): View = View(context).apply { background = shape(context, colour, 8) }
