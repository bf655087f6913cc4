// What the report of a week tells, and how it is saved.
package org.hushwall.ui

import android.app.Activity
import android.content.Intent
import android.net.Uri
import android.os.Looper
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.TextView
import java.io.ByteArrayOutputStream
import java.util.Locale
import java.util.TimeZone
import java.util.concurrent.ConcurrentLinkedQueue
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import org.hushwall.AppRunner
import org.hushwall.R
import org.hushwall.log.Decided
import org.hushwall.log.HourBar
import org.hushwall.ui.app.AppActivity
import org.hushwall.ui.kit.Work
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.record.RecordActivity
import org.hushwall.ui.report.DayBars
import org.hushwall.ui.report.Week
import org.hushwall.ui.words.Words
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowAlertDialog
import org.robolectric.shadows.ShadowToast

@RunWith(AppRunner::class)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-rGB-w411dp-h891dp-hdpi")
class ReportTest {
    private val fake get() = Stage.fake

    @Before
    fun afternoon() = Seed.afternoon(Stage.fake)

    private fun report(): MainActivity {
        val screen = Stage.open(MainActivity::class.java).get()
        screen.goTo(MainActivity.REPORT)
        Stage.settle()
        return screen
    }

    /** Also what has to be scrolled to. */
    private fun says(screen: Activity, text: String): Boolean =
        Stage.all(Stage.root(screen)).any { it.isShown && text in ((it as? TextView)?.text ?: "") }

    private fun assertSays(screen: Activity, vararg texts: String) =
        texts.forEach { assertTrue("$it: ${Stage.texts(Stage.root(screen))}", says(screen, it)) }

    @Test
    fun theWeekIsToldBesideAsMuchOfTheWeekBefore() {
        val screen = report()
        assertSays(screen, "16 to 22 November", "Stopped this week", "8,412", "6% fewer than last week by now")
        Stage.tap(Stage.root(screen), "The week before")
        assertSays(screen, "9 to 15 November", "8,949", "Stopped in this week")
        assertFalse("the week before that is not known", says(screen, "than the week before"))
    }

    private fun days(screen: Activity): DayBars = Stage.shown(Stage.root(screen)).filterIsInstance<DayBars>().single()

    @Test
    fun todaysBarIsHomesNumber() {
        val screen = report()
        val days = days(screen)
        assertTrue(days.performAccessibilityAction(R.id.action_hear_each, null))
        val lines = ShadowAlertDialog.getLatestAlertDialog().listView.adapter
        assertEquals(7, lines.count)
        assertTrue("${lines.getItem(6)}", lines.getItem(6).toString().endsWith("1,184 stopped, 1,300 let through"))
        @Suppress("DEPRECATION") // The constructor is of Android 11.
        val info = AccessibilityNodeInfo.obtain()
        days.onInitializeAccessibilityNodeInfo(info)
        assertTrue(info.contentDescription.contains("8,412 stopped"))
        assertTrue(info.actionList.any { it.label == "Hear each day" })
    }

    @Test
    fun whoComesBackFindsTheNumbersThatHomeHas() {
        val screen = report()
        screen.goTo(MainActivity.HOME)
        fake.log.day = fake.log.day.copy(stopped = 1_190)
        Stage.pass(16)
        assertSays(screen, "1,190")
        screen.goTo(MainActivity.REPORT)
        Stage.settle()
        assertSays(screen, "8,418")
    }

    @Test
    fun aSlowReportHoldsNothingElseUpAndTheWeekChosenLastIsShown() {
        val screen = report()
        val slow = CountDownLatch(1)
        val made = fake.log.told
        val asked = ConcurrentLinkedQueue<Long>()
        fake.log.told = {
            asked += it.since
            slow.await()
            made(it)
        }
        fun week(name: String) = Stage.shown(Stage.root(screen)).first { it.contentDescription == name }.performClick()
        week("The week before")
        week("The week before")
        week("The week after")
        week("The week after")
        screen.goTo(MainActivity.HOME)
        fake.log.day = fake.log.day.copy(stopped = 1_190)
        repeat(2) {
            shadowOf(Looper.getMainLooper()).idleFor(16, TimeUnit.SECONDS)
            Work.data.submit { }.get(10, TimeUnit.SECONDS)
        }
        shadowOf(Looper.getMainLooper()).idle()
        assertSays(screen, "1,190")
        slow.countDown()
        screen.goTo(MainActivity.REPORT)
        Stage.settle()
        assertSays(screen, "16 to 22 November", "8,418")
        assertEquals("the week that was asked for first, and the one that was chosen last", 2, asked.toSet().size)
    }

    @Test
    fun sharesAreWholeAndNeitherHardlyAnyIsNoneNorHardlyAllIsAll() {
        val made = fake.log.told
        fun shares(byPolicy: Long, byRule: Long): MainActivity {
            val decided = listOf(Decided("nothing-against", false, byPolicy), Decided("rule", false, byRule))
            fake.log.told = { made(it).copy(decided = decided) }
            return report()
        }
        assertSays(shares(1_000, 300), "77%", "23%")
        assertSays(shares(9_990, 10), "99.9%", "0.1%")
    }

    @Test
    fun whoAndWhereAndWhyAreTold() {
        val screen = report()
        assertSays(screen, "Xiaomi", "Singapore, Germany, China", "5,120", "All 27")
        assertFalse(says(screen, "ads22.example.com"))
        Stage.tap(Stage.root(screen), "All 27")
        assertSays(screen, "ads22.example.com")
        Stage.pass(61)
        assertSays(screen, "ads22.example.com")
        assertSays(screen, "1,906", "tries while the screen was off, 23:00 to 06:00")
        assertSays(screen, "3,900", "No rule against it", "61%", "The phone needs it", "24%", "You allow the app", "9%")
        val place = fake.log.told
        fake.log.told = { place(it).copy(countries = emptyList()) }
        assertSays(report(), "Place unknown", "before an address was asked for")
    }

    @Test
    fun aGapHasTheTimesOfTheRecord() {
        val screen = report()
        val gap = Seed.gaps().maxBy { checkNotNull(it.to) - it.from }
        val words = Words(screen)
        val times = "${words.day(gap.from)}, ${words.range(gap.from, gap.to)}"
        assertSays(screen, "96.8%", "of the week protected. Longest gap 4 h 27 min: $times.")
        assertSays(Stage.open(RecordActivity::class.java).get(), "96.8%", times)
        val tile = Stage.all(Stage.root(screen)).first { it.isClickable && it.contentDescription?.startsWith("96.8%") == true }
        tile.performClick()
        assertEquals(RecordActivity::class.java.name, shadowOf(screen).nextStartedActivity.component?.className)
        fake.gaps.list = emptyList()
        fake.gaps.share = 1.0
        val whole = report()
        assertSays(whole, "100%")
        assertFalse(says(whole, "Longest gap"))
    }

    @Test
    fun onlyWeeksOfWhichSomethingIsKnownCanBeReached() {
        val screen = report()
        val root = Stage.root(screen)
        fun button(name: String): View = Stage.shown(root).first { it.contentDescription == name }
        assertFalse(button("The week after").isEnabled)
        Stage.tap(root, "The week before")
        Stage.tap(root, "The week before")
        assertSays(screen, "2 to 8 November")
        assertFalse(button("The week before").isEnabled)
        Stage.tap(root, "The week after")
        Stage.tap(root, "The week after")
        assertSays(screen, "16 to 22 November")
    }

    @Test
    fun whatTheRecordHasDeletedIsNotGuessed() {
        val screen = report()
        assertFalse(says(screen, "goes back to"))
        Stage.tap(Stage.root(screen), "The week before")
        assertSays(screen, "The record of connections goes back to", "Who wanted to know")
        Stage.tap(Stage.root(screen), "The week before")
        assertSays(screen, "The record of connections goes back to", "of the week protected")
        assertFalse(says(screen, "Who wanted to know") || says(screen, "while the screen was off") || says(screen, "What got through"))
    }

    @Test
    fun theFirstWeekSaysWhenItsReportIsReady() {
        val place = fake.log.told
        fake.log.told = SeedReport::firstDay
        val screen = report()
        assertSays(screen, "Your first report is ready on Sunday. So far:", "1,184", "Xiaomi")
        assertFalse(says(screen, "than last week"))
        days(screen).performAccessibilityAction(R.id.action_hear_each, null)
        assertEquals("only today", 1, ShadowAlertDialog.getLatestAlertDialog().listView.adapter.count)
        fake.log.told = { period ->
            place(period).copy(
                knownSince = null, companies = emptyList(), countries = emptyList(), decided = emptyList(), stopped = 0,
                days = place(period).days.map { it.copy(bar = HourBar(0, 0)) },
            )
        }
        assertSays(report(), "So far:", "Nobody in this week.", "Nothing got through.")
    }

    @Test
    fun aRecordThatCannotBeReadIsTold() {
        fake.log.told = { error("damaged") }
        assertSays(report(), "the record could not be read")
    }

    @Test
    fun aReportIsSavedWhereTheUserWants() {
        val screen = report()
        Stage.tap(Stage.root(screen), "The week before")
        Stage.tap(Stage.root(screen), "Share")
        Stage.tap(Stage.sheet(), "Table (CSV)")
        val asked = shadowOf(screen).nextStartedActivityForResult
        assertEquals(Intent.ACTION_CREATE_DOCUMENT, asked.intent.action)
        assertEquals("text/csv", asked.intent.type)
        assertEquals("hushwall-2026-11-09.csv", asked.intent.getStringExtra(Intent.EXTRA_TITLE))
        Stage.tap(Stage.root(screen), "The week after")
        val place = Uri.parse("content://documents/1")
        val saved = ByteArrayOutputStream()
        shadowOf(screen.contentResolver).registerOutputStream(place, saved)
        shadowOf(screen).receiveResult(asked.intent, Activity.RESULT_OK, Intent().setData(place))
        Stage.settle()
        assertEquals("the week that was asked for", "csv since ${Seed.MIDNIGHT - 13 * 24 * Seed.HOUR}", saved.toString())
        assertEquals("Saved.", ShadowToast.getTextOfLatestToast())
        assertEquals("nothing stays behind", emptyList<String>(), screen.cacheDir.list().orEmpty().filter { it.startsWith("report") })
        assertEquals("it is not Android's answer about the VPN", emptyList<String>(), fake.protection.asked)
    }

    @Test
    fun whatIsToBeHiddenIsLeftOutOfWhatIsSaved() {
        val screen = report()
        Stage.tap(Stage.root(screen), "Share")
        Stage.tap(Stage.sheet(), "Hide app names")
        Stage.tap(Stage.sheet(), "Hide hosts")
        Stage.tap(Stage.sheet(), "Hide hosts")
        Stage.tap(Stage.sheet(), "Hide hosts")
        Stage.tap(Stage.sheet(), "Data (JSON)")
        val asked = shadowOf(screen).nextStartedActivityForResult
        // What is chosen for the next time counts for that.
        Stage.tap(Stage.root(screen), "Share")
        Stage.tap(Stage.sheet(), "Hide app names")
        Stage.dialog().dismiss()
        val saved = ByteArrayOutputStream()
        val place = Uri.parse("content://documents/3")
        shadowOf(screen.contentResolver).registerOutputStream(place, saved)
        shadowOf(screen).receiveResult(asked.intent, Activity.RESULT_OK, Intent().setData(place))
        Stage.settle()
        assertEquals("json since ${Seed.MIDNIGHT - 6 * 24 * Seed.HOUR} without apps without hosts", saved.toString())
    }

    @Test
    fun appsThatAreNewAreToldWhereSomethingIsKnownOfBefore() {
        val screen = report()
        assertSays(screen, "New this week", "Shop", "49")
        Stage.tap(Stage.root(screen), "Shop")
        assertEquals(Seed.shop.key, shadowOf(screen).nextStartedActivity.getStringExtra(AppActivity.KEY))
        fake.log.told = { SeedReport.of(it, HourBar(1_184, 1_300)).copy(newApps = emptyList()) }
        assertSays(report(), "No app was new.")
        fake.log.told = SeedReport::firstDay
        assertFalse(Stage.says(Stage.root(report()), "New this week"))
    }

    @Test
    fun aReportThatCannotBeSavedSaysSo() {
        val screen = report()
        Stage.tap(Stage.root(screen), "Share")
        Stage.tap(Stage.sheet(), "Page with charts")
        val asked = shadowOf(screen).nextStartedActivityForResult
        fake.log.isWritable = false
        shadowOf(screen).receiveResult(asked.intent, Activity.RESULT_OK, Intent().setData(Uri.parse("content://documents/2")))
        Stage.settle()
        assertEquals("The report was not saved", shadowOf(ShadowAlertDialog.getLatestAlertDialog()).title)
    }

    @Test
    fun whoSavesNowhereIsToldNothing() {
        val screen = report()
        Stage.tap(Stage.root(screen), "Share")
        Stage.tap(Stage.sheet(), "Data (JSON)")
        val asked = shadowOf(screen).nextStartedActivityForResult
        shadowOf(screen).receiveResult(asked.intent, Activity.RESULT_CANCELED, null)
        Stage.settle()
        assertNull(ShadowAlertDialog.getLatestAlertDialog())
        assertNull(ShadowToast.getLatestToast())
    }

    @Test
    fun weeksBeginAsTheRegionSaysAndHaveSevenDaysAlsoWhenClocksChange() {
        fun begins(locale: Locale) = Words(fake).day(Week(locale, Seed.NOW, 0).since)
        assertEquals(listOf("Mon", "Sun", "Sat"), listOf(Locale.UK, Locale.US, Locale("ar", "EG")).map { begins(it).take(3) })
        TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"))
        // Clocks went back on 25 October 2026.
        val week = Week(Locale.GERMANY, Seed.NOW, 4)
        assertEquals(8, week.period.midnights.size)
        assertEquals(7 * 24 + 1L, (week.end - week.since) / Seed.HOUR)
        assertEquals(7 * 24 * Seed.HOUR, week.since - week.period.before)
    }
}
