// The first run and what it proves.
package org.hushwall.ui

import org.hushwall.AppRunner
import org.hushwall.ui.setup.SetupActivity
import org.hushwall.ui.setup.SetupCheckActivity
import org.hushwall.ui.setup.SetupMemory
import org.hushwall.ui.setup.Step
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowAlertDialog
import org.robolectric.shadows.ShadowBuild

@RunWith(AppRunner::class)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-w411dp-h891dp-hdpi")
class SetupTest {
    @Before
    fun afternoon() {
        ShadowBuild.setManufacturer("Xiaomi")
        Seed.afternoon(Stage.fake)
    }

    @Test
    fun autostartComesBeforeBattery() {
        val steps = Step.forThisPhone()
        assertEquals(7, steps.size)
        assertTrue(steps.indexOf(Step.AUTOSTART) < steps.indexOf(Step.BATTERY))
    }

    @Test
    fun otherPhonesHaveNoStepsThatTheyDoNotNeed() {
        ShadowBuild.setManufacturer("Google")
        ShadowBuild.setBrand("google")
        val steps = Step.forThisPhone()
        assertFalse(Step.AUTOSTART in steps || Step.RECENTS in steps)
        assertTrue(Stage.says(check(), "Not needed on this phone"))
    }

    @Test
    fun autostartIsTheUsersWordUntilARestartProvesIt() {
        val screen = Stage.open(SetupActivity::class.java)
        screen.get().goTo(Step.forThisPhone().indexOf(Step.AUTOSTART))
        Stage.settle()
        Stage.tap(Stage.root(screen.get()), "Open Autostart")
        val asked = shadowOf(screen.get()).nextStartedActivity
        assertEquals("com.miui.securitycenter", asked.component?.packageName)
        screen.pause().resume()
        ShadowAlertDialog.getLatestAlertDialog().getButton(android.app.AlertDialog.BUTTON_POSITIVE).performClick()
        Stage.settle()
        assertTrue(Stage.says(Stage.root(screen.get()), "No battery limit"))
        assertTrue(Stage.says(check(), "You said it is on. Proved at the next restart."))
    }

    @Test
    fun aPhoneThatSetsTheBatteryBackIsToldOf() {
        SetupMemory(Stage.fake).wasBatteryFree = true
        assertTrue(Stage.says(check(), "The phone set it back"))
    }

    @Test
    fun whatIsNotCoveredIsSaid() {
        assertTrue(Stage.says(check(), "Cloned apps, Second Space and work profiles use their own connection."))
    }

    @Test
    fun backGoesOneStepBack() {
        val screen = Stage.open(SetupActivity::class.java).get()
        screen.goTo(2)
        Stage.settle()
        Stage.tap(Stage.root(screen), "Back")
        assertTrue(Stage.says(Stage.root(screen), "Step 2 of 7"))
    }

    private fun check() = Stage.root(Stage.open(SetupCheckActivity::class.java).get())
}
