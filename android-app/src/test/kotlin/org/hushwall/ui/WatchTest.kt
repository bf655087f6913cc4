// Watching an app: from its button over the running screen to what came of it, and every way in which it can end early.
package org.hushwall.ui

import android.app.Activity
import android.content.Intent
import android.net.Uri
import android.view.View
import java.io.ByteArrayOutputStream
import org.hushwall.AppRunner
import org.hushwall.policy.AppMode
import org.hushwall.ui.app.AppActivity
import org.hushwall.ui.watch.WatchActivity
import org.hushwall.vpn.ProtectionState
import org.hushwall.vpn.ProtectionStatus
import org.hushwall.watch.WatchState
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowAlertDialog

@RunWith(AppRunner::class)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-w411dp-h891dp-hdpi")
class WatchTest {
    private val fake get() = Stage.fake
    private val browser = FakeWatch.watched(Seed.browser)

    @Before
    fun afternoon() = Seed.afternoon(fake)

    private fun tapWatch(): Activity {
        val screen = Stage.open(AppActivity::class.java, Intent().putExtra(AppActivity.KEY, Seed.browser.key)).get()
        Stage.tap(Stage.root(screen), "Watch 5 min")
        return screen
    }

    private fun open(): WatchActivity =
        Stage.open(WatchActivity::class.java, Intent().putExtra(WatchActivity.KEY, Seed.browser.key)).get()

    private fun says(root: View, text: String) = assertTrue("$text is not in ${Stage.texts(root)}", Stage.says(root, text))

    @Test
    fun byDefaultItIsWatchedForFiveMinutesAndTrackersStayStopped() {
        val screen = tapWatch()
        assertFalse(Stage.says(Stage.sheet(), "may report freely"))
        Stage.tap(Stage.sheet(), "Start")
        assertEquals(listOf("begin ${Seed.browser.key} 5 false"), fake.watch.asked)
        assertEquals(WatchActivity::class.java.name, shadowOf(screen).nextStartedActivity.component?.className)
    }

    @Test
    fun lettingEverythingThroughIsWarnedOf() {
        tapWatch()
        Stage.tap(Stage.sheet(), "15 min")
        Stage.tap(Stage.sheet(), "Let everything through to see it all")
        says(Stage.sheet(), "For 15 min Mi Browser may report freely.")
        Stage.tap(Stage.sheet(), "Start")
        assertEquals(listOf("begin ${Seed.browser.key} 15 true"), fake.watch.asked)
    }

    @Test
    fun whereItCannotBeWatchedThatIsSaidFirst() {
        fake.protection.status = ProtectionStatus(ProtectionState.OFF)
        tapWatch()
        says(Stage.sheet(), "Switch protection on first.")
        fake.protection.status = ProtectionStatus(ProtectionState.ON)
        fake.policy.setMode(Seed.browser.key, AppMode.OUTSIDE)
        tapWatch()
        says(Stage.sheet(), "Mi Browser is outside.")
        fake.policy.setMode(Seed.browser.key, AppMode.FILTER)
        fake.watch.works = false
        val screen = tapWatch()
        Stage.tap(Stage.sheet(), "Start")
        says(Stage.sheet(), "The filter did not answer")
        assertEquals(null, shadowOf(screen).nextStartedActivity)
    }

    @Test
    fun whileAnotherAppIsWatchedThatOneIsShown() {
        fake.watch.state = WatchState.Running(FakeWatch.watched(Seed.shop))
        val screen = tapWatch()
        says(Stage.sheet(), "Shop is watched until 14:34")
        Stage.tap(Stage.sheet(), "Show Shop")
        assertEquals(WatchActivity::class.java.name, shadowOf(screen).nextStartedActivity.component?.className)
        assertEquals(emptyList<String>(), fake.watch.asked)
    }

    @Test
    fun whileItRunsTheTimeThatIsLeftAndWhatWasSeenSoFarAreShown() {
        fake.watch.state = WatchState.Running(browser)
        val root = Stage.root(open())
        says(root, "Watching Mi Browser")
        says(root, "1:4")
        says(root, "left of 5 min")
        says(root, "So far: 5 companies, 41 tries, 33 stopped")
        says(root, "Usually sent: pages opened and search words.")
        Stage.tap(root, "Finish")
        assertEquals("finish", fake.watch.asked.first())
        says(root, "In 5 min Mi Browser contacted 5 companies. 3 of them do not need to know you.")
    }

    @Test
    fun theWatchedAppIsOpenedWhereItHasAScreen() {
        fake.watch.state = WatchState.Running(browser)
        assertFalse(Stage.says(Stage.root(open()), "Open Mi Browser"))
        FakeWatch.giveScreen(fake, Seed.browser)
        val screen = open()
        Stage.tap(Stage.root(screen), "Open Mi Browser")
        assertEquals(Seed.browser.packages.first(), shadowOf(screen).nextStartedActivity.component?.packageName)
    }

    @Test
    fun whatCouldBeReadIsListedAndItsValuesOnlyOnATap() {
        fake.watch.state = WatchState.Done(browser, FakeWatch.SEEN)
        val root = Stage.root(open())
        assertEquals(listOf("acknowledge"), fake.watch.asked)
        says(root, "/api/v6/opened")
        says(root, "Stopped before it could leave · 5 times")
        says(root, "advertising_id")
        assertFalse(Stage.says(root, "38400000"))
        Stage.tap(root, "Tap to see the values")
        says(root, "38400000")
        Stage.tap(root, "Tap to hide the values")
        assertFalse(Stage.says(root, "38400000"))
        says(root, "8 connections were encrypted; we saw only whom and how much.")
    }

    @Test
    fun anAppThatTalkedToNoOneIsTold() {
        fake.watch.state = WatchState.Done(browser, FakeWatch.NOTHING)
        val root = Stage.root(open())
        says(root, "It talked to no one.")
        Stage.tap(root, "Watch again")
        says(Stage.sheet(), "Watch Mi Browser")
    }

    @Test
    fun aWatchThatWasCutOffSaysWhoCutIt() {
        val words = mapOf(true to "Hushwall was switched off at 14:32", false to "The filter ended or was restarted at 14:32")
        for ((turnedOff, told) in words) {
            fake.watch.state = WatchState.CutOff(browser, Seed.NOW, turnedOff)
            says(Stage.root(open()), told)
        }
        fake.watch.state = WatchState.Idle
        says(Stage.root(open()), "The phone closed Hushwall meanwhile")
    }

    @Test
    fun anAppThatIsAllowedEverythingIsSetToFilterFromTheResult() {
        fake.watch.state = WatchState.Done(browser, FakeWatch.SEEN)
        assertFalse(Stage.says(Stage.root(open()), "Set this app to Filter"))
        fake.policy.setMode(Seed.browser.key, AppMode.ALLOW)
        val root = Stage.root(open())
        Stage.tap(root, "Set this app to Filter")
        assertEquals(AppMode.FILTER, fake.policy.mode(Seed.browser.key))
        Stage.tap(root, "Undo")
        assertEquals(AppMode.ALLOW, fake.policy.mode(Seed.browser.key))
    }

    @Test
    fun itIsSavedWhereTheUserChoosesAndAFailureIsTold() {
        fake.watch.state = WatchState.Done(browser, FakeWatch.SEEN)
        val screen = open()
        Stage.tap(Stage.root(screen), "Save or share")
        says(Stage.sheet(), "Values are left out")
        Stage.tap(Stage.sheet(), "Page")
        val asked = shadowOf(screen).nextStartedActivityForResult
        assertEquals("hushwall-watch-${Seed.browser.key}-2026-11-22.html", asked.intent.getStringExtra(Intent.EXTRA_TITLE))
        val written = ByteArrayOutputStream()
        val to = Uri.parse("content://files/1")
        shadowOf(fake.contentResolver).registerOutputStream(to, written)
        shadowOf(screen).receiveResult(asked.intent, Activity.RESULT_OK, Intent().setData(to))
        Stage.settle()
        assertEquals("html", written.toString())
        fake.watch.isKept = false
        Stage.tap(Stage.root(screen), "Save or share")
        Stage.tap(Stage.sheet(), "Page")
        shadowOf(screen).receiveResult(shadowOf(screen).nextStartedActivityForResult.intent, Activity.RESULT_OK, Intent().setData(to))
        Stage.settle()
        assertNotNull(ShadowAlertDialog.getLatestAlertDialog())
    }
}
