// Somebody whom a watched app contacted: who, what is usually sent there, how often; in a result also when, and what was readable.
package org.hushwall.ui.watch

import android.content.Context
import android.view.Gravity
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.listGround
import org.hushwall.ui.words.Purposes
import org.hushwall.ui.words.Words
import org.hushwall.watch.SeenContact

/** [isOver]: of a result. */
internal class SeenRow(context: Context, private val contact: SeenContact, isFirst: Boolean, isLast: Boolean, isOver: Boolean) :
    LinearLayout(context) {
    private val words = Words(context)
    private val purposes = Purposes(context)

    init {
        orientation = VERTICAL
        listGround(this, isFirst, isLast, inset = 56)
        pad(16, 10)
        minimumHeight = context.dp(66)
        gravity = Gravity.CENTER_VERTICAL
        val main = add(row(context))
        val isStopped = contact.stopped > 0
        val (drawing, colour) = if (isStopped) R.drawable.ic_stop to R.color.brand else R.drawable.ic_pass to R.color.ink2
        main.add(icon(context, drawing, colour), width = 24, height = 24)
        val lines = main.addRest(column(context), start = 16, end = 8)
        val shown = lines(isOver)
        lines.add(text(context, Type.SUBTITLE, text = title()))
        shown.forEach { lines.add(text(context, Type.SMALL, R.color.ink2, it)) }
        // A result says it in words.
        if (!isOver) main.add(text(context, Type.SUBTITLE, text = words.number(contact.tries)).tabular(), width = WRAP)
        main.isFocusable = true
        main.contentDescription = (listOf(title(), tries()) + shown).joinToString(". ")
        if (isOver) contact.said.forEach { add(SaidLines(context, it), start = 40, top = 8) }
    }

    private fun title(): String = contact.about?.let(purposes::title) ?: words.isolate(contact.who)

    private fun tries(): String = context.getString(
        R.string.two_parts,
        words.plural(R.plurals.watch_tries, contact.tries),
        words.plural(R.plurals.n_stopped, contact.stopped),
    )

    private fun lines(isOver: Boolean): List<String> {
        val usually = purposes.data(contact.data)?.let { context.getString(R.string.usually_sent, it) }
        if (!isOver) return listOf(usually ?: tries())
        val needless = context.getString(R.string.watch_needless).takeIf { contact.isNeedless }
        val time = context.getString(R.string.two_parts, words.range(contact.first, contact.last), tries())
        return listOfNotNull(time, needless, usually)
    }
}
