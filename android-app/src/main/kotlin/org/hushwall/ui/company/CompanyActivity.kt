// One company: what it is, how much of it was stopped in a week, which apps report to it and what for, where, and one choice about all
// of it.
package org.hushwall.ui.company

import android.content.Context
import android.content.Intent
import android.os.Bundle
import android.view.View
import org.hushwall.Hushwall
import org.hushwall.R
import org.hushwall.log.CompanyReport
import org.hushwall.log.Owner
import org.hushwall.log.Tries
import org.hushwall.ui.app.AppActivity
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.card
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.stacks
import org.hushwall.ui.kit.text
import org.hushwall.ui.report.Share
import org.hushwall.ui.report.SharesCard
import org.hushwall.ui.report.Week
import org.hushwall.ui.report.WeekCard
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.WaitingRows
import org.hushwall.ui.words.Owners
import org.hushwall.ui.words.Purposes
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.locale

internal class CompanyActivity : PageScreen() {
    private val words by lazy { Words(this) }
    private val purposes by lazy { Purposes(this) }
    private val facts by lazy { column(this) }
    private val waiting by lazy { WaitingRows(this) }
    private val choice by lazy { CompanyChoice(this, name) }
    private lateinit var name: String

    /** Titles of cards that the user has unfolded. */
    private val unfolded = HashSet<Int>()

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        name = intent.getStringExtra(NAME) ?: return finish()
        showPage(name, title = "", foot = choice)
        val head = page.add(row(this), bottom = 8)
        head.add(icon(this, R.drawable.ic_firm, size = 28), width = 28, height = 28, start = 4, end = 12)
        Compat.heading(head.addRest(text(this, Type.HEADLINE, text = words.name(name))))
        page.add(waiting)
        page.add(facts)
    }

    override fun onStart() {
        super.onStart()
        if (!::name.isInitialized) return
        whileVisible(hushwall.policy.listen(choice::refresh))
        val now = System.currentTimeMillis()
        val week = Week(locale, now, intent.getIntExtra(BACK, 0))
        val company = name
        val failed = { note(getString(R.string.report_failed)) }
        questions.ask(Work.data, { listOfNotNull(hushwall.log.company(company, week.period)) }, failed) { found ->
            val report = found.firstOrNull()
            if (report == null) note(getString(R.string.company_unknown)) else fill(report, week, now - Hushwall.RETENTION_DAYS * Words.DAY)
        }
    }

    private fun note(sentence: String) {
        waiting.end()
        facts.removeAllViews()
        facts.add(text(this, Type.BODY, R.color.ink2, sentence).pad(4, 0), bottom = 12)
    }

    private fun fill(report: CompanyReport, week: Week, keptSince: Long) {
        note(who(report))
        facts.add(WeekCard(this, report.days, keptSince, 0, week), bottom = 12)
        if (keptSince > week.since) {
            val kept = text(this, Type.SMALL, R.color.ink2, getString(R.string.company_kept, words.dayAndTime(keptSince)))
            facts.add(kept.pad(4, 0), bottom = 12)
        }
        card(R.string.company_apps, report.apps.map(::app), R.string.nobody_this_week)
        if (report.categories.isNotEmpty()) card(R.string.company_purposes, report.categories.map(::purpose), R.string.nobody_this_week)
        if (report.countries.isNotEmpty()) facts.add(places(report.countries), bottom = 12)
        choice.show(report)
        if (stacks && report.hosts.isNotEmpty()) facts.add(choice.note.pad(4, 0))
    }

    /** "A company from China. We know 23 of its services." */
    private fun who(report: CompanyReport): String {
        val services = words.plural(R.plurals.company_services, report.products)
        val seat = words.country(report.seat) ?: return services
        return getString(R.string.two_sentences, getString(R.string.company_seat, seat), services)
    }

    private fun card(title: Int, shares: List<Share>, none: Int) {
        facts.add(SharesCard(this, title, shares, none, title in unfolded) { unfolded += title }, bottom = 12)
    }

    private fun app(tries: Tries<Owner>): Share {
        val app = tries.of.uid?.let(hushwall.apps::byUid)
        val open = tries.of.name?.let { key -> { startActivity(Intent(this, AppActivity::class.java).putExtra(AppActivity.KEY, key)) } }
        return share(words.name(Owners(this).label(tries.of, app)), tries, open)
    }

    private fun purpose(tries: Tries<String>): Share =
        share(words.atStart(purposes.word(tries.of) ?: getString(R.string.other_purpose)), tries, null)

    private fun share(name: String, tries: Tries<*>, open: (() -> Unit)?): Share {
        val all = tries.stopped + tries.letThrough
        val stopped = words.plural(R.plurals.n_stopped, tries.stopped)
        val passed = getString(R.string.n_let_through, words.number(tries.letThrough))
        val line = getString(R.string.two_parts, stopped, passed)
        return Share(name, line, words.number(all), words.plural(R.plurals.n_times, all), all, open)
    }

    private fun places(countries: List<String>): View {
        val card = card(this)
        val heading = text(this, Type.SMALL_MEDIUM, R.color.ink2, getString(R.string.company_places))
        Compat.heading(heading)
        card.add(heading, bottom = 8)
        val names = countries.mapNotNull(words::country)
        card.add(text(this, Type.BODY, text = names.reduceOrNull { all, next -> getString(R.string.comma, all, next) }.orEmpty()))
        return card
    }

    companion object {
        /** Extra: the company's name, as the catalogue has it. */
        const val NAME = "company"

        /** Extra: so many weeks before this one. */
        const val BACK = "back"

        fun intent(context: Context, name: String, weeksBack: Int = 0): Intent =
            Intent(context, CompanyActivity::class.java).putExtra(NAME, name).putExtra(BACK, weeksBack)
    }
}
