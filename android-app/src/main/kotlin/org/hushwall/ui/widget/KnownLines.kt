// What a place does, what is usually sent there, and what breaks when it is stopped. Sentences of the catalogue are English in
// every language: they run from left to right and are read out in English.
package org.hushwall.ui.widget

import android.content.Context
import android.view.View
import android.widget.LinearLayout
import android.widget.TextView
import java.util.Locale
import org.hushwall.R
import org.hushwall.log.Known
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.text
import org.hushwall.ui.words.Purposes

internal class KnownLines(context: Context, known: Known) : LinearLayout(context) {
    private val purposes = Purposes(context)

    /** All of it, for a screen reader that meets it as part of something else. */
    val spoken: String

    init {
        orientation = VERTICAL
        val shown = ArrayList<TextView>()
        shown += english(known.purpose)
        purposes.data(known)?.let { shown += text(context, Type.SMALL, R.color.ink2, context.getString(R.string.usually_sent, it)) }
        val breakage = known.breakage
        val breaks = breakage.text?.let(::english) ?: purposes.severity(breakage)?.let { text(context, Type.SMALL, R.color.ink2, it) }
        shown.forEach { add(it) }
        if (breaks != null) {
            val title = text(context, Type.LABEL, R.color.ink3, purposes.breaksTitle(breakage))
            add(title, top = 6)
            add(breaks)
            shown += title
            shown += breaks
        }
        spoken = shown.joinToString(". ") { it.text.trimEnd('.') }
    }

    private fun english(sentence: String): TextView =
        text(context, Type.SMALL, R.color.ink2, sentence).apply {
            textLocale = Locale.ENGLISH
            textDirection = View.TEXT_DIRECTION_LTR
        }
}
