// The week of that Sunday: Monday to Sunday have 8,412 stopped connections, of which today has what Home shows.
package org.hushwall.ui

import org.hushwall.apps.AppInfo
import org.hushwall.log.Company
import org.hushwall.log.CompanyReport
import org.hushwall.log.CountryCount
import org.hushwall.log.DayBar
import org.hushwall.log.Decided
import org.hushwall.log.HourBar
import org.hushwall.log.NewApp
import org.hushwall.log.Owner
import org.hushwall.log.Report
import org.hushwall.log.ReportPeriod
import org.hushwall.log.Tries

object SeedReport {
    private const val DAY = 24 * Seed.HOUR
    private const val STOPPED = 8_412L

    /** Since when anything is known: long enough for two weeks. */
    const val KNOWN_SINCE = Seed.MIDNIGHT - 20 * DAY

    /** Yesterday and the days before. */
    private val stopped = longArrayOf(1_270, 1_287, 1_011, 1_318, 1_102, 1_240, 1_290, 1_301, 1_277, 1_288, 1_250, 1_262, 1_281)
    private val passed = longArrayOf(1_880, 2_150, 1_700, 2_080, 1_850, 1_960, 1_900, 1_870, 2_010, 1_990, 1_750, 1_820, 1_930)

    fun of(period: ReportPeriod, today: HourBar) = Report(
        knownSince = KNOWN_SINCE,
        days = period.midnights.dropLast(1).map { DayBar(it, bar(it, today)) },
        stoppedBefore = (0 until 7).sumOf { bar(period.before + it * DAY, today).stopped },
        stopped = STOPPED,
        screenOffAtNight = 1_906,
        companies = companies,
        countries = countries,
        newApps = listOf(NewApp(Seed.shop.key, 49), NewApp("org.example.app5", 12)),
        decided = listOf(
            Decided("listed", true, STOPPED), Decided("nothing-against", false, 6_100), Decided("protected", false, 2_400),
            Decided("app-allowed", false, 900), Decided("paused", false, 400), Decided("rule", false, 200),
        ),
    )

    /** Hushwall is new: that morning was its first. */
    fun firstDay(period: ReportPeriod): Report {
        val today = HourBar(1_184, 1_300)
        val days = period.midnights.dropLast(1).map { DayBar(it, if (it == Seed.MIDNIGHT) today else HourBar(0, 0)) }
        val week = of(period, today)
        return week.copy(
            knownSince = Seed.MIDNIGHT,
            days = days,
            stoppedBefore = 0,
            stopped = today.stopped,
            screenOffAtNight = 420,
            newApps = emptyList(),
            companies = listOf(Company("Xiaomi", true, 1_040, listOf("SG", "DE", "CN")), Company("AppsFlyer", true, 144, listOf("US"))),
            countries = listOf(CountryCount("SG", 700), CountryCount("US", 144)),
            decided = listOf(Decided("nothing-against", false, 1_000), Decided("protected", false, 300)),
        )
    }

    /** Xiaomi's part of the week, as the report tells it; of other companies nothing is known. */
    fun company(name: String, period: ReportPeriod): CompanyReport? {
        if (name != "Xiaomi") return null
        val stopped = longArrayOf(770, 640, 815, 590, 780, 805, 720)
        val passed = longArrayOf(44, 31, 52, 40, 38, 61, 55)
        val days = period.midnights.dropLast(1).mapIndexed { i, at -> DayBar(at, HourBar(stopped[i], passed[i])) }
        fun app(app: AppInfo, stopped: Long, passed: Long) = Tries(Owner("app", app.uid, app.key), stopped, passed)
        return CompanyReport(
            seat = "CN",
            products = 37,
            hasNeeded = true,
            hosts = listOf("ad.intl.xiaomi.com", "sa.api.intl.miui.com", "tracking.intl.miui.com"),
            days = days,
            apps = listOf(
                app(Seed.browser, 2_410, 120), app(Seed.msa, 1_390, 0), app(Seed.analytics, 900, 12), app(Seed.getApps, 320, 150),
                app(Seed.weather, 80, 35), app(Seed.findDevice, 20, 4),
            ),
            categories = listOf(Tries("analytics", 3_900, 97), Tries("advertising", 1_220, 90), Tries("find-device", 0, 134)),
            countries = listOf("SG", "DE", "CN"),
        )
    }

    private fun bar(since: Long, today: HourBar): HourBar {
        val ago = ((Seed.MIDNIGHT - since) / DAY).toInt()
        if (ago == 0) return today
        return HourBar(stopped.getOrElse(ago - 1) { 0 }, passed.getOrElse(ago - 1) { 0 })
    }

    private val countries = listOf(
        CountryCount("SG", 3_900), CountryCount("US", 1_700), CountryCount("DE", 900), CountryCount("IE", 611), CountryCount("CN", 320),
    )

    /** 27, whose numbers are the sum of the week. */
    private val companies = listOf(
        Company("Xiaomi", true, 5_120, listOf("SG", "DE", "CN")),
        Company("Google", true, 1_204, listOf("US")),
        Company("Meta", true, 611, listOf("IE")),
        Company("AppsFlyer", true, 402, listOf("US")),
        Company("tracker.example.net", false, 63, emptyList()),
    ) + (1..22).map { Company("ads$it.example.com", false, 46, listOf("US")) }
}
