// One connection, or several that say the same: who to whom, the verdict as word and shape, what for or why, to which place, when.
package org.hushwall.ui.activity

import android.graphics.Canvas
import android.graphics.Paint
import android.graphics.drawable.Drawable
import android.text.SpannableStringBuilder
import android.text.Spanned
import android.text.style.ImageSpan
import android.widget.Button
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.log.LogRow
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.smallIcon
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.widget.Avatar
import org.hushwall.ui.widget.FlowLayout
import org.hushwall.ui.widget.PlaceLine
import org.hushwall.ui.widget.listGround
import org.hushwall.ui.words.Owners
import org.hushwall.ui.words.Verdicts
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.emphasized

internal class ConnectionRow(
    private val screen: MainActivity,
    open: (FeedItem.Connection) -> Unit,
    menu: (LogRow) -> Unit,
) : LinearLayout(screen) {
    private val words = Words(screen)
    private val verdicts = Verdicts(screen)
    private val avatar = Avatar(screen)
    private val name = text(screen, Type.SUBTITLE)
    private val time = text(screen, Type.LABEL, R.color.ink3).tabular()
    private val why = text(screen, Type.SMALL)
    private val times = text(screen, Type.LABEL, R.color.ink2).tabular()
    private val place = PlaceLine(screen, R.color.ink3)
    private var item: FeedItem.Connection? = null

    init {
        gravity = android.view.Gravity.CENTER_VERTICAL
        minimumHeight = screen.dp(76)
        add(avatar, width = WRAP)
        val column = addRest(column(screen), start = 10)
        val first = column.add(rowOrStack(screen))
        if (screen.stacks) first.add(name) else first.addRest(name, end = 8)
        first.add(time, width = WRAP)
        val second = column.add(FlowLayout(screen))
        second.addView(why)
        times.background = shape(screen, R.color.surface2, 8)
        second.addView(times.pad(6, 2))
        column.add(place)
        setOnClickListener { item?.let(open) }
        setOnLongClickListener {
            item?.let { menu(it.row) }
            true
        }
    }

    fun show(next: FeedItem.Connection, isFirst: Boolean, isLast: Boolean) {
        item = next
        val row = next.row
        val app = row.owner.uid?.let(screen.hushwall.apps::byUid)
        val label = Owners(screen).label(row.owner, app)
        listGround(this, isFirst, isLast)
        pad(16, 9)
        val mark = if (row.blocked) R.drawable.ic_stop else R.drawable.ic_pass
        avatar.show(app, label, mark, if (row.blocked) R.color.brand else R.color.ink2)
        name.text = title(label, verdicts.company(row))
        time.text = words.timeWithSeconds(row.started)
        why.text = reason(row)
        times.text = screen.getString(R.string.times, words.number(next.count.toLong()))
        times.showIf(next.count > 1)
        place.show(row.country, row.host ?: Verdicts.address(row.remote))
        contentDescription = spoken(label, next)
    }

    override fun getAccessibilityClassName(): CharSequence = Button::class.java.name

    private fun reason(row: LogRow): CharSequence {
        val verdict = verdicts.word(row.blocked)
        val colour = screen.getColor(if (row.blocked) R.color.brand else R.color.ink2)
        return emphasized(screen.getString(R.string.two_parts, verdict, verdicts.short(row)), verdict, colour)
    }

    /** "Mi Browser → Xiaomi": the arrow is a drawing that points the way reading goes. */
    private fun title(label: String, company: String?): CharSequence {
        val all = SpannableStringBuilder(words.name(label))
        if (company == null) return all
        val arrow = screen.smallIcon(R.drawable.ic_pass, R.color.ink2, 0)
        val size = Math.round(name.textSize)
        arrow.setBounds(0, 0, size, size)
        arrow.layoutDirection = resources.configuration.layoutDirection
        all.append(" ").append("\uFFFC", MiddleSpan(arrow), Spanned.SPAN_EXCLUSIVE_EXCLUSIVE)
        return all.append(" ").append(words.name(company))
    }

    private fun spoken(label: String, item: FeedItem.Connection): String {
        val row = item.row
        val target = verdicts.company(row) ?: row.host ?: Verdicts.address(row.remote)
        val count = if (item.count > 1) words.plural(R.plurals.n_times, item.count.toLong()) + ", " else ""
        return screen.getString(
            R.string.row_spoken, verdicts.word(row.blocked), label, target, verdicts.short(row), count + words.time(row.started),
        )
    }
}

/** A drawing within a line, at the middle of its capital letters. */
private class MiddleSpan(drawing: Drawable) : ImageSpan(drawing) {
    override fun draw(
        canvas: Canvas,
        text: CharSequence,
        start: Int,
        end: Int,
        x: Float,
        top: Int,
        y: Int,
        bottom: Int,
        paint: Paint,
    ) {
        canvas.save()
        canvas.translate(x, y - paint.textSize * HALF_A_CAPITAL - drawable.bounds.height() / 2f)
        drawable.draw(canvas)
        canvas.restore()
    }

    private companion object {
        const val HALF_A_CAPITAL = 0.355f
    }
}
