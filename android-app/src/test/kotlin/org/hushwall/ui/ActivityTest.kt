// The list of what happens, live and held.
package org.hushwall.ui

import android.content.ClipboardManager
import android.content.Intent
import android.view.View
import android.widget.EditText
import android.widget.ListView
import android.widget.TextView
import java.util.Locale
import org.hushwall.AppRunner
import org.hushwall.log.Reason
import org.hushwall.ui.activity.ConnectionRow
import org.hushwall.ui.connection.ConnectionActivity
import org.hushwall.ui.connection.RowBundle
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.record.RecordActivity
import org.hushwall.vpn.ProtectionState
import org.hushwall.vpn.ProtectionStatus
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config

@RunWith(AppRunner::class)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-w411dp-h891dp-hdpi")
class ActivityTest {
    private val fake get() = Stage.fake

    @Before
    fun afternoon() = Seed.afternoon(Stage.fake)

    private fun activity(): View {
        val screen = Stage.open(MainActivity::class.java).get()
        screen.goTo(MainActivity.ACTIVITY)
        Stage.settle()
        return Stage.root(screen)
    }

    private fun fresh(id: Long) = Seed.row(id, Seed.shop, "new.example.com", 0, true, Seed.listed("example.com"))

    @Test
    fun whatHappensAppearsByItself() {
        val root = activity()
        fake.log.happens(fresh(9_001))
        Stage.pass(3)
        assertTrue(Stage.says(root, "new.example.com"))
    }

    @Test
    fun aHeldListSaysHowMuchIsNewAndGoesOnFromThere() {
        val root = activity()
        Stage.tap(root, "Hold list")
        fake.log.happens(fresh(9_001))
        fake.log.happens(fresh(9_002))
        Stage.pass(3)
        assertFalse(Stage.says(root, "new.example.com"))
        Stage.tap(root, "2 new")
        assertTrue(Stage.says(root, "new.example.com"))
    }

    @Test
    fun theSameWithinAMinuteIsOneRow() {
        val root = activity()
        assertTrue(Stage.says(root, "× 14"))
        assertEquals(1, Stage.texts(root).count { it == "mmx-ds.cdn.whatsapp.net" || it.contains("mmx-ds") })
    }

    @Test
    fun aVerdictIsAWordAsWell() {
        val rows = Stage.texts(activity()).filter { "Stopped ·" in it || "Let through ·" in it }
        assertTrue(rows.toString(), rows.size >= 6)
    }

    @Test
    fun oneOfTheTwoVerdictsStaysOn() {
        val root = activity()
        Stage.tap(root, "Let through")
        assertFalse(Stage.says(root, "WhatsApp"))
        Stage.tap(root, "Stopped")
        assertTrue(Stage.says(root, "Mi Browser"))
    }

    @Test
    fun theDayOfWhatIsAtTheTopStaysInSight() {
        fake.log.rows = (1L..60).map { Seed.row(it, Seed.shop, "a$it.example.com", it * 120, true, Seed.listed("example.com")) }
        val root = activity()
        val list = Stage.shown(root).filterIsInstance<ListView>().single()
        fun headings() = Stage.texts(list.parent as View).count { it == "Today" }
        assertEquals(1, headings())
        list.setSelection(30)
        Stage.settle()
        assertTrue(list.firstVisiblePosition > 0)
        assertEquals(1, headings())
    }

    /** What stands on the rows of the list, chips and headings left out. */
    private fun hosts(root: View) = Stage.shown(root).filterIsInstance<ConnectionRow>().flatMap(Stage::texts)

    private fun narrow(root: View, part: String, value: String? = null) {
        Stage.tap(root, "More")
        Stage.tap(Stage.sheet(), part)
        if (value != null) Stage.tap(Stage.sheet(), value)
        Stage.settle()
    }

    @Test
    fun whatIsBehindMoreNarrowsTheListAndStandsBesideItUntilATap() {
        val root = activity()
        narrow(root, "Company", "AppsFlyer")
        assertTrue(hosts(root).any { "appsflyer" in it })
        assertFalse(hosts(root).any { "whatsapp" in it })
        Stage.tap(root, "AppsFlyer")
        assertTrue(hosts(root).any { "whatsapp" in it })
        narrow(root, "Country", "Ireland")
        assertTrue(hosts(root).any { "whatsapp" in it })
        assertFalse(hosts(root).any { "appsflyer" in it })
        Stage.tap(root, "Ireland")
        narrow(root, "Purpose", "Install tracking")
        assertTrue(hosts(root).any { "appsflyer" in it })
        assertFalse(hosts(root).any { "whatsapp" in it })
        Stage.tap(root, "Install tracking")
        narrow(root, "Only guesses")
        assertTrue(hosts(root).any { "mistat" in it })
        assertFalse(hosts(root).any { "appsflyer" in it })
        narrow(root, "Only guesses")
        assertTrue(hosts(root).any { "appsflyer" in it })
    }

    @Test
    fun theNetworkAndTheScreenNarrowTheListAndWhatIsNewObeys() {
        fun row(id: Long, host: String, network: String, screenOff: Boolean) =
            Seed.row(id, Seed.shop, host, 5, true, Seed.listed("example.com")).copy(network = network, screenOff = screenOff)
        fake.log.rows = listOf(row(1, "day.example", "wifi", false), row(2, "night.example", "mobile", true))
        val root = activity()
        narrow(root, "Screen off")
        assertTrue(hosts(root).any { "night.example" in it })
        assertFalse(hosts(root).any { "day.example" in it })
        narrow(root, "Network", "Mobile")
        fake.log.happens(row(3, "late.example", "mobile", true))
        fake.log.happens(row(4, "home.example", "wifi", true))
        Stage.pass(3)
        assertTrue(hosts(root).any { "late.example" in it })
        assertFalse(hosts(root).any { "home.example" in it })
        narrow(root, "Network", "Wi-Fi")
        assertTrue(hosts(root).any { "home.example" in it })
        Stage.tap(root, "Screen off")
        assertTrue(hosts(root).any { "day.example" in it })
    }

    @Test
    fun nothingToChooseIsSaidAndNothingThatFitsOffersToClear() {
        fake.log.rows = listOf(Seed.row(1, Seed.shop, "a.example", 5, true, Seed.listed("example.com")))
        val root = activity()
        narrow(root, "Company")
        assertTrue(Stage.says(Stage.sheet(), "There is none in what this list shows."))
        Stage.dialog().dismiss()
        narrow(root, "Screen off")
        assertTrue(Stage.says(root, "Nothing matches these filters."))
        Stage.tap(root, "Clear filters")
        assertTrue(hosts(root).any { "a.example" in it })
        assertFalse(Stage.says(root, "Screen off"))
    }

    @Test
    fun aLongPressOffersToDecideAndToNarrowDown() {
        val root = activity()
        fun press() {
            Stage.shown(root).filterIsInstance<ConnectionRow>().first().performLongClick()
            Stage.settle()
        }
        press()
        Stage.tap(Stage.sheet(), "Always let through for this app")
        val rule = fake.policy.hosts.single()
        assertEquals(listOf(Seed.browser.key, "sa.api.intl.miui.com", true), listOf(rule.key, rule.host, rule.allow))
        Stage.tap(root, "Undo")
        assertTrue(fake.policy.hosts.isEmpty())
        press()
        Stage.tap(Stage.sheet(), "Copy name")
        val clip = fake.getSystemService(ClipboardManager::class.java).primaryClip
        assertEquals("sa.api.intl.miui.com", clip?.getItemAt(0)?.text)
        press()
        Stage.tap(Stage.sheet(), "Show only this app")
        assertFalse(Stage.says(root, "WhatsApp"))
        press()
        Stage.tap(Stage.sheet(), "Show only this company")
        assertTrue(Stage.says(root, "Xiaomi"))
        assertFalse(hosts(root).any { "tracker.example.net" in it })
    }

    @Test
    fun aGapStandsBetweenTheRows() {
        fake.gaps.list = Seed.gaps() + Seed.gapToday.copy(from = Seed.NOW - 60_000, to = Seed.NOW - 50_000)
        val root = activity()
        assertTrue(Stage.says(root, "We could not see this time."))
    }

    @Test
    fun offIsSaid() {
        fake.protection.status = ProtectionStatus(ProtectionState.OFF)
        fake.log.rows = emptyList()
        assertTrue(Stage.says(activity(), "Hushwall is off, so nothing is written down."))
    }

    @Test
    fun emptyIsSaid() {
        fake.log.rows = emptyList()
        assertTrue(Stage.says(activity(), "Quiet so far."))
    }

    @Test
    fun oneConnectionTellsWhyHowSureAndByWhat() {
        val root = Stage.root(connection(Seed.rows().first(), 14))
        val told = listOf(
            "Stopped", "Mi Browser tried to send usage statistics to Xiaomi.", "Nothing left your phone.", "It only reports what you do",
            "also in incognito mode", "Usually sent: pages opened, search words, and device number.", "Nothing that you would notice.",
            "What breaks when stopped (confirmed)", "Sure", "Xiaomi protections", "National Cyber Security Centre of Lithuania (2021-09)",
            "sa.api.intl.miui.com", "Singapore", "Computer rented from Alibaba Cloud", "13 times before",
        )
        for (text in told) {
            assertTrue(text, Stage.says(root, text))
        }
    }

    @Test
    fun aLookupLeftOnlyWhereTheNameItselfWasNotStopped() {
        val country = Seed.rows().first().copy(reason = Reason("rule", "your rule: nothing may reach Singapore"))
        assertTrue(Stage.says(Stage.root(connection(country, 1)), "Only the name lookup left."))
    }

    @Test
    fun aRowSaysToWhomAndWhatFor() {
        val root = activity()
        val spoken = Stage.all(root).mapNotNull { it.contentDescription?.toString() }
        assertTrue(spoken.any { it.startsWith("Stopped. Mi Browser to Xiaomi, usage statistics, 14 times, ") })
        assertTrue(spoken.any { it.startsWith("Stopped. Shop to AppsFlyer, install tracking, ") })
        assertTrue(spoken.any { it.startsWith("Stopped. Analytics to Alibaba, hidden name lookup, 6 times, ") })
        assertTrue(spoken.any { it.startsWith("Let through. WhatsApp to Meta, needed by this app, ") })
        assertTrue(spoken.any { it.startsWith("Let through. Find Device to Xiaomi, never stopped, ") })
        assertTrue(Stage.says(root, "Stopped · usage statistics"))
    }

    @Test
    fun searchFindsACompany() {
        val root = activity()
        Stage.tap(root, "Search")
        Stage.shown(root).filterIsInstance<EditText>().single().setText("alibaba")
        Stage.pass(1)
        assertTrue(Stage.says(root, "203.107.1.65"))
        assertFalse(Stage.says(root, "sa.api.intl.miui.com"))
        fake.log.happens(fresh(9_001))
        fake.log.happens(Seed.rows().first { it.owner.name == Seed.analytics.key }.copy(id = 9_002, remote = "203.107.1.33:80"))
        Stage.pass(3)
        assertTrue(Stage.says(root, "203.107.1.33"))
        assertFalse(Stage.says(root, "new.example.com"))
    }

    @Test
    @Config(qualifiers = "ar-ldrtl-w411dp-h891dp-hdpi")
    fun inArabicTheCataloguesSentencesRunFromLeftToRight() {
        val root = Stage.root(connection(Seed.rows().first(), 1))
        val sentence = Stage.shown(root).filterIsInstance<TextView>().first { "incognito" in it.text }
        assertEquals(View.TEXT_DIRECTION_LTR, sentence.textDirection)
        assertEquals(Locale.ENGLISH, sentence.textLocale)
        assertTrue(Stage.says(root, "إحصاءات الاستخدام"))
    }

    @Test
    fun ofACodeOfANewerCoreTheReasonIsTold() {
        val row = Seed.rows().first()
        val newer = row.copy(about = row.about?.copy(category = "of-a-newer-core"))
        val root = Stage.root(connection(newer, 1))
        assertTrue(Stage.says(root, "Mi Browser tried to reach Xiaomi."))
        assertTrue(Stage.says(root, "Known for tracking"))
        fake.log.rows = listOf(newer)
        assertTrue(Stage.says(activity(), "Stopped · known tracker"))
    }

    @Test
    fun whatPassedSaysWhy() {
        val passed = Seed.rows().first { it.owner.name == Seed.weather.key }
        for ((code, words) in mapOf(
            "nothing-against" to "Weather reached Xiaomi. No rule speaks against it.",
            "rule" to "Weather reached Xiaomi. Your rule lets it pass.",
            "app-allowed" to "Weather reached Xiaomi. You allow this app everything.",
            "paused" to "Weather reached Xiaomi. Hushwall was paused.",
        )) {
            assertTrue(code, Stage.says(Stage.root(connection(passed.copy(reason = Reason(code, "")), 1)), words))
        }
        val own = Seed.rows().first { it.owner.name == Seed.whatsApp.key }
        assertTrue(Stage.says(Stage.root(connection(own, 1)), "WhatsApp reached Meta. The app itself needs this."))
        val hidden = passed.copy(host = null, about = null, asnName = "Cloudflare")
        assertTrue(Stage.says(Stage.root(connection(hidden, 1)), "Weather connected to Cloudflare. It hid the name"))
    }

    @Test
    fun whatThePhoneNeedsIsStoppedOnlyAfterItIsSaidWhatBreaks() {
        val needed = Seed.rows().first { it.owner.name == Seed.findDevice.key }
        val root = Stage.root(connection(needed, 1))
        assertTrue(Stage.says(root, "Your phone needs this one."))
        assertTrue(Stage.says(root, "Find Device reached Xiaomi. The phone needs this."))
        assertFalse(Stage.says(root, "Always stop"))
        Stage.tap(root, "More")
        assertTrue(Stage.says(Stage.sheet(), "A lost phone cannot be found."))
        Stage.tap(Stage.sheet(), "Stop anyway…")
        assertFalse(fake.policy.hosts.single().allow)
        Stage.tap(root, "Undo")
        assertTrue(fake.policy.hosts.isEmpty())
    }

    @Test
    fun aGuessIsCalledOneAndWarnsAboutNeighbours() {
        val guess = Seed.rows().first { it.nameSource == "guess" }
        val root = Stage.root(connection(guess, 1))
        assertTrue(Stage.says(root, "Guess"))
        assertTrue(Stage.says(root, "Others may share this address."))
    }

    @Test
    fun allowingForTenMinutesEnds() {
        val root = Stage.root(connection(Seed.rows().first(), 1))
        Stage.tap(root, "Allow 10 min")
        val rule = fake.policy.hosts.single()
        assertTrue(rule.allow)
        assertEquals("sa.api.intl.miui.com", rule.host)
        assertEquals(Seed.browser.key, rule.key)
        assertTrue(rule.until!! in Seed.NOW + 600_000..Seed.NOW + 605_000)
        Stage.tap(root, "Undo")
        assertTrue(fake.policy.hosts.isEmpty())
    }

    @Test
    fun whereNoNameWasSeenNoRuleIsOffered() {
        val hidden = Seed.rows().first { it.host == null }
        val root = Stage.root(connection(hidden, 6))
        assertFalse(Stage.says(root, "Always allow"))
        assertTrue(Stage.says(root, "The name was hidden. We only know the address."))
    }

    @Test
    fun theRecordListsEveryGapWithItsCause() {
        val root = Stage.root(Stage.open(RecordActivity::class.java).get())
        for (text in listOf("96.8%", "02:13 to 06:40", "4 h 27 min", "The phone closed Hushwall.", "18:02 to 18:40", "41 s")) {
            assertTrue(text, Stage.says(root, text))
        }
    }

    private fun connection(row: org.hushwall.log.LogRow, count: Int): ConnectionActivity =
        Stage.open(ConnectionActivity::class.java, Intent().putExtras(RowBundle.of(row, count))).get()
}
