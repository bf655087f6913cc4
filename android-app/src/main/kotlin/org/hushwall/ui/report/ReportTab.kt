// The week on one page: how much was stopped, who wanted to know, where it would have gone, and what got through.
package org.hushwall.ui.report

import android.content.Intent
import android.view.View
import android.widget.ImageButton
import android.widget.LinearLayout
import android.widget.ScrollView
import org.hushwall.R
import org.hushwall.log.Reason
import org.hushwall.ui.app.AppActivity
import org.hushwall.ui.company.CompanyActivity
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.listMargin
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.text
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.main.Tab
import org.hushwall.ui.settings.SettingsActivity
import org.hushwall.ui.weekly.WeeklyRow
import org.hushwall.ui.widget.TopBar
import org.hushwall.ui.widget.WaitingRows
import org.hushwall.ui.widget.iconButton
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.locale
import org.hushwall.ui.words.shortOf

internal class ReportTab(private val screen: MainActivity) : Tab {
    private val words = Words(screen)
    private val data = ReportData(screen.hushwall)
    private val share = ReportShare(screen) { week }
    private val scroll = ScrollView(screen)
    private val title = text(screen, Type.SUBTITLE)
    private val earlier = iconButton(screen, R.drawable.ic_left, R.string.week_before) { go(week.back + 1) }
    private val later = iconButton(screen, R.drawable.ic_right, R.string.week_after) { go(week.back - 1) }
    private val cards = column(screen)
    private val waiting = WaitingRows(screen)
    private val weekly = WeeklyRow(screen)
    private var week = weekOf(0)
    private var loadedAt = 0L
    private var tickedAt = 0L
    private var isAsking = false

    /** Titles of cards that the user has unfolded: new numbers do not fold them again. */
    private val unfolded = HashSet<Int>()

    override val view: View = column(screen)

    init {
        val bar = TopBar(screen, screen.getString(R.string.report))
        bar.action(R.drawable.ic_share, R.string.share) { share.choose() }
        bar.action(R.drawable.ic_tune, R.string.settings) {
            screen.startActivity(Intent(screen, SettingsActivity::class.java))
        }
        val page = column(screen).pad(screen.listMargin, 0, screen.listMargin, 16)
        page.add(weekSwitch(), bottom = 12)
        page.add(waiting)
        page.add(cards)
        page.add(weekly)
        scroll.addView(page)
        (view as LinearLayout).add(bar)
        view.add(scroll, height = 0, weight = 1f)
    }

    override fun onVisible() {
        weekly.refresh()
        loadedAt = 0
    }

    override fun onTick(now: Long) {
        val isEntered = now - tickedAt > ENTERED_MILLIS
        tickedAt = now
        if (!isEntered && now - loadedAt < REFRESH_MILLIS) return
        loadedAt = now
        week = weekOf(week.back)
        showTitle()
        ask(now)
    }

    /** One report is under way at a time. */
    private fun ask(now: Long) {
        if (isAsking) return
        isAsking = true
        val asked = week
        fun answered(show: () -> Unit) {
            isAsking = false
            // Who has gone on to another week meanwhile waits for that one.
            if (asked.back == week.back) show() else ask(now)
        }
        screen.questions.ask(Work.reports, { data.load(asked, now) }, { answered(::failed) }) { facts -> answered { fill(facts, now) } }
    }

    override fun scrollToTop() = scroll.smoothScrollTo(0, 0)

    /** The user has chosen where to save, or not; false where that was another question. */
    fun onSaved(request: Int, data: Intent?): Boolean = share.answered(request, data, ::weekOf)

    private fun go(back: Int) {
        week = weekOf(back)
        unfolded.clear()
        loadedAt = 0
        onTick(System.currentTimeMillis())
    }

    private fun weekOf(back: Int) = Week(screen.locale, System.currentTimeMillis(), back)

    private fun weekSwitch(): View {
        val line = row(screen)
        line.add(earlier, width = WRAP)
        title.textAlignment = View.TEXT_ALIGNMENT_CENTER
        title.accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE
        Compat.heading(title)
        line.addRest(title)
        line.add(later, width = WRAP)
        allow(earlier, false)
        allow(later, false)
        return line
    }

    private fun showTitle() {
        title.text = words.days(week.since, week.lastDay)
        allow(later, !week.isRunning)
    }

    private fun allow(button: ImageButton, isThere: Boolean) {
        button.isEnabled = isThere
        button.alpha = if (isThere) 1f else DISABLED
    }

    private fun failed() {
        waiting.end()
        cards.removeAllViews()
        note(screen.getString(R.string.report_failed))
    }

    private fun fill(facts: WeekFacts, now: Long) {
        waiting.end()
        allow(earlier, facts.hasEarlier)
        cards.removeAllViews()
        if (facts.isFirst) note(screen.getString(R.string.first_report, words.wholeWeekday(facts.week.lastDay)))
        cards.add(WeekCard(screen, facts.report.days, facts.report.knownSince, facts.report.stoppedBefore, facts.week), bottom = 12)
        if (!facts.isWhole) note(screen.getString(R.string.report_kept, words.dayAndTime(facts.keptSince)))
        if (facts.isPartly) card(R.string.who_wanted_to_know, companies(facts), R.string.nobody_this_week)
        val tries = facts.report.screenOffAtNight.takeIf { facts.isPartly }
        cards.add(Tiles(screen).of(tries, facts.protectedShare, facts.gaps, now), bottom = 12)
        if (!facts.isPartly) return
        card(R.string.where_it_would_have_gone, countries(facts), R.string.nobody_this_week)
        card(R.string.what_got_through, passed(facts), R.string.nothing_got_through)
        if (facts.hasEarlier) card(R.string.new_this_week, newApps(facts), R.string.no_new_apps)
    }

    private fun note(sentence: String) {
        cards.add(text(screen, Type.BODY, R.color.ink2, sentence).pad(4, 0), bottom = 12)
    }

    private fun card(title: Int, shares: List<Share>, none: Int) {
        cards.add(SharesCard(screen, title, shares, none, title in unfolded) { unfolded += title }, bottom = 12)
    }

    private fun companies(facts: WeekFacts): List<Share> =
        facts.report.companies.filter { it.stopped > 0 }.map { company ->
            val name = if (company.isKnown) words.name(company.name) else words.isolate(company.name)
            val places = company.countries.mapNotNull(words::country).take(PLACES)
            val open = { screen.startActivity(CompanyActivity.intent(screen, company.name, facts.week.back)) }.takeIf { company.isKnown }
            stopped(name, places.reduceOrNull { all, next -> screen.getString(R.string.comma, all, next) }, company.stopped, open)
        }

    private fun newApps(facts: WeekFacts): List<Share> =
        facts.report.newApps.map { new ->
            val app = screen.hushwall.apps.byKey(new.key)
            val open = { screen.startActivity(Intent(screen, AppActivity::class.java).putExtra(AppActivity.KEY, new.key)) }
            val name = words.name(app?.label ?: new.key.substringBefore(','))
            Share(name, null, words.number(new.tries), words.plural(R.plurals.n_times, new.tries), new.tries, open)
        }

    private fun countries(facts: WeekFacts): List<Share> {
        val known = facts.report.countries.map { stopped(words.country(it.code) ?: it.code, null, it.count) }
        val unknown = facts.report.stopped - facts.report.countries.sumOf { it.count }
        if (unknown <= 0) return known
        return known + stopped(screen.getString(R.string.place_unknown), screen.getString(R.string.place_unknown_line), unknown)
    }

    private fun stopped(name: String, line: String?, count: Long, open: (() -> Unit)? = null) =
        Share(name, line, words.number(count), words.plural(R.plurals.n_stopped, count), count, open)

    /** Reasons that read the same are one. */
    private fun passed(facts: WeekFacts): List<Share> {
        val decided = facts.report.decided.filter { !it.blocked }
        val all = decided.sumOf { it.count }
        return decided.groupBy { PASSED[it.code] ?: shortOf(Reason(it.code, ""), blocked = false) }
            .mapValues { (_, alike) -> alike.sumOf { it.count } }
            .entries.sortedByDescending { it.value }
            .map { (word, count) ->
                val share = words.share(count / all.toDouble())
                Share(words.atStart(screen.getString(word)), null, share, share, count)
            }
    }

    private companion object {
        const val REFRESH_MILLIS = 60_000L

        /** Longer without a tick: the user was elsewhere, where numbers went on. */
        const val ENTERED_MILLIS = 2_000L
        const val DISABLED = 0.38f

        /** Reasons that read otherwise where they stand alone. */
        val PASSED = mapOf("protected" to R.string.passed_needed, "app-allowed" to R.string.passed_app_allowed)

        /** So many countries of a company fit in a line. */
        const val PLACES = 3
    }
}
