package org.hushwall.core

import android.app.Application
import java.io.File
import org.hushwall.AppRunner
import org.hushwall.lists.IgnoredLine
import org.hushwall.lists.ListTrouble
import org.hushwall.lists.TextMark
import org.hushwall.log.About
import org.hushwall.log.Breakage
import org.hushwall.log.Company
import org.hushwall.log.Confidence
import org.hushwall.log.CountryCount
import org.hushwall.log.DayBar
import org.hushwall.log.Decided
import org.hushwall.log.HourBar
import org.hushwall.log.Source
import org.hushwall.log.Tries
import org.hushwall.watch.SaidParameter
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config

/** Reads what the core's tests have written to tests/bridge. */
@RunWith(AppRunner::class)
@Config(application = Application::class)
class GoldenMessagesTest {
    private fun golden(name: String) = JSONObject(File(System.getProperty("hushwall.top"), "tests/bridge/$name.json").readText())

    private val answers = golden("answers")

    @Test
    fun theVersionIsOurs() = assertEquals(Messages.VERSION, golden("version").getInt("messages"))

    @Test
    fun aPageOfTheLog() {
        val page = Messages.page(answers.getJSONObject("connections"))
        val row = page.rows.single()
        assertEquals(77L, page.next)
        assertEquals(17L, page.mark)
        assertEquals("com.example.a,com.example.b", row.owner.name)
        assertEquals(10_124, row.owner.uid)
        assertEquals("cdn.ads.example", row.host)
        assertEquals(Confidence.SEEN, row.confidence)
        assertTrue(row.blocked)
        assertEquals("listed", row.reason.code)
        assertEquals("mine", row.reason.list)
        assertEquals(517L, row.bytesUp)
        assertEquals(3L, row.session)
        assertEquals("SG", row.country)
        assertEquals(About("ads.kit", "Example Ads", "Kit", "advertising", "strict", isOwn = true), row.about)
        assertEquals(true, row.screenOff)
        assertNull(Messages.page(answers.getJSONObject("connections-end")).next)
    }

    @Test
    fun changesTotalsAndExplanations() {
        assertTrue(Messages.changes(answers.getJSONObject("changes")).more)
        val total = Messages.totals(answers.getJSONObject("totals")).single()
        assertEquals("dns", total.owner.name)
        assertEquals(2L, total.blocked)
        assertEquals(mapOf("dns" to 1_767_225_600_000L), Messages.lastActive(answers.getJSONObject("last-active")))
        val explained = Messages.explanation(answers.getJSONObject("explain"))
        assertTrue(explained.blocked)
        assertEquals(listOf(true, false), explained.considered.map { it.decides })
        assertEquals(listOf("rule", "nothing-against"), explained.considered.map { it.reason.code })
    }

    @Test
    fun rulesInTheirOrder() {
        val ranked = Messages.ranked(answers.getJSONObject("rules"))
        val expected = listOf(
            RankedRule(2, holds = false, hits = 0, unused = UnusedRule("off", null)),
            RankedRule(0, holds = true, hits = 12, unused = null),
            RankedRule(1, holds = false, hits = 0, unused = UnusedRule("covered", 0)),
        )
        assertEquals(expected, ranked)
    }

    @Test
    fun whatIsKnownOfAHost() {
        val known = checkNotNull(Messages.known(answers.getJSONObject("about")))
        assertEquals("Example Ads", known.about.organisation)
        assertEquals(listOf("advertising-id", "usage"), known.data)
        assertEquals(Breakage("feature", "Ads stay empty.", "likely"), known.breakage)
        assertEquals(Source("A measurement", "measurement", "2025-12"), known.sources.single())
        assertNull(Messages.known(answers.getJSONObject("about-unknown")))
    }

    @Test
    fun whatFitsThisPhone() {
        val protection = Messages.protections(answers.getJSONObject("advice")).single()
        assertEquals("Example Ads: Kit", protection.title)
        assertEquals(Breakage("feature", "Ads stay empty.", "likely"), protection.known.breakage)
        assertEquals(listOf("com.example.b"), protection.packages)
        assertEquals(listOf(false, true, false), protection.run { listOf(isFromStart, isOn, isRecommended) })
        val list = checkNotNull(protection.list)
        assertEquals("Example Ads: Kit", list.name)
        assertEquals("ads.example", list.json().getJSONArray("hosts").getString(0))
    }

    @Test
    fun listsTheirRowsAndWhoHasAHost() {
        val (mine, trackers) = ListMessages.lists(answers.getJSONObject("lists"))
        assertEquals(listOf(2L, 17L), listOf(mine.places, mine.hits))
        val kept = checkNotNull(mine.kept)
        assertEquals("https://lists.example/mine.txt" to 1_767_225_600_000L, kept.url to kept.fetched)
        assertEquals(TextMark("\"1\"", "Thu, 01 Jan 2026 00:00:00 GMT"), kept.mark)
        assertEquals(ListTrouble("shrunken", rules = 0, before = 2), kept.trouble)
        assertNull(trackers.kept)
        val reading = ListMessages.reading(answers.getJSONObject("list-read"))
        assertEquals(IgnoredLine(3, "no host", "no host name", 1), reading.examples.single())
        assertEquals(listOf("ads.example"), ListMessages.rows(answers.getJSONObject("list-rows")).single().hosts)
        assertEquals("Mine", ListMessages.wellKnown(answers.getJSONObject("known-lists")).single().title)
        val looked = ListMessages.looked(answers.getJSONObject("lookup"))
        assertTrue(looked.blocked)
        assertEquals(listOf(2, null), looked.entries.map { it.line })
        assertEquals("Example Ads", looked.known?.about?.organisation)
    }

    @Test
    fun whatCameOfAListsText() {
        val outcomes = golden("outcomes")
        val added = ListMessages.outcome(outcomes.getJSONObject("add-list"))
        assertEquals(listOf(2L, 1L, 1L), listOf(added.places, added.ignored, added.withoutEffect))
        assertTrue(added.isChanged)
        val refused = ListMessages.outcome(outcomes.getJSONObject("update-list"))
        assertEquals(ListTrouble("shrunken", rules = 1200, before = 84_000), refused.trouble)
        assertFalse(refused.isChanged)
    }

    @Test
    fun whatAWatchedAppTold() {
        val seen = Messages.seen(golden("outcomes").getJSONObject("end-audit").getJSONObject("audit"))
        assertEquals(300_000L, seen.ended - seen.begun)
        assertEquals(listOf(1L, 1L, 1L, 1L), listOf(seen.companies, seen.needless, seen.tries, seen.stopped))
        val contact = seen.contacts.single()
        assertEquals("advertising", contact.about?.category)
        assertEquals(listOf("advertising-id", "usage"), contact.data)
        val said = contact.said.single()
        assertEquals(listOf("GET", "cdn.ads.example", "/v1/track", "stopped"), said.run { listOf(method, host, path, outcome) })
        assertEquals(SaidParameter("id", listOf("1234")), said.parameters.first())
        val soFar = Messages.seen(answers.getJSONObject("audit").getJSONObject("audit"))
        assertTrue(soFar.contacts.single().said.single().parameters.all { it.values.isEmpty() })
    }

    @Test
    fun whomAnAppTalkedTo() {
        val contact = Messages.contacts(answers.getJSONObject("report")).single()
        assertEquals("advertising", contact.about?.category)
        assertEquals(listOf(1L, 1L, 517L), listOf(contact.connections, contact.blocked, contact.bytes))
        assertEquals(listOf("cdn.ads.example"), contact.hosts)
        assertEquals("SG" to "Example Networks", contact.country to contact.network)
    }

    @Test
    fun aReportWithItsDaysCompaniesCountriesAndReasons() {
        val report = Messages.report(answers.getJSONObject("report"))
        assertEquals(1_767_225_600_000L, report.knownSince)
        assertEquals(DayBar(1_767_218_400_000L, HourBar(1, 0)), report.days.single())
        assertEquals(listOf(0L, 1L, 1L), listOf(report.stoppedBefore, report.stopped, report.screenOffAtNight))
        assertEquals(Company("Example Ads", isKnown = true, stopped = 1, countries = listOf("SG")), report.companies.single())
        assertEquals(CountryCount("SG", 1), report.countries.single())
        assertEquals(Decided("listed", blocked = true, count = 1), report.decided.single())
    }

    @Test
    fun whatAppsToldACompany() {
        val company = checkNotNull(Messages.company(answers.getJSONObject("company")))
        assertEquals(listOf("SG", 1L, false), listOf(company.seat, company.products, company.hasNeeded))
        assertEquals(listOf("ads.example"), company.hosts)
        assertEquals(DayBar(1_767_225_600_000L, HourBar(1, 0)), company.days.single())
        assertEquals("com.example.a,com.example.b", company.apps.single().of.name)
        assertEquals(Tries("advertising", 1, 0), company.categories.single())
        assertEquals(listOf("SG"), company.countries)
        assertNull(Messages.company(answers.getJSONObject("company-unknown")))
    }

    @Test
    fun theStatusOfAnEngineThatLostItsTun() {
        val status = Messages.status(answers.getJSONObject("status"))
        assertTrue(status.running)
        assertTrue(status.fault.orEmpty().isNotEmpty())
    }

    @Test
    fun events() {
        val events = Messages.events(golden("events"))
        val connection = (events.first() as CoreEvent.Connection).row
        assertEquals("unknown", connection.owner.kind)
        assertNull(connection.owner.uid)
        assertTrue(connection.isQuestion)
        assertEquals(2, events.count { it is CoreEvent.Fault })
        val logs = events.filterIsInstance<CoreEvent.Log>()
        assertEquals(listOf("failed", "recovered", "set-aside", "lost"), logs.map { it.kind }.distinct())
        assertEquals(CoreException.STORAGE_FULL, logs.first().code)
        assertFalse(events.size < 7)
    }
}
