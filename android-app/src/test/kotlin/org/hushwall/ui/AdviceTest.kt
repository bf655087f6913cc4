// "Recommended for this phone": what fits is told, switched on and taken back.
package org.hushwall.ui

import android.view.View
import org.hushwall.AppRunner
import org.hushwall.ui.advice.AdviceActivity
import org.hushwall.ui.settings.SettingsActivity
import org.hushwall.ui.setup.SetupCheckActivity
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

@RunWith(AppRunner::class)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-w411dp-h891dp-hdpi")
class AdviceTest {
    private val fake get() = Stage.fake

    @Before
    fun afternoon() = Seed.afternoon(fake)

    private fun screen(): View = Stage.root(Stage.open(AdviceActivity::class.java).get())

    private fun advised() = fake.policy.advised.map { it.name }

    @Test
    fun eachProtectionSaysWhatItStopsWhatMayBreakAndHowSureThatIs() {
        val root = screen()
        assertTrue(Stage.says(root, "5 protections fit this phone."))
        assertTrue(Stage.says(root, "2 of them are on now."))
        assertTrue(Stage.says(root, "Asks Xiaomi whose a number is."))
        assertTrue(Stage.says(root, "Unknown callers show their number alone."))
        assertTrue(Stage.says(root, "(likely)"))
        assertTrue(Stage.says(root, "Mi Browser, Themes, GetApps, and 1 more"))
    }

    @Test
    fun whatIsRecommendedIsSwitchedOnAtOnceAndTheRestIsLeftToTheUser() {
        val root = screen()
        Stage.tap(root, "Switch on all")
        assertEquals(listOf("Xiaomi: Contact cards", "Xiaomi: Weather"), advised())
        assertTrue(Stage.says(root, "4 of them are on now."))
        assertFalse(Stage.says(root, "Switch on all"))
        Stage.tap(root, "Undo")
        assertEquals(emptyList<String>(), advised())
        assertTrue(Stage.says(root, "Switch on all"))
    }

    @Test
    fun oneThatCostsSomethingIsSwitchedOnByItself() {
        val root = screen()
        Stage.tap(root, "Xiaomi: Mi Push")
        assertEquals(listOf("Xiaomi: Mi Push"), advised())
        assertTrue(Stage.says(root, "Xiaomi: Mi Push is stopped now"))
        Stage.tap(root, "Xiaomi: Mi Push")
        assertEquals(emptyList<String>(), advised())
    }

    @Test
    fun allIsTakenBackAtOnceAndThatToo() {
        fake.policy.switchOn(fake.advice.toFollow())
        val root = screen()
        Stage.tap(root, "Undo all")
        assertEquals(emptyList<String>(), advised())
        assertFalse(Stage.says(root, "Undo all"))
        Stage.tap(root, "Undo")
        assertEquals(2, advised().size)
    }

    @Test
    fun whereNothingFitsOrTheFilterCannotBeAskedThatIsSaid() {
        fake.advice.all = emptyList()
        assertTrue(Stage.says(screen(), "Nothing more fits the apps of this phone."))
        fake.advice.works = false
        val root = screen()
        assertTrue(Stage.says(root, "could not be read. Nothing was changed."))
        fake.advice.works = true
        Stage.tap(root, "Try again")
        assertTrue(Stage.says(root, "Nothing more fits"))
    }

    @Test
    fun settingsLeadThereAndSayHowManyTheUserSwitchedOn() {
        val settings = Stage.open(SettingsActivity::class.java).get()
        Stage.tap(Stage.root(settings), "Recommended for this phone")
        assertEquals(AdviceActivity::class.java.name, shadowOf(settings).nextStartedActivity.component?.className)
        fake.policy.switchOn(fake.advice.toFollow())
        Stage.settle()
        assertTrue(Stage.says(Stage.root(settings), "2 switched on by you"))
    }

    @Test
    fun setupCheckLeadsThereUntilItWasSeen() {
        val check = Stage.open(SetupCheckActivity::class.java).get()
        Stage.tap(Stage.root(check), "Recommended for this phone")
        assertEquals(AdviceActivity::class.java.name, shadowOf(check).nextStartedActivity.component?.className)
        screen()
        assertFalse(Stage.says(Stage.root(Stage.open(SetupCheckActivity::class.java).get()), "Recommended for this phone"))
    }
}
