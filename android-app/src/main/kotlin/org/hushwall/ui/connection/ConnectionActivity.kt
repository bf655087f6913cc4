// Why: what happened to one connection, how we know whom it was for, what decided, and what can be changed about it.
package org.hushwall.ui.connection

import android.os.Bundle
import android.text.TextUtils
import android.view.View
import android.widget.FrameLayout
import android.widget.LinearLayout
import android.widget.ScrollView
import org.hushwall.R
import org.hushwall.log.Known
import org.hushwall.log.LogRow
import org.hushwall.ui.company.CompanyActivity
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Screen
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addHairline
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.sideMargin
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Banner
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.TopBar
import org.hushwall.ui.widget.UndoBar
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.words.Owners
import org.hushwall.ui.words.Purposes
import org.hushwall.ui.words.Verdicts
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.tryHostRule

internal class ConnectionActivity : Screen() {
    private val words by lazy { Words(this) }
    private val verdicts by lazy { Verdicts(this) }
    private lateinit var connection: LogRow
    private lateinit var facts: ConnectionFacts
    private lateinit var why: FrameLayout
    private lateinit var undo: UndoBar

    /** What stopping this place breaks: title and sentence, once the catalogue has told. */
    private var breaks: Pair<String, String?>? = null

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        connection = RowBundle.row(intent.extras) ?: return finish()
        undo = UndoBar(this)
        facts = ConnectionFacts(this, connection, RowBundle.count(intent.extras))
        why = FrameLayout(this)
        why.addView(facts.why(null))
        show(frame(), verdicts.word(connection.blocked))
        questions.ask({ listOfNotNull(hushwall.log.known(connection)) }) { it.firstOrNull()?.let(::explain) }
    }

    private fun explain(known: Known) {
        why.removeAllViews()
        why.addView(facts.why(known))
        breaks = Purposes(this).run { breaksTitle(known.breakage) to (known.breakage.text ?: severity(known.breakage)) }
    }

    private fun frame(): View {
        val page = column(this).pad(sideMargin(), 0, sideMargin(), 24)
        page.add(headline(), bottom = 12)
        if (verdicts.isNeeded(connection)) page.add(note(R.string.phone_needs_this), bottom = 12)
        page.add(why, bottom = 12)
        page.add(facts.who { startActivity(CompanyActivity.intent(this, it)) }, bottom = 12)
        if (verdicts.evidence(connection).level == 1) page.add(note(R.string.others_share), bottom = 12)
        page.add(TechnicalCard(this, connection))
        val scroll = ScrollView(this)
        scroll.addView(page)
        val column = column(this)
        val bar = TopBar(this, "", ::finish)
        if (verdicts.isNeeded(connection) && canDecide) bar.action(R.drawable.ic_more, R.string.more, ::stopAnyway)
        column.add(bar)
        val body = FrameLayout(this)
        body.addView(scroll)
        body.addView(undo, UndoBar.place(this))
        column.add(body, height = 0, weight = 1f)
        actions()?.let {
            column.addHairline()
            column.add(it)
        }
        return column
    }

    private fun headline(): View {
        val blocked = connection.blocked
        val colour = if (blocked) R.color.brand else R.color.ink2
        val page = column(this).pad(4, 0)
        val line = page.add(row(this))
        line.add(icon(this, if (blocked) R.drawable.ic_stop else R.drawable.ic_pass, colour, 28), width = 28, height = 28, end = 10)
        val title = line.add(text(this, Type.HEADLINE, colour, verdicts.word(blocked)), width = WRAP)
        Compat.heading(title)
        val app = connection.owner.uid?.let(hushwall.apps::byUid)
        val sentence = verdicts.sentence(connection, Owners(this).label(connection.owner, app))
        val all = if (blocked) TextUtils.concat(sentence, " ", verdicts.whatLeft(connection)) else sentence
        page.add(text(this, Type.BODY, text = all), top = 8)
        return page
    }

    private fun note(words: Int): View = Banner(this, getString(words), null, R.drawable.ic_info, R.color.surface2)

    /** A place without a name cannot be a rule. */
    private val canDecide get() = connection.host != null && connection.owner.name != null

    /** What the phone needs is stopped by nobody's slip: behind the overflow, after what breaks. */
    private fun stopAnyway() {
        val host = connection.host ?: return
        val key = connection.owner.name ?: return
        val sheet = Sheet(this, getString(R.string.phone_needs_this))
        breaks?.let { (title, text) -> sheet.note(listOfNotNull(title, text).joinToString("\n")) }
        sheet.choice(R.drawable.ic_stop, getString(R.string.stop_anyway), null) { decide(key, host, allow = false, until = null) }
        sheet.show()
    }

    /** Two equal buttons; we do not push. */
    private fun actions(): View? {
        if (verdicts.isNeeded(connection)) return null
        val host = connection.host ?: return null
        val key = connection.owner.name ?: return null
        val bar = rowOrStack(this).pad(sideMargin(), 12)
        bar.setBackgroundColor(getColor(R.color.surface))
        val allow = connection.blocked
        val short = if (allow) R.string.allow_ten_minutes else R.string.stop_one_hour
        val length = if (allow) 10 * Words.MINUTE else Words.HOUR
        bar.addButton(short) { decide(key, host, allow, System.currentTimeMillis() + length) }
        bar.addButton(if (allow) R.string.always_allow else R.string.always_stop) { decide(key, host, allow, null) }
        return bar
    }

    private fun LinearLayout.addButton(words: Int, act: () -> Unit) {
        val button = WordButton(context, Weight.OUTLINED, getString(words), onClick = act)
        if (context.stacks) add(button, bottom = 8) else add(button, width = 0, weight = 1f, start = 4, end = 4)
    }

    private fun decide(key: String, host: String, allow: Boolean, until: Long?) {
        val change = hushwall.policy.tryHostRule(key, host, allow, until) ?: return
        val place = words.isolate(host)
        val said = when {
            until == null -> getString(if (allow) R.string.now_let_through else R.string.now_stopped, place)
            allow -> getString(R.string.let_through_until, place, words.time(until))
            else -> getString(R.string.stopped_until, place, words.time(until))
        }
        undo.show(said, change)
    }
}
