package org.hushwall.core

import java.io.File
import java.io.RandomAccessFile
import java.util.Locale
import org.hushwall.AppRunner
import org.hushwall.Phone
import org.hushwall.lists.ListEntry
import org.hushwall.lists.ListText
import org.hushwall.lists.ListTrouble
import org.hushwall.lists.NewList
import org.hushwall.lists.TextMark
import org.hushwall.log.Confidence
import org.hushwall.log.Hidden
import org.hushwall.log.LogFilter
import org.hushwall.log.LogTrouble
import org.hushwall.log.ReportFormat
import org.hushwall.policy.AppMode
import org.hushwall.policy.BuiltIn
import org.hushwall.policy.CoreAdvice
import org.hushwall.policy.FilePolicy
import org.hushwall.policy.NetworkUse
import org.hushwall.policy.Never
import org.hushwall.policy.Pause
import org.hushwall.policy.ProtectionLevel
import org.hushwall.policy.RuleNetwork
import org.hushwall.policy.RuleSource
import org.hushwall.policy.RuleTime
import org.hushwall.policy.UserRule
import org.hushwall.ui.FakeApps
import org.hushwall.ui.Seed
import org.hushwall.ui.report.Week
import org.json.JSONArray
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config

/** The real core over its messages, without a tunnel. */
@RunWith(AppRunner::class)
@Config(sdk = [26, 34])
class CoreTest {
    @get:Rule val phone = Phone()
    private val core get() = phone.app.core

    @Test
    fun theLibraryIsOfThisVersion() = assertNull(core.trouble)

    @Test
    fun theCoreTakesEveryDocumentThatChoicesCanMake() {
        val policy = phone.app.policy as FilePolicy
        policy.setMode("a.b", AppMode.ALLOW)
        policy.setMode("c.d,e.f", AppMode.BLOCK)
        policy.setMode("g.h", AppMode.OUTSIDE)
        policy.setNetworks("a.b", NetworkUse(wifi = false, mobile = false, onlyScreenOn = true))
        policy.setNetworks("c.d,e.f", NetworkUse(wifi = false))
        policy.hostRule(null, "one.example", allow = false, until = null)
        policy.hostRule("c.d,e.f", "one.example", allow = true, until = phone.now() + 60_000)
        policy.hostRule("c.d", "one.example", allow = false, until = null)
        policy.pauseApp("c.d,e.f", phone.now() + 60_000)
        policy.setBuiltIn(BuiltIn(ProtectionLevel.STRICT, makers = false, kits = false, pages = false))
        for (network in listOf(null, RuleNetwork.WIFI, RuleNetwork.MOBILE)) {
            val time = RuleTime(network, roaming = true, screenOff = true, RuleTime.Hours(22 * 60, 6 * 60))
            policy.putRule(UserRule("night $network", "a.b", allow = true, host = "two.example", time = time))
            // What the switches of the app say too.
            policy.putRule(UserRule("same $network", "c.d,e.f", allow = true, time = RuleTime(network)))
        }
        for (pause in listOf(null, Pause(null), Pause(phone.now() + 60_000))) {
            assertTrue(core.query("policy-check", "document" to policy.document(pause)).getBoolean("ok"))
        }
    }

    @Test
    fun adviceForAnInstalledAppIsFollowedKeptAndUndone() {
        val policy = phone.app.policy as FilePolicy
        val apps = FakeApps().apply { list = listOf(Seed.analytics, Seed.analytics.copy(packages = listOf("com.android.contacts"))) }
        val advice = CoreAdvice(core, policy, apps)
        fun on() = advice.protections().filter { it.isOn }.map { it.title }
        val before = on()
        val news = advice.toFollow()
        assertTrue(news.isNotEmpty() && before.isNotEmpty())
        policy.switchOn(news)
        assertEquals(before.toSet() + news.map { it.name }, on().toSet())
        assertEquals(0, advice.toFollow().size)
        policy.switchOff(advice.toUndo())
        assertEquals(before, on())
        assertEquals(0, policy.advised.size)
    }

    @Test
    fun itRanksRulesAndSaysWhichNeverSpeaksAndWhoDecides() {
        val policy = phone.app.policy as FilePolicy
        val judge = phone.app.judge
        fun put(rule: UserRule) = rule.also(policy::putRule)
        val all = put(UserRule("all", null, allow = false))
        val night = RuleTime(hours = RuleTime.Hours(0, 1))
        val stop = put(UserRule("stop", "a.b,c.d", allow = false, host = "one.example", time = RuleTime(RuleNetwork.WIFI)))
        val pass = put(UserRule("pass", null, allow = true, host = "one.example", time = night, isOn = false))
        policy.setNetworks("a.b,c.d", NetworkUse(mobile = false))
        val ranked = judge.rank(policy.choices())
        val ofApp = RuleSource.OfApp("a.b,c.d", RuleSource.Kind.NO_MOBILE)
        val order = listOf(RuleSource.Own(stop), ofApp, RuleSource.Own(pass), RuleSource.Own(all))
        assertEquals(order, ranked.map { it.source })
        assertEquals(listOf(null, null, null, null), ranked.map { it.never })
        assertEquals("there is no log yet", emptyList<Long>(), ranked.mapNotNull { it.hits })
        policy.setMode("e.f", AppMode.BLOCK)
        val never = UserRule("never", "e.f", allow = true)
        assertEquals(Never.AppBlocked, judge.rank(policy.choices(with = never)).single { it.source == RuleSource.Own(never) }.never)
        val trial = judge.explain(policy.choices(), 10_200, "a.b,c.d", "two.example")
        assertTrue(trial.explanation.blocked)
        assertEquals(RuleSource.Own(all), trial.rule(trial.explanation.reason))
        judge.check(policy.choices())
        assertThrows(CoreException::class.java) { judge.check(policy.choices(with = UserRule("bad", null, false, country = "China"))) }
    }

    @Test
    fun aDocumentThatItRefusesIsToldWithTheCode() {
        val refused = assertThrows(CoreException::class.java) {
            core.query("policy-check", "document" to jsonOf("version" to 1, "nonsense" to true))
        }
        assertEquals("policy", refused.code)
    }

    @Test
    fun anEmptyLogHasEmptyPages() {
        val log = phone.app.log
        assertEquals(0, log.page(LogFilter(app = "a.b,c.d", blocked = true, text = "x")).rows.size)
        val narrow = LogFilter(
            company = "Xiaomi", category = "analytics", country = "SG", network = "wifi", screenOff = true, confidence = Confidence.GUESSED,
        )
        assertEquals(0, log.page(narrow).rows.size)
        assertEquals(0, log.changes(0).rows.size)
        assertEquals(0, log.changes(0, narrow).rows.size)
        assertEquals(0L, log.today().stopped)
        assertEquals(24, log.today().hours.size)
        log.clear()
        assertNull(log.trouble)
    }

    @Test
    fun aWeekWithNothingIsReportedWithItsDaysAndSavedInEveryFormat() {
        val week = Week(Locale.UK, phone.now(), 0)
        val report = phone.app.log.report(week.period)
        assertEquals(Week.DAYS, report.days.size)
        assertEquals(week.since, report.days.first().since)
        assertNull(report.knownSince)
        assertEquals(0, phone.app.log.lastActive().size)
        val company = checkNotNull(phone.app.log.company("Xiaomi", week.period))
        assertTrue(company.hosts.isNotEmpty() && company.days.size == Week.DAYS)
        assertNull(phone.app.log.company("Nobody", week.period))
        for ((format, begin) in mapOf(ReportFormat.PAGE to "<!DOCTYPE html>", ReportFormat.TABLE to "who,", ReportFormat.DATA to "{")) {
            val file = File(phone.app.cacheDir, "report")
            phone.app.log.exportReport(week.period, format, Hidden(apps = true), file)
            assertTrue(file.readText().startsWith(begin))
        }
        assertNull(phone.app.log.trouble)
    }

    @Test
    fun itTellsWhoseAHostIs() {
        val log = phone.app.log
        val row = Seed.row(1, Seed.shop, "a.tracking.intl.miui.com", 0, blocked = true, reason = Seed.nothing)
        assertEquals("Xiaomi", log.known(row)?.about?.organisation)
        assertNull(log.known(row.copy(host = "shop.example")))
        assertEquals("Alibaba", log.known(row.copy(host = null, remote = "203.107.1.65:80"))?.about?.organisation)
        assertEquals(0, log.contacts("a.b,c.d", phone.now() - 86_400_000, phone.now()).size)
        assertNull(log.trouble)
    }

    @Test
    fun whatCountsOfTheBuiltInListsIsInForceAndToldBeforeTheFilterRuns() {
        val (policy, lists) = phone.app.policy to phone.app.lists
        val host = "tracking.intl.miui.com"
        val looked = lists.lookup("x.$host")
        assertTrue(looked.blocked)
        assertEquals(BuiltIn.XIAOMI, looked.reason.list)
        assertEquals(listOf(ListEntry(BuiltIn.XIAOMI, host, "block", isOn = true, line = null)), looked.entries)
        assertEquals("Xiaomi", looked.known?.about?.organisation)
        policy.setBuiltIn(BuiltIn(xiaomi = ProtectionLevel.OFF))
        assertEquals(false to false, lists.lookup(host).run { blocked to entries.single().isOn })
        val strict = lists.rows(BuiltIn.XIAOMI_STRICT).first { it.hosts.isNotEmpty() }.hosts.first()
        assertFalse(lists.lookup(strict).blocked)
        policy.setBuiltIn(BuiltIn(xiaomi = ProtectionLevel.STRICT))
        assertEquals(BuiltIn.XIAOMI_STRICT, lists.lookup(strict).reason.list)
        val all = lists.all(0).associateBy { it.name }
        assertTrue(all.getValue(BuiltIn.NEVER).places > 20)
        assertEquals(0L, all.getValue(BuiltIn.KITS).hits)
    }

    @Test
    fun aListOfTheUsersCountsAtOnceAndAfterARestartAndSaysWhatItDoesNotTake() {
        val lists = phone.app.lists
        val file = File(phone.app.cacheDir, "list").apply { writeText("0.0.0.0 ads.example\n0.0.0.0 b.example\n0.0.0.0 c.example\n!\n") }
        val added = lists.add(NewList("mine", "https://lists.example/a.txt", "MIT"), ListText(file, TextMark("\"1\"")))
        assertEquals(3L, added.places)
        assertNull(added.trouble)
        core.close()
        assertTrue(lists.lookup("ads.example").blocked)
        val kept = checkNotNull(lists.all(0).single { it.name == "mine" }.kept)
        assertEquals("MIT" to "\"1\"", kept.licence to kept.mark.etag)
        val twice = assertThrows(CoreException::class.java) { lists.add(NewList("mine", null), ListText(file)) }
        assertEquals(CoreException.LIST_NAME, twice.code)
        file.writeText("0.0.0.0 ads.example\n")
        assertEquals(ListTrouble("shrunken", rules = 1, before = 3), lists.update("mine", ListText(file)).trouble)
        assertTrue(lists.update("mine", ListText(file), acceptShrunken = true).isChanged)
        assertFalse(lists.lookup("c.example").blocked)
        lists.undo("mine")
        assertTrue(lists.lookup("c.example").blocked)
        assertEquals("not-fetched", lists.noteUpdate("mine", "no network").trouble?.kind)
        assertNull(lists.noteUpdate("mine", null).trouble)
        assertFalse(lists.lookup("x.ads.example").blocked)
        lists.setIncludesSubdomains("mine", true)
        assertTrue(lists.lookup("x.ads.example").blocked)
        assertEquals(0L, lists.reading("mine").withoutEffect)
        lists.setOn("mine", false)
        assertFalse(lists.lookup("ads.example").blocked)
        lists.remove("mine")
        assertTrue(lists.all(0).none { it.name == "mine" })
        assertTrue(lists.wellKnown().size > 10)
    }

    @Test
    fun aLogOfANewerVersionIsTrouble() {
        phone.turnOn()
        phone.app.protection.turnOff()
        phone.await("the core's end") { phone.beside { !core.status().running } }
        val file = phone.app.logFile()
        // SQLite keeps the version of the schema at this place of its header (user_version).
        RandomAccessFile(file, "rw").use {
            it.seek(60)
            it.writeInt(9_999)
        }
        assertThrows(CoreException::class.java) { phone.app.log.page(LogFilter()) }
        assertEquals(LogTrouble.NEWER_VERSION, phone.app.log.trouble)
        assertTrue(phone.app.log.startAfresh())
        assertEquals(0, phone.app.log.page(LogFilter()).rows.size)
        assertNull(phone.app.log.trouble)
        assertTrue(aside().isNotEmpty())
        phone.app.log.clear()
        assertEquals(emptyList<String>(), aside())
    }

    private fun aside() = phone.app.logFile().parentFile?.list().orEmpty().filter { ".newer-" in it }

    @Test
    fun aPauseOfOneAppLetsPassWhatItsModeAndListsStopButNotTheUsersOwnRule() {
        val policy = phone.app.policy as FilePolicy
        fun verdict(host: String): String {
            val apps = JSONArray(listOf(jsonOf("uid" to 10_200, "name" to "a.b")))
            core.setPolicy(jsonOf("document" to policy.document(null), "apps" to apps))
            return phone.app.log.explain(10_200, host, null, 443).run { if (blocked) "stopped" else "passes" }
        }
        policy.setMode("a.b", AppMode.BLOCK)
        policy.hostRule("a.b", "mine.example", allow = false, until = null)
        assertEquals("stopped", verdict("other.example"))
        policy.pauseApp("a.b", phone.now() + 60_000)
        assertEquals("passes", verdict("other.example"))
        assertEquals("stopped", verdict("mine.example"))
    }

    @Test
    fun aClosedCoreTellsItToWhoWaitsForEvents() {
        core.query("lists")
        core.close()
        assertEquals(CoreException.CLOSED, assertThrows(CoreException::class.java) { core.nextEvents(10_000) }.code)
    }
}
