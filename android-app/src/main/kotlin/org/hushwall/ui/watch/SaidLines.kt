// One kind of request that could be read: where to, what became of it, and the names under which something was told. Their values
// are shown on a tap, and hidden on the next.
package org.hushwall.ui.watch

import android.content.Context
import android.widget.Button
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.ripple
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.text
import org.hushwall.ui.words.Words
import org.hushwall.watch.Said
import org.hushwall.watch.SaidParameter

internal class SaidLines(context: Context, private val said: Said) : LinearLayout(context) {
    private val words = Words(context)
    private val hasValues = said.parameters.any { it.values.isNotEmpty() }
    private var shows = false

    init {
        orientation = VERTICAL
        minimumHeight = context.dp(TARGET)
        pad(12, 8)
        val ground = shape(context, R.color.surface2, 12)
        if (hasValues) {
            ripple(this, ground, 12)
            setOnClickListener {
                shows = !shows
                fill()
            }
        } else {
            background = ground
            isFocusable = true
        }
        fill()
    }

    override fun getAccessibilityClassName(): CharSequence =
        if (hasValues) Button::class.java.name else super.getAccessibilityClassName()

    private fun fill() {
        removeAllViews()
        val place = words.isolate(said.host.orEmpty() + said.path)
        val lines = listOf(context.getString(R.string.watch_request, said.method, place), outcome()) + said.parameters.map(::told)
        val hint = context.getString(if (shows) R.string.watch_hide_values else R.string.watch_show_values).takeIf { hasValues }
        lines.forEachIndexed { i, line -> add(text(context, if (i == 0) Type.SMALL_MEDIUM else Type.SMALL, text = line)) }
        hint?.let { add(text(context, Type.LABEL, R.color.ink2, it), top = 4) }
        contentDescription = (lines + listOfNotNull(hint)).joinToString(". ")
    }

    private fun outcome(): String {
        val word = when (said.outcome) {
            "sent" -> R.string.watch_sent
            "stopped" -> R.string.watch_stopped
            else -> R.string.watch_undelivered
        }
        return context.getString(R.string.two_parts, context.getString(word), words.plural(R.plurals.n_times, said.count))
    }

    private fun told(parameter: SaidParameter): String {
        val name = words.name(parameter.name)
        if (!shows || parameter.values.isEmpty()) return name
        return context.getString(R.string.watch_value, name, words.name(parameter.values.joinToString(" | ")))
    }
}
