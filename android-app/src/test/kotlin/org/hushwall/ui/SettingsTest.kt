// What is set, what is wrong with stored data and what helps.
package org.hushwall.ui

import android.app.Activity
import android.app.AlertDialog
import android.provider.Settings
import android.view.View
import org.hushwall.AppRunner
import org.hushwall.log.LogTrouble
import org.hushwall.policy.PolicyTrouble
import org.hushwall.ui.record.RecordActivity
import org.hushwall.ui.settings.SettingsActivity
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

@RunWith(AppRunner::class)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-w411dp-h891dp-hdpi")
class SettingsTest {
    private val fake get() = Stage.fake
    private lateinit var screen: SettingsActivity

    @Before
    fun afternoon() = Seed.afternoon(Stage.fake)

    private fun settings(): View {
        screen = Stage.open(SettingsActivity::class.java).get()
        return Stage.root(screen)
    }

    private fun yes() {
        ShadowAlertDialog.getLatestAlertDialog().getButton(AlertDialog.BUTTON_POSITIVE).performClick()
        Stage.settle()
    }

    private fun told() = shadowOf(ShadowAlertDialog.getLatestAlertDialog())

    @Test
    fun theLocalNetworkIsPutInsideAndTakenBack() {
        val root = settings()
        assertTrue(Stage.says(root, "Outside"))
        Stage.tap(root, "Local network")
        assertTrue(Stage.says(Stage.sheet(), "Block connections without VPN"))
        Stage.tap(Stage.sheet(), "Inside")
        assertTrue(fake.policy.lanInside)
        assertTrue(Stage.says(root, "The local network is inside now"))
        Stage.tap(root, "Undo")
        assertFalse(fake.policy.lanInside)
    }

    @Test
    fun underAndroidsLockdownTheLocalNetworkIsInsideWhateverIsChosen() {
        fake.protection.status = fake.protection.status.copy(lockdown = true)
        assertTrue(Stage.says(settings(), "Inside, because Android blocks connections without VPN"))
    }

    @Test
    fun deletingTheRecordAsksFirst() {
        Stage.tap(settings(), "Delete the record")
        assertFalse(fake.log.cleared)
        yes()
        assertTrue(fake.log.cleared)
    }

    @Test
    fun aRecordThatCannotBeDeletedSaysSo() {
        fake.log.isWritable = false
        Stage.tap(settings(), "Delete the record")
        yes()
        assertEquals("The record was not deleted", told().title)
    }

    @Test
    fun aNewerRecordIsPutAsideAfterAQuestionAndTheFilterTakesTheNewOne() {
        fake.log.trouble = LogTrouble.NEWER_VERSION
        val root = settings()
        Stage.tap(root, "The record comes from a newer Hushwall")
        assertTrue("put aside and not deleted" in told().message.toString())
        assertEquals(LogTrouble.NEWER_VERSION, fake.log.trouble)
        yes()
        assertNull(fake.log.trouble)
        assertEquals(listOf("restart"), fake.protection.asked)
        assertFalse(Stage.says(root, "The record comes from a newer Hushwall"))
    }

    @Test
    fun aDamagedRecordTellsWhereTheOldOneIs() {
        fake.log.trouble = LogTrouble.DAMAGED
        Stage.tap(settings(), "Part of the record could not be read")
        assertTrue("in a file of its own on this phone" in told().message.toString())
    }

    @Test
    fun damagedRulesAreBegunAnewWhereTheStorageAllowsIt() {
        fake.policy.trouble = PolicyTrouble.DAMAGED
        fake.policy.isWritable = false
        val root = settings()
        Stage.tap(root, "Your rules could not be read")
        yes()
        assertEquals("Nothing was changed", told().title)
        assertEquals(PolicyTrouble.DAMAGED, fake.policy.trouble)
        fake.policy.isWritable = true
        Stage.tap(root, "Your rules could not be read")
        yes()
        assertFalse(Stage.says(root, "Your rules could not be read"))
    }

    @Test
    fun fullStorageLeadsToTheStorage() {
        for (isRules in listOf(true, false)) {
            fake.policy.trouble = PolicyTrouble.NOT_SAVED.takeIf { isRules }
            fake.log.trouble = LogTrouble.STORAGE_FULL.takeIf { !isRules }
            Stage.tap(settings(), if (isRules) "Your last choice could not be saved" else "Storage is full")
            assertEquals(Settings.ACTION_INTERNAL_STORAGE_SETTINGS, shadowOf(screen).nextStartedActivity.action)
        }
    }

    @Test
    fun privateDnsIsExplained() {
        Stage.tap(settings(), "Private DNS")
        assertTrue("stops the questions for trackers" in told().message.toString())
    }

    @Test
    fun theThemeIsChosenForEveryScreenAndStaysWhenTheyAreOpenedAnew() {
        val isNight = { activity: Activity -> activity.resources.configuration.isNightModeActive }
        settings()
        assertFalse(isNight(screen))
        Stage.tap(Stage.root(screen), "Theme")
        Stage.tap(Stage.sheet(), "Dark")
        assertTrue(Stage.says(settings(), "Dark"))
        assertTrue(isNight(screen))
        assertTrue(isNight(Stage.open(RecordActivity::class.java).get()))
        Stage.tap(Stage.root(screen), "Theme")
        Stage.tap(Stage.sheet(), "As the phone")
        settings()
        assertFalse(isNight(screen))
    }
}
