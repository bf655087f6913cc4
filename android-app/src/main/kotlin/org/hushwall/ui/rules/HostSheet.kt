// Asks for the name of a place, and takes none that no rule could be about.
package org.hushwall.ui.rules

import android.content.Context
import org.hushwall.R
import org.hushwall.policy.hostName
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton

internal class HostSheet(context: Context, present: String?, private val onHost: (String) -> Unit) {
    private val sheet = Sheet(context, context.getString(R.string.place_by_name))
    private val field = field(context, R.string.host_hint)
    private val fault = text(context, Type.SMALL, R.color.warn, context.getString(R.string.host_fault))

    init {
        field.setText(present)
        sheet.note(context.getString(R.string.place_by_name_line))
        sheet.body.add(field, start = 24, end = 24, top = 4)
        sheet.body.add(fault, start = 24, end = 24, top = 8)
        fault.showIf(false)
        val use = WordButton(context, Weight.FILLED, context.getString(R.string.use_place)) { use() }
        sheet.body.add(use, start = 24, end = 24, top = 12)
    }

    fun show() = sheet.show()

    private fun use() {
        val host = hostName(field.text.toString())
        fault.showIf(host == null)
        if (host == null) return
        sheet.dismiss()
        onHost(host)
    }
}
