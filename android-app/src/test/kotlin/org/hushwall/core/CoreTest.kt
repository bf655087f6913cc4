package org.hushwall.core

import java.io.File
import java.io.RandomAccessFile
import java.util.Locale
import org.hushwall.AppRunner
import org.hushwall.Phone
import org.hushwall.log.Confidence
import org.hushwall.log.Hidden
import org.hushwall.log.LogFilter
import org.hushwall.log.LogTrouble
import org.hushwall.log.ReportFormat
import org.hushwall.policy.AppMode
import org.hushwall.policy.FilePolicy
import org.hushwall.policy.NetworkUse
import org.hushwall.policy.Pause
import org.hushwall.ui.Seed
import org.hushwall.ui.report.Week
import org.json.JSONArray
import org.junit.Assert.assertEquals
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
        for (pause in listOf(null, Pause(null), Pause(phone.now() + 60_000))) {
            assertTrue(core.query("policy-check", "document" to policy.document(pause)).getBoolean("ok"))
        }
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
