// What Home tells, and what its buttons ask for.
package org.hushwall.ui

import android.content.Intent
import android.graphics.Insets
import android.net.ConnectivityManager
import android.net.NetworkCapabilities
import android.provider.Settings
import android.view.View
import android.view.WindowInsets
import android.widget.TextView
import org.hushwall.AppRunner
import org.hushwall.log.LogTrouble
import org.hushwall.policy.PolicyTrouble
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.record.RecordActivity
import org.hushwall.ui.setup.SetupActivity
import org.hushwall.ui.setup.SetupMemory
import org.hushwall.vpn.Obstacle
import org.hushwall.vpn.ProtectionState
import org.hushwall.vpn.ProtectionStatus
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowAlertDialog

@RunWith(AppRunner::class)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-w360dp-h720dp-hdpi")
class HomeTest {
    private val fake get() = Stage.fake

    @Before
    fun afternoon() = Seed.afternoon(Stage.fake)

    private fun home(): MainActivity = Stage.open(MainActivity::class.java).get()

    private fun status(state: ProtectionState, change: ProtectionStatus.() -> ProtectionStatus = { this }) {
        fake.protection.status = ProtectionStatus(state).change()
        Stage.settle()
    }

    @Test
    fun threeAnswersWithoutScrolling() {
        val root = Stage.root(home())
        val texts = Stage.shown(root).filterIsInstance<TextView>()
        for (answer in listOf("Protected", "1,184", "Mi Browser")) {
            val view = texts.first { it.text.toString() == answer }
            val at = IntArray(2).also(view::getLocationInWindow)
            val bar = texts.first { it.text.toString() == "Activity" }
            val barTop = IntArray(2).also(bar::getLocationInWindow)[1]
            assertTrue("$answer is above the bar", at[1] + view.height < barTop)
        }
    }

    @Test
    fun whoTriedMostIsToldWithWhatForAndToWhom() {
        val root = Stage.root(home())
        assertTrue(Stage.says(root, "Usage statistics to Xiaomi, Singapore"))
        assertTrue(Stage.says(root, "Ads to Xiaomi, Singapore"))
        fake.log.rows = fake.log.rows.map { it.copy(about = null) }
        assertTrue(Stage.says(Stage.root(home()), "sa.api.intl.miui.com"))
    }

    @Test
    fun theTestOfTheFilterIsTold() {
        val screen = home()
        assertTrue(Stage.says(Stage.root(screen), "Tested 12 s ago"))
        Stage.pass(2)
        assertTrue(Stage.says(Stage.root(screen), "Tested 14 s ago"))
    }

    @Test
    fun eachStateHasItsOwnSentence() {
        val root = Stage.root(home())
        val sentences = mapOf(
            ProtectionState.OFF to "Nothing is stopped and nothing is written down",
            ProtectionState.STARTING to "Checking that the filter works",
            ProtectionState.NOT_SURE to "the last test did not come back",
            ProtectionState.NO_NETWORK to "No internet right now",
            ProtectionState.OTHER_VPN to "another app has it",
            ProtectionState.OTHER_VPN_ALWAYS_ON to "Switch off “Always-on VPN”",
            ProtectionState.CONSENT_MISSING to "Android asks again after some updates",
        )
        for ((state, sentence) in sentences) {
            status(state)
            assertTrue("$state: ${Stage.texts(root)}", Stage.says(root, sentence))
        }
    }

    @Test
    fun aFailedFilterIsCalledClosedOnlyWhereSomethingHoldsTheInternetBack() {
        val root = Stage.root(home())
        status(ProtectionState.FAILED) { copy(since = Seed.NOW - 120_000) }
        assertTrue(Stage.says(root, "Not protected"))
        assertTrue(Stage.says(root, "Apps use the internet unfiltered"))
        status(ProtectionState.FAILED) { copy(since = Seed.NOW - 120_000, tunnelUp = true) }
        assertTrue(Stage.says(root, "Closed for safety"))
        assertTrue(Stage.says(root, "14:30"))
        status(ProtectionState.FAILED) { copy(since = Seed.NOW - 120_000, lockdown = true) }
        assertTrue(Stage.says(root, "Closed for safety"))
        assertTrue(Stage.says(root, "Block connections without VPN"))
    }

    @Test
    fun whatIsInTheWayIsToldByItsCauseAndAnotherCopyIsOfferedOnlyWhereItHelps() {
        val root = Stage.root(home())
        val sentences = mapOf(
            Obstacle.NO_CORE to "another kind of processor",
            Obstacle.OTHER_CORE to "do not belong together",
            Obstacle.NO_VPN to "no VPN support",
        )
        for ((obstacle, sentence) in sentences) {
            status(ProtectionState.IMPOSSIBLE) { copy(obstacle = obstacle, detail = "no VPN for this processor") }
            assertTrue("$obstacle: ${Stage.texts(root)}", Stage.says(root, sentence))
            assertEquals(obstacle != Obstacle.NO_VPN, Stage.says(root, "How to get the right one"))
        }
    }

    @Test
    fun aFilterThatDoesNotAnswerIsOfferedToBeRestartedAndSaysSoMeanwhile() {
        val root = Stage.root(home())
        status(ProtectionState.NOT_SURE)
        Stage.tap(root, "Restart filter")
        assertEquals(listOf("restart"), fake.protection.asked)
        status(ProtectionState.NOT_SURE) { copy(restarting = true) }
        assertTrue(Stage.says(root, "Hushwall closes itself in a few seconds and comes back"))
        assertFalse(Stage.says(root, "Restart filter"))
    }

    @Test
    fun whatAndroidKeepsOnIsNotTurnedOffButTold() {
        status(ProtectionState.ON) { copy(alwaysOn = true) }
        val screen = home()
        Stage.tap(Stage.root(screen), "Protected")
        assertEquals(emptyList<String>(), fake.protection.asked)
        val told = ShadowAlertDialog.getLatestAlertDialog()
        assertEquals("Android keeps Hushwall on", shadowOf(told).title)
        told.getButton(android.app.AlertDialog.BUTTON_POSITIVE).performClick()
        Stage.settle()
        assertEquals(Settings.ACTION_VPN_SETTINGS, shadowOf(screen).nextStartedActivity.action)
    }

    @Test
    fun theSwitchTurnsOffAtOnce() {
        val screen = home()
        Stage.tap(Stage.root(screen), "Protected")
        assertEquals(listOf("off"), fake.protection.asked)
    }

    @Test
    fun turningOnAsksAndroidAndThenTurnsOn() {
        status(ProtectionState.OFF)
        fake.protection.consent = Intent("android.net.vpn.CONSENT")
        val screen = home()
        Stage.tap(Stage.root(screen), "Off")
        val asked = shadowOf(screen).nextStartedActivityForResult
        assertEquals("android.net.vpn.CONSENT", asked.intent.action)
        fake.protection.consent = null
        shadowOf(screen).receiveResult(asked.intent, android.app.Activity.RESULT_OK, null)
        assertEquals(listOf("on", "on"), fake.protection.asked)
    }

    @Test
    fun consentRefusedAtOnceIsExplainedWithAWayOn() {
        status(ProtectionState.OFF)
        fake.protection.consent = Intent("android.net.vpn.CONSENT")
        val screen = home()
        Stage.tap(Stage.root(screen), "Off")
        val asked = shadowOf(screen).nextStartedActivityForResult
        shadowOf(screen).receiveResult(asked.intent, android.app.Activity.RESULT_CANCELED, null)
        val told = shadowOf(ShadowAlertDialog.getLatestAlertDialog())
        assertEquals("Your phone answered for you", told.title)
    }

    @Test
    fun consentRefusedByTheUserIsAnotherThingAndCanBeAskedForAgain() {
        status(ProtectionState.OFF)
        fake.protection.consent = Intent("android.net.vpn.CONSENT")
        val screen = home()
        Stage.tap(Stage.root(screen), "Off")
        val asked = shadowOf(screen).nextStartedActivityForResult
        Stage.pass(2)
        shadowOf(screen).receiveResult(asked.intent, android.app.Activity.RESULT_CANCELED, null)
        val told = ShadowAlertDialog.getLatestAlertDialog()
        assertEquals("Nothing was changed", shadowOf(told).title)
        told.getButton(android.app.AlertDialog.BUTTON_POSITIVE).performClick()
        Stage.settle()
        assertEquals("android.net.vpn.CONSENT", shadowOf(screen).nextStartedActivityForResult.intent.action)
    }

    @Test
    fun pauseIsChosenInASheet() {
        val screen = home()
        Stage.tap(Stage.root(screen), "Pause")
        Stage.tap(Stage.sheet(), "15 min")
        val asked = fake.protection.asked.single().removePrefix("pause ").toLong()
        assertTrue(asked in Seed.NOW + 15 * 60_000..Seed.NOW + 15 * 60_000 + 5_000)
    }

    @Test
    fun aGapOfLastNightIsToldUntilItWasLookedAt() {
        fake.gaps.list = Seed.gaps() + Seed.gapToday
        val root = Stage.root(home())
        assertTrue(Stage.says(root, "Protected again"))
        assertTrue(Stage.says(root, "Not protected 02:13 to 06:40"))
        assertTrue(Stage.says(root, "Gap today, 4 h 27 min"))
        Stage.open(RecordActivity::class.java).pause().stop().destroy()
        val later = Stage.root(home())
        assertFalse(Stage.says(later, "Protected again"))
        assertTrue(Stage.says(later, "Gap today, 4 h 27 min"))
    }

    @Test
    fun troubleWithDataHasItsOwnSentence() {
        fake.log.trouble = LogTrouble.STORAGE_FULL
        assertTrue(Stage.says(Stage.root(home()), "Activity is not saved until there is room"))
        fake.log.trouble = LogTrouble.NEWER_VERSION
        assertTrue(Stage.says(Stage.root(home()), "The record comes from a newer Hushwall"))
        fake.log.trouble = LogTrouble.DAMAGED
        assertTrue(Stage.says(Stage.root(home()), "Part of the record could not be read"))
        fake.policy.trouble = PolicyTrouble.NEWER_VERSION
        assertTrue(Stage.says(Stage.root(home()), "These rules come from a newer Hushwall"))
        fake.policy.trouble = PolicyTrouble.DAMAGED
        assertTrue(Stage.says(Stage.root(home()), "Your rules could not be read"))
        fake.policy.trouble = PolicyTrouble.NOT_SAVED
        assertTrue(Stage.says(Stage.root(home()), "Your last choice could not be saved"))
    }

    @Test
    fun ofSeveralBannersOneIsShownAndTheOthersOnDemand() {
        fake.policy.trouble = PolicyTrouble.DAMAGED
        fake.log.trouble = LogTrouble.STORAGE_FULL
        val root = Stage.root(home())
        assertTrue(Stage.says(root, "Your rules could not be read"))
        assertFalse(Stage.says(root, "Storage is full"))
        Stage.tap(root, "and 1 more")
        assertTrue(Stage.says(root, "Storage is full"))
        assertFalse(Stage.says(root, "and 1 more"))
    }

    @Test
    fun rulesThatCannotBeUsedAreBegunAnewOnlyAfterAQuestion() {
        fake.policy.trouble = PolicyTrouble.NEWER_VERSION
        val root = Stage.root(home())
        Stage.tap(root, "These rules come from a newer Hushwall")
        assertEquals(PolicyTrouble.NEWER_VERSION, fake.policy.trouble)
        ShadowAlertDialog.getLatestAlertDialog().getButton(android.app.AlertDialog.BUTTON_POSITIVE).performClick()
        Stage.settle()
        assertEquals(null, fake.policy.trouble)
        assertFalse(Stage.says(root, "These rules come from a newer Hushwall"))
    }

    @Test
    fun aNetworkThatWantsASignInIsTold() {
        val manager = fake.getSystemService(ConnectivityManager::class.java)
        val capabilities = manager.getNetworkCapabilities(manager.activeNetwork)
        shadowOf(capabilities).addCapability(NetworkCapabilities.NET_CAPABILITY_CAPTIVE_PORTAL)
        val screen = home()
        Stage.tap(Stage.root(screen), "This network wants you to sign in first")
        assertEquals(Settings.ACTION_WIFI_SETTINGS, shadowOf(screen).nextStartedActivity.action)
    }

    @Test
    @Config(sdk = [35])
    fun wordsKeepClearOfTheBarsOfThePhone() {
        val root = Stage.root(home())

        @Suppress("DEPRECATION") // What Android 10 to 15 all know.
        val bars = WindowInsets.Builder().setSystemWindowInsets(Insets.of(0, 36, 0, 72)).build()
        root.dispatchApplyWindowInsets(bars)
        Stage.settle()
        for (text in Stage.shown(root).filterIsInstance<TextView>().filter { it.text.toString() in listOf("Hushwall", "Activity") }) {
            val top = IntArray(2).also(text::getLocationInWindow)[1]
            assertTrue(text.text.toString(), top >= 36 && top + text.height <= root.height - 72)
        }
    }

    @Test
    fun theFirstStartLeadsToTheFirstRun() {
        SetupMemory(fake).isFirstRunDone = false
        val screen = home()
        assertEquals(SetupActivity::class.java.name, shadowOf(screen).nextStartedActivity.component?.className)
    }

    @Test
    fun backGoesHomeAndThenLeaves() {
        val screen = home()
        screen.goTo(MainActivity.ACTIVITY)
        press(screen)
        assertTrue(Stage.says(Stage.root(screen), "Stopped today"))
        assertFalse(screen.isFinishing)
    }

    @Test
    @Config(sdk = [26])
    fun backOnAndroid8() {
        val screen = home()
        screen.goTo(MainActivity.APPS)
        @Suppress("DEPRECATION")
        screen.onBackPressed()
        assertTrue(Stage.says(Stage.root(screen), "Stopped today"))
        @Suppress("DEPRECATION")
        screen.onBackPressed()
        assertTrue(screen.isFinishing)
    }

    private fun press(screen: MainActivity) {
        screen.closeOpen()
        Stage.settle()
        assertEquals(View.VISIBLE, Stage.root(screen).visibility)
    }
}
