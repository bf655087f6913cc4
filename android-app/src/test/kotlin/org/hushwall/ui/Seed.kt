// One Sunday afternoon on a Redmi: numbers that agree with each other on every screen, so that a difference is a fault.
package org.hushwall.ui

import android.content.Context
import android.os.SystemClock
import android.provider.Settings
import java.util.TimeZone
import org.hushwall.apps.AppInfo
import org.hushwall.log.About
import org.hushwall.log.AppTotal
import org.hushwall.log.Breakage
import org.hushwall.log.Confidence
import org.hushwall.log.DayTotals
import org.hushwall.log.HourBar
import org.hushwall.log.HourTotal
import org.hushwall.log.Known
import org.hushwall.log.LogRow
import org.hushwall.log.Owner
import org.hushwall.log.Reason
import org.hushwall.log.Source
import org.hushwall.policy.AppMode
import org.hushwall.ui.setup.SetupMemory
import org.hushwall.vpn.Gap
import org.hushwall.vpn.GapCause
import org.hushwall.vpn.ProtectionState
import org.hushwall.vpn.ProtectionStatus

/** Robolectric's clock rules in these packages too, so that a test can stand it still. For Config.instrumentedPackages. */
const val CLOCKED = "org.hushwall.ui"

object Seed {
    /** 14:32:19 on Sunday 22 November 2026, UTC. */
    const val NOW = 1_795_357_939_000L
    const val MIDNIGHT = NOW - (14 * 60 + 32) * 60_000L - 19_000L
    const val HOUR = 3_600_000L

    private val STOPPED = longArrayOf(38, 52, 96, 141, 118, 74, 61, 88, 72, 64, 71, 93, 85, 79, 52)
    private val PASSED = longArrayOf(22, 18, 14, 12, 16, 28, 96, 148, 132, 121, 118, 154, 171, 162, 88)
    private val BROWSER_STOPPED = longArrayOf(12, 18, 34, 52, 41, 22, 16, 28, 30, 22, 24, 40, 36, 25, 12)
    private val BROWSER_PASSED = longArrayOf(1, 0, 0, 0, 1, 0, 3, 5, 4, 2, 3, 6, 7, 5, 1)

    val msa = app(10_001, "MSA", "com.miui.msa.global", system = true)
    val bank = app(10_002, "My Bank", "org.example.bank")
    val browser = app(10_003, "Mi Browser", "com.mi.globalbrowser", system = true)
    val analytics = app(10_004, "Analytics", "com.miui.analytics", system = true)
    val getApps = app(10_005, "GetApps", "com.xiaomi.mipicks", system = true)
    val weather = app(10_006, "Weather", "com.miui.weather2", system = true)
    val themes = app(10_007, "Themes", "com.android.thememanager", system = true)
    val whatsApp = app(10_008, "WhatsApp", "com.whatsapp")
    val shop = app(10_009, "Shop", "org.example.shop")
    val findDevice = app(10_010, "Find Device", "com.xiaomi.finddevice", system = true)
    val system = AppInfo(
        1000, (1..12).joinToString(",") { "android.part%02d".format(it) }, "Android system",
        (1..12).map { "android.part%02d".format(it) }, isSystem = true, usesInternet = true, installedAt = 0,
    )

    /** Fills every part of [fake] and sets the clock. */
    fun afternoon(fake: FakeHushwall) {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"))
        SystemClock.setCurrentTimeMillis(NOW)
        Settings.System.putString(fake.contentResolver, Settings.System.TIME_12_24, "24")
        SetupMemory(fake).isFirstRunDone = true
        fake.apps.list = apps()
        fake.policy.modes[msa.key] = AppMode.BLOCK
        fake.policy.modes[bank.key] = AppMode.OUTSIDE
        fake.protection.status = ProtectionStatus(ProtectionState.ON, testedAt = NOW - 12_000)
        fake.log.day = day()
        fake.log.hours = browserHours()
        fake.log.rows = rows()
        fake.log.active = rows().mapNotNull { row -> row.owner.name?.let { it to row.started } }.groupBy({ it.first }, { it.second })
            .mapValues { (_, times) -> times.max() }
        fake.gaps.list = gaps()
        fake.gaps.share = 0.968
    }

    fun fake(context: Context): FakeHushwall = context.applicationContext as FakeHushwall

    fun row(id: Long, app: AppInfo, host: String?, secondsAgo: Long, blocked: Boolean, reason: Reason) = LogRow(
        id = id,
        started = NOW - secondsAgo * 1000,
        updated = NOW - secondsAgo * 1000,
        ended = NOW - secondsAgo * 1000 + 900,
        owner = Owner("app", app.uid, app.key),
        protocol = "tcp",
        local = "10.111.222.1:40000",
        remote = "203.0.113.7:443",
        host = host,
        nameSource = "sni",
        confidence = Confidence.SEEN,
        isQuestion = false,
        blocked = blocked,
        reason = reason,
        state = if (blocked) "blocked" else "closed",
        bytesUp = if (blocked) 0 else 1_840,
        bytesDown = if (blocked) 0 else 9_210,
        packetsUp = if (blocked) 0 else 12,
        packetsDown = if (blocked) 0 else 14,
        network = "wifi",
        country = null,
        asn = null,
        asnName = null,
    )

    fun listed(entry: String) = Reason("listed", "Entry $entry of built-in trackers", "built-in trackers", entry)

    val nothing = Reason("nothing-against", "No rule is against it")
    val needed = Reason("protected", "Kept open: Find Device", "built-in never", "find.api.micloud.xiaomi.net")

    /** [count] times the same, the newest [from] seconds ago and then every [every] seconds. */
    private class Burst(
        val count: Int,
        val app: AppInfo,
        val host: String?,
        val from: Long,
        val every: Long,
        val reason: Reason,
        val country: String,
        val confidence: Confidence? = Confidence.SEEN,
        val source: String = "sni",
        val about: About? = null,
    )

    private val miui = listed("miui.com")
    private val ads = listed("ad.intl.xiaomi.com")
    private val address = listed("203.107.1.65")
    private val easy = Reason("listed", "Entry", "EasyPrivacy", "appsflyer.com")
    private val blocked = Reason("app-blocked", "The app is blocked")

    val sensors = about("xiaomi.sensors", "Xiaomi", "Sensors Analytics", "analytics")
    private val xiaomiAds = about("xiaomi.ads", "Xiaomi", "Ads", "advertising")
    private val mistat = about("xiaomi.mistat", "Xiaomi", "MiStat", "analytics")
    private val oneTrack = about("xiaomi.onetrack", "Xiaomi", "OneTrack", "analytics")
    private val find = about("xiaomi.find-device", "Xiaomi", "Find Device", "find-device", "never")
    private val market = about("xiaomi.weather", "Xiaomi", "Weather", "content", "strict")
    private val meta = about("meta.whatsapp", "Meta", "WhatsApp", "content", "strict").copy(isOwn = true)
    private val appsFlyer = about("appsflyer", "AppsFlyer", "AppsFlyer", "attribution")
    private val httpDns = about("alibaba.httpdns", "Alibaba", "Alibaba HTTPDNS", "name-lookup")

    private fun about(id: String, company: String, product: String, category: String, level: String = "block") =
        About(id, company, product, category, level)

    /** What the catalogue says of each of them; enough for a screen to show. */
    fun known(about: About): Known {
        val hard = Breakage("hard", "A lost phone cannot be found.", "likely")
        val breakage = if (about == find) hard else Breakage("none", null, "confirmed")
        val sources = listOf(
            Source("A block list", "list", "2024-11"),
            Source("National Cyber Security Centre of Lithuania", "measurement", "2021-09"),
        )
        if (about != sensors) return Known(about, "Does what it does.", emptyList(), breakage, sources)
        val purpose = "Reports the pages, searches and downloads of Xiaomi's browsers, also in incognito mode."
        return Known(about, purpose, listOf("pages", "searches", "device-id", "of-a-newer-core"), breakage, sources)
    }

    private val bursts = listOf(
        Burst(14, browser, "sa.api.intl.miui.com", 12, 2, miui, "SG", about = sensors),
        Burst(1, whatsApp, "mmx-ds.cdn.whatsapp.net", 14, 1, nothing, "IE", about = meta),
        Burst(3, getApps, "api.ad.intl.xiaomi.com", 21, 1, ads, "SG", about = xiaomiAds),
        Burst(1, shop, "t.appsflyer.com", 35, 1, easy, "US", about = appsFlyer),
        Burst(1, findDevice, "find.api.micloud.xiaomi.net", 49, 1, needed, "DE", about = find),
        Burst(6, analytics, null, 67, 1, address, "CN", null, "hidden", httpDns),
        Burst(1, weather, "weather.market.xiaomi.com", 88, 1, nothing, "SG", Confidence.RESOLVED, "dns", market),
        Burst(1, msa, "data.mistat.intl.xiaomi.com", 92, 1, blocked, "SG", Confidence.GUESSED, "guess", mistat),
        Burst(234, browser, "sa.api.intl.miui.com", 200, 90, miui, "SG", about = sensors),
        Burst(97, browser, "api.ad.intl.xiaomi.com", 250, 200, ads, "SG", about = xiaomiAds),
        Burst(41, browser, null, 300, 300, address, "CN", null, "hidden", httpDns),
        Burst(26, browser, "tracker.example.net", 310, 300, listed("example.net"), "US"),
        Burst(34, browser, "www.example.org", 400, 500, nothing, "US", Confidence.RESOLVED, "dns"),
        Burst(4, browser, "find.api.micloud.xiaomi.net", 500, 9_000, needed, "DE", about = find),
        Burst(40, msa, "api.ad.intl.xiaomi.com", 700, 400, blocked, "SG", about = xiaomiAds),
        Burst(30, analytics, "tracking.intl.miui.com", 800, 400, miui, "DE", about = oneTrack),
    )

    fun rows(): List<LogRow> {
        var id = 0L
        return bursts.flatMap { burst ->
            (0 until burst.count).map { i ->
                val isBlocked = burst.reason.code == "listed" || burst.reason.code == "app-blocked"
                val row = row(++id, burst.app, burst.host, burst.from + i * burst.every, isBlocked, burst.reason)
                val server = if (burst.host == null) "203.107.1.65:80" else "203.0.113.7:443"
                val asn = "Alibaba Cloud".takeIf { burst.reason == miui }
                row.copy(
                    remote = server,
                    country = burst.country,
                    confidence = burst.confidence,
                    nameSource = burst.source,
                    asn = asn?.let { 45_102 },
                    asnName = asn,
                    about = burst.about,
                )
            }
        }
    }

    fun gaps(): List<Gap> = listOf(
        gap(days = 5, fromMinute = 21 * 60 + 15, seconds = 41, GapCause.RESTART),
        gap(days = 4, fromMinute = 18 * 60 + 2, seconds = 38 * 60, GapCause.STOPPED_BY_USER),
        gap(days = 2, fromMinute = 2 * 60 + 13, seconds = (4 * 60 + 27) * 60, GapCause.STOPPED_BY_SYSTEM),
    )

    /** A gap of last night that is over. */
    val gapToday = gap(days = 0, fromMinute = 2 * 60 + 13, seconds = (4 * 60 + 27) * 60, GapCause.STOPPED_BY_SYSTEM)

    private fun gap(days: Int, fromMinute: Int, seconds: Int, cause: GapCause): Gap {
        val from = MIDNIGHT - days * 24 * HOUR + fromMinute * 60_000L
        return Gap(from, from + seconds * 1_000L, cause, null)
    }

    private fun apps(): List<AppInfo> =
        listOf(msa, bank, browser, analytics, getApps, weather, themes, whatsApp, shop, findDevice, system) + others()

    private fun others(): List<AppInfo> = (1..131).map {
        val isSystem = it > 57
        val name = OTHER_NAMES[it % OTHER_NAMES.size]
        val label = if (it < OTHER_NAMES.size) name else "$name ${it / OTHER_NAMES.size + 1}"
        app(20_000 + it, label, "org.example.app$it", isSystem)
    }

    private fun day(): DayTotals {
        val top = listOf(
            AppTotal(browser.key, 412, 38, 4_100_000), AppTotal(msa.key, 286, 0, 0), AppTotal(analytics.key, 233, 2, 8_000),
            AppTotal(getApps.key, 131, 64, 900_000), AppTotal(weather.key, 50, 41, 300_000), AppTotal(themes.key, 32, 12, 90_000),
            AppTotal(whatsApp.key, 6, 214, 41_000_000), AppTotal(system.key, 3, 0, 0),
        )
        // 23 more apps with 31 stopped and 929 let through between them.
        val rest = (listOf(shop) + others()).take(23).mapIndexed { i, app ->
            AppTotal(app.key, if (i < 8) 2 else 1, if (i == 0) 49 else 40, 50_000)
        }
        return DayTotals(STOPPED.sum(), PASSED.sum(), 31, (0 until 24).map { bar(STOPPED, PASSED, it) }, top + rest)
    }

    private fun browserHours(): List<HourTotal> = (0 until 15).map {
        HourTotal(
            MIDNIGHT + it * HOUR, Owner("app", browser.uid, browser.key), BROWSER_STOPPED[it] + BROWSER_PASSED[it], BROWSER_STOPPED[it],
            100_000, 173_333,
        )
    }

    private fun bar(stopped: LongArray, passed: LongArray, hour: Int) =
        HourBar(stopped.getOrElse(hour) { 0 }, passed.getOrElse(hour) { 0 })

    private fun app(uid: Int, label: String, name: String, system: Boolean = false) =
        AppInfo(uid, name, label, listOf(name), system, usesInternet = true, installedAt = NOW - 200 * 24 * HOUR)

    private val OTHER_NAMES = listOf("Music", "Gallery", "Notes", "Maps", "Clock", "Mail", "Camera", "Recorder", "Files", "Games")
}
