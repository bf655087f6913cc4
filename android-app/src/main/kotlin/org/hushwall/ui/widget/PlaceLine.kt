// A place: the country in full, then the host, cut at its start where there is no room, so that the owner's domain stays to be
// seen. At large fonts both wrap and nothing is cut.
package org.hushwall.ui.widget

import android.content.Context
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.host
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.text
import org.hushwall.ui.words.Words

internal class PlaceLine(context: Context, colour: Int) : LinearLayout(context) {
    private val words = Words(context)
    private val country = text(context, Type.SMALL, colour)
    private val host = text(context, Type.SMALL, colour)

    init {
        orientation = if (context.stacks) VERTICAL else HORIZONTAL
        if (context.stacks) {
            add(country)
            add(host)
        } else {
            add(country, width = WRAP)
            addRest(host.host())
        }
    }

    /** Shows the place and returns it as one text. [code]: the country's two letters, where they are known. */
    fun show(code: String?, place: String): String {
        val name = words.country(code)
        val shown = words.isolate(place)
        host.text = shown
        country.text = if (name == null || context.stacks) name else context.getString(R.string.place_before_host, name)
        country.showIf(name != null)
        return if (name == null) shown else context.getString(R.string.comma, name, shown)
    }
}
