// Finding an app and changing what it may do.
package org.hushwall.ui

import android.content.Intent
import android.os.Looper
import android.view.View
import android.view.accessibility.AccessibilityNodeInfo
import android.widget.EditText
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import org.hushwall.AppRunner
import org.hushwall.R
import org.hushwall.policy.AppMode
import org.hushwall.policy.NetworkUse
import org.hushwall.ui.app.AppActivity
import org.hushwall.ui.apps.AppRow
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.widget.WaitingRows
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

@RunWith(AppRunner::class)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-w411dp-h891dp-hdpi")
class AppsTest {
    private val fake get() = Stage.fake

    @Before
    fun afternoon() = Seed.afternoon(Stage.fake)

    private fun apps(): MainActivity {
        val screen = Stage.open(MainActivity::class.java).get()
        screen.goTo(MainActivity.APPS)
        Stage.settle()
        return screen
    }

    private fun row(root: View, name: String): AppRow =
        Stage.shown(root).filterIsInstance<AppRow>().first { it.contentDescription.startsWith("$name,") }

    @Test
    fun aModeIsChangedInTwoTapsAndTakenBackInOne() {
        val screen = apps()
        val root = Stage.root(screen)
        Stage.tap(row(root, "Mi Browser"), "Filter")
        Stage.tap(Stage.sheet(), "Block")
        assertEquals(AppMode.BLOCK, fake.policy.mode(Seed.browser.key))
        assertTrue(Stage.says(root, "Mi Browser is blocked"))
        Stage.tap(root, "Undo")
        assertEquals(AppMode.FILTER, fake.policy.mode(Seed.browser.key))
    }

    @Test
    fun theLastToBeActiveComesFirstAndSaysWhen() {
        val root = Stage.root(apps())
        Stage.tap(root, "Sort by")
        Stage.tap(Stage.sheet(), "Last active")
        val texts = Stage.texts(root)
        val listed = texts.subList(texts.lastIndexOf("Last active"), texts.size)
        val names = listOf("Mi Browser", "WhatsApp", "GetApps", "Shop")
        assertEquals(names, listed.filter { it in names })
        assertEquals("Last at 14:32", listed[listed.indexOf("Mi Browser") + 1])
    }

    @Test
    fun undoGoesAwayByItself() {
        val screen = apps()
        val root = Stage.root(screen)
        Stage.tap(row(root, "Mi Browser"), "Filter")
        Stage.tap(Stage.sheet(), "Allow")
        Stage.pass(7)
        assertTrue(Stage.says(root, "may do everything"))
        Stage.pass(2)
        assertFalse(Stage.says(root, "may do everything"))
        assertEquals(AppMode.ALLOW, fake.policy.mode(Seed.browser.key))
    }

    @Test
    fun blockingAPartOfThePhoneIsExplainedBeforeItActs() {
        val root = Stage.root(apps())
        Stage.tap(row(root, "Mi Browser"), "Filter")
        assertTrue(Stage.says(Stage.sheet(), "updates or sign-in may stop working"))
        assertTrue(Stage.says(Stage.sheet(), "Block connections without VPN"))
        Stage.dialog().dismiss()
        Stage.tap(row(root, "WhatsApp"), "Filter")
        assertFalse(Stage.says(Stage.sheet(), "updates or sign-in may stop working"))
    }

    @Test
    fun whatTheUserChangedIsGathered() {
        val texts = Stage.texts(Stage.root(apps()))
        val changed = texts.subList(texts.indexOf("Changed by you"), texts.indexOf("Most stopped today"))
        assertTrue("MSA" in changed && "My Bank" in changed)
        assertFalse("Mi Browser" in changed)
    }

    @Test
    fun searchFindsByNameAndByPackageAndBackClosesIt() {
        val screen = apps()
        val root = Stage.root(screen)
        Stage.tap(root, "Search")
        val field = Stage.shown(root).filterIsInstance<EditText>().single()
        field.setText("mipicks")
        Stage.settle()
        assertTrue(Stage.says(root, "GetApps"))
        assertFalse(Stage.says(root, "Mi Browser"))
        field.setText("xyz")
        Stage.settle()
        assertTrue(Stage.says(root, "No app is called “xyz”."))
        screen.closeOpen()
        Stage.settle()
        assertTrue(Stage.says(root, "Mi Browser"))
        assertTrue(Stage.says(root, "Changed by you"))
    }

    @Test
    fun aScreenReaderMeetsOneNodeWithActions() {
        val root = Stage.root(apps())
        val row = row(root, "Mi Browser")
        assertEquals("Mi Browser, 412 stopped · 38 let through, Filter", row.contentDescription)
        @Suppress("DEPRECATION") // The constructor is of Android 11.
        val node = AccessibilityNodeInfo.obtain()
        row.onInitializeAccessibilityNodeInfo(node)
        assertTrue(node.actionList.map { it.label?.toString() }.containsAll(listOf("Allow", "Filter", "Block")))
        row.performAccessibilityAction(R.id.action_block, null)
        Stage.settle()
        assertEquals(AppMode.BLOCK, fake.policy.mode(Seed.browser.key))
    }

    @Test
    fun oneAppTellsTheSameNumbersAsTheList() {
        val root = Stage.root(app(Seed.browser.key))
        assertTrue(Stage.says(root, "412 stopped"))
        assertTrue(Stage.says(root, "38 let through, 4.1 MB"))
        assertTrue(Stage.says(root, "sa.api.intl.miui.com"))
        assertTrue(Stage.says(root, "248"))
    }

    @Test
    fun anAppsContactsAreCompaniesWithWhatForAndWhere() {
        val root = Stage.root(app(Seed.browser.key))
        val told = listOf("Xiaomi · usage statistics", "248", "Xiaomi · ads", "97", "Alibaba · hidden name lookup", "41", "203.107.1.65")
        for (text in told) assertTrue(text, Stage.says(root, text))
        val first = Stage.all(root).first { it.contentDescription?.startsWith("Stopped, Xiaomi · usage") == true }
        assertEquals("Stopped, Xiaomi · usage statistics, Singapore, sa.api.intl.miui.com, 248 times", first.contentDescription)
    }

    @Test
    fun theyAreOrderedByTimeAndByAmountToo() {
        val root = Stage.root(app(Seed.browser.key))
        fun first() = Stage.all(root).mapNotNull { it.contentDescription?.toString() }.first { " times" in it }
        Stage.tap(root, "By company")
        Stage.tap(Stage.sheet(), "By amount")
        assertTrue(first(), "www.example.org" in first())
        assertTrue(Stage.says(root, "376 kB"))
        Stage.tap(root, "By amount")
        Stage.tap(Stage.sheet(), "By time")
        assertTrue(first(), "usage statistics" in first())
        assertTrue(Stage.says(root, "14:32"))
    }

    @Test
    fun aContactSaysWhatItIsForAndWhatBreaksAndIsStoppedWithAllItsPlaces() {
        val newest = fake.log.rows.first { it.owner.name == Seed.browser.key }
        fake.log.rows += newest.copy(id = 9_001, host = "b.sa.api.intl.miui.com", started = Seed.NOW - 9_000)
        val screen = app(Seed.browser.key)
        Stage.tap(Stage.root(screen), "Xiaomi · usage statistics")
        val sheet = Stage.sheet()
        val told = listOf("also in incognito mode", "Usually sent: pages opened", "Nothing that you would notice.", "14:32:10 · Stopped")
        for (text in told) assertTrue(text, Stage.says(sheet, text))
        Stage.tap(sheet, "Let through here for Mi Browser")
        val rules = fake.policy.hosts.map { it.host to it.key }
        assertEquals(listOf("sa.api.intl.miui.com", "b.sa.api.intl.miui.com").map { it to Seed.browser.key }, rules)
        assertTrue(Stage.says(Stage.root(screen), "and 1 more is let through from now on"))
        Stage.tap(Stage.root(screen), "Undo")
        assertTrue(fake.policy.hosts.isEmpty())
    }

    @Test
    fun ofWhatThePhoneNeedsItIsSaid() {
        val screen = app(Seed.browser.key)
        Stage.tap(Stage.root(screen), "Xiaomi · Find Device")
        for (text in listOf("A lost phone cannot be found.", "Your phone needs this one.")) {
            assertTrue(text, Stage.says(Stage.sheet(), text))
        }
    }

    @Test
    fun whereNoNameWasSeenThereIsNoRuleButTheConnections() {
        val screen = app(Seed.browser.key)
        Stage.tap(Stage.root(screen), "Alibaba · hidden name lookup")
        assertTrue(Stage.says(Stage.sheet(), "No name was seen here, so there can be no rule about it."))
        assertEquals(5, Stage.texts(Stage.sheet()).count { it == "203.107.1.65" })
    }

    @Test
    fun networksAreSwitchedOneByOne() {
        val screen = app(Seed.browser.key)
        val root = Stage.root(screen)
        Stage.tap(root, "Mobile")
        assertEquals(NetworkUse(wifi = true, mobile = false), fake.policy.networks(Seed.browser.key))
        Stage.tap(root, "Undo")
        assertEquals(NetworkUse(), fake.policy.networks(Seed.browser.key))
    }

    @Test
    fun blockingAPartOfThePhoneOnItsOwnScreenIsExplainedBeforeItActs() {
        val root = Stage.root(app(Seed.browser.key))
        Stage.tap(root, "Block")
        assertEquals(AppMode.FILTER, fake.policy.mode(Seed.browser.key))
        assertTrue(Stage.says(Stage.sheet(), "updates or sign-in may stop working"))
        Stage.tap(Stage.sheet(), "Block")
        assertEquals(AppMode.BLOCK, fake.policy.mode(Seed.browser.key))
    }

    @Test
    fun aBlockedAppSaysWhyItsNetworksAreOff() {
        val screen = app(Seed.msa.key)
        assertTrue(Stage.says(Stage.root(screen), "Off, because the app is blocked"))
    }

    @Test
    fun anAppThatHasGoneKeepsItsRules() {
        val root = Stage.root(app("org.example.gone"))
        assertTrue(Stage.says(root, "No longer installed. Rules are kept for when it comes back."))
    }

    @Test
    fun severalAppsAreSelectedByALongPressAndChangedTogether() {
        val screen = apps()
        val root = Stage.root(screen)
        row(root, "WhatsApp").performLongClick()
        Stage.settle()
        assertTrue(Stage.says(root, "1 selected"))
        row(root, "My Bank").performClick()
        Stage.settle()
        assertTrue(Stage.says(root, "2 selected"))
        assertTrue(row(root, "My Bank").isSelected)
        Stage.tap(root, "Block")
        assertEquals(listOf(AppMode.BLOCK, AppMode.BLOCK), listOf(Seed.whatsApp, Seed.bank).map { fake.policy.mode(it.key) })
        assertFalse(Stage.says(root, "selected"))
        assertTrue(Stage.says(root, "2 apps · Block"))
        Stage.tap(root, "Undo")
        assertEquals(listOf(AppMode.FILTER, AppMode.OUTSIDE), listOf(Seed.whatsApp, Seed.bank).map { fake.policy.mode(it.key) })
    }

    @Test
    fun blockingSeveralWithAPartOfThePhoneIsExplainedBeforeItActs() {
        val root = Stage.root(apps())
        row(root, "Weather").performLongClick()
        Stage.settle()
        Stage.tap(root, "Block")
        assertEquals(AppMode.FILTER, fake.policy.mode(Seed.weather.key))
        assertTrue(Stage.says(Stage.sheet(), "updates or sign-in may stop working"))
        Stage.tap(Stage.sheet(), "Block")
        assertEquals(AppMode.BLOCK, fake.policy.mode(Seed.weather.key))
    }

    @Test
    fun backEndsASelectionAndNothingElse() {
        val screen = apps()
        val root = Stage.root(screen)
        row(root, "Weather").performLongClick()
        Stage.settle()
        screen.closeOpen()
        Stage.settle()
        assertFalse(Stage.says(root, "1 selected"))
        assertTrue(Stage.says(root, "Changed by you"))
        assertEquals(AppMode.FILTER, fake.policy.mode(Seed.weather.key))
    }

    @Test
    fun anotherOrderIsChosenAndSaid() {
        val root = Stage.root(apps())
        Stage.tap(root, "Sort by")
        Stage.tap(Stage.sheet(), "Most data")
        val texts = Stage.texts(root)
        assertTrue("Most data today" in texts)
        assertEquals("WhatsApp", texts[texts.indexOf("Most data today") + 1])
    }

    @Test
    fun greyRowsStandInOnlyForWhatTakesLongerThanAGlance() {
        fake.log.ready = CountDownLatch(1)
        val intent = Intent().putExtra(MainActivity.PLACE, MainActivity.APPS)
        val screen = Robolectric.buildActivity(MainActivity::class.java, intent).setup().get()
        val root = Stage.root(screen)
        fun waits(): Boolean {
            shadowOf(Looper.getMainLooper()).idle()
            return Stage.shown(root).any { it is WaitingRows }
        }
        assertFalse(waits())
        shadowOf(Looper.getMainLooper()).idleFor(300, TimeUnit.MILLISECONDS)
        assertTrue(waits())
        fake.log.ready.countDown()
        Stage.settle()
        assertFalse(waits())
        assertTrue(Stage.says(root, "Mi Browser"))
    }

    private fun app(key: String): AppActivity =
        Stage.open(AppActivity::class.java, Intent().putExtra(AppActivity.KEY, key)).get()
}
