// Trackers and lists: what counts of the built-in lists, what they have, and which list a place is on.
package org.hushwall.ui

import android.content.Intent
import android.view.View
import android.widget.EditText
import org.hushwall.AppRunner
import org.hushwall.policy.BuiltIn
import org.hushwall.policy.ProtectionLevel
import org.hushwall.ui.lists.ListRowsActivity
import org.hushwall.ui.lists.ListsActivity
import org.hushwall.ui.lists.LookupActivity
import org.hushwall.ui.settings.SettingsActivity
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
class ListsTest {
    private val fake get() = Stage.fake

    @Before
    fun afternoon() = Seed.afternoon(Stage.fake)

    private fun lists(): View = Stage.root(Stage.open(ListsActivity::class.java).get())

    @Test
    fun settingsTellTheLevelAndLeadHere() {
        fake.policy.setBuiltIn(BuiltIn(xiaomi = ProtectionLevel.STRICT))
        val settings = Stage.open(SettingsActivity::class.java).get()
        assertTrue(Stage.says(Stage.root(settings), "Xiaomi protections: Strict"))
        Stage.tap(Stage.root(settings), "Trackers and lists")
        assertEquals(ListsActivity::class.java.name, shadowOf(settings).nextStartedActivity.component?.className)
    }

    @Test
    fun eachGroupTellsWhatItHasAndHasStopped() {
        val root = lists()
        assertTrue(Stage.says(root, "45 places · 5,120 stopped this week"))
        assertTrue(Stage.says(root, "197 places · 1,013 stopped"))
        assertTrue(Stage.says(root, "42,710 places · 1,904 stopped"))
        assertTrue(Stage.says(root, "90 places that phones need"))
    }

    @Test
    fun aLevelIsChosenCountsItsPlacesAndIsTakenBack() {
        val root = lists()
        Stage.tap(root, "Strict")
        assertEquals(ProtectionLevel.STRICT, fake.policy.builtIn.xiaomi)
        assertTrue(Stage.says(root, "127 places"))
        assertTrue(Stage.says(root, "some features of Xiaomi’s apps stop working"))
        Stage.tap(root, "Undo")
        assertEquals(ProtectionLevel.STANDARD, fake.policy.builtIn.xiaomi)
        Stage.tap(root, "Off")
        assertEquals(BuiltIn(xiaomi = ProtectionLevel.OFF), fake.policy.builtIn)
    }

    @Test
    fun aGroupIsSwitchedOffAndTakenBack() {
        val root = lists()
        Stage.tap(root, "Kits inside apps")
        assertEquals(BuiltIn(kits = false), fake.policy.builtIn)
        assertTrue(Stage.says(root, "Kits inside apps: off"))
        Stage.tap(root, "Undo")
        assertEquals(BuiltIn(), fake.policy.builtIn)
        Stage.tap(root, "General tracker list")
        Stage.tap(root, "Other phone makers")
        assertEquals(BuiltIn(makers = false, pages = false), fake.policy.builtIn)
    }

    @Test
    fun listsThatCannotBeReadAreAskedForAgain() {
        fake.lists.isReadable = false
        val root = lists()
        assertTrue(Stage.says(root, "The lists could not be read."))
        fake.lists.isReadable = true
        Stage.tap(root, "Try again")
        assertTrue(Stage.says(root, "Kits inside apps"))
    }

    @Test
    fun strictTellsWhatMayBreakAndHowSureThatIs() {
        val screen = Stage.open(ListsActivity::class.java).get()
        Stage.tap(Stage.root(screen), "What may break")
        val rows = Stage.root(Stage.open(ListRowsActivity::class.java, shadowOf(screen).nextStartedActivity).get())
        assertTrue(Stage.says(rows, "Xiaomi · push messages"))
        assertTrue(Stage.says(rows, "come late or not at all"))
        assertTrue(Stage.says(rows, "a.push.xiaomi.com"))
    }

    @Test
    fun whatIsKeptOpenIsToldPlaceByPlace() {
        val screen = Stage.open(ListsActivity::class.java).get()
        Stage.tap(Stage.root(screen), "Account, Find Device, updates")
        val rows = Stage.root(Stage.open(ListRowsActivity::class.java, shadowOf(screen).nextStartedActivity).get())
        assertTrue(Stage.says(rows, "A lost phone cannot be found."))
        fake.lists.isReadable = false
        val intent = Intent().putExtra(ListRowsActivity.LIST, BuiltIn.NEVER)
        assertTrue(Stage.says(Stage.root(Stage.open(ListRowsActivity::class.java, intent).get()), "could not be read"))
    }

    @Test
    fun aPlaceIsLookedUpWithItsListsEntriesAndPurpose() {
        val root = Stage.root(Stage.open(LookupActivity::class.java).get())
        assertTrue(Stage.says(root, "Type the name of a place"))
        type(root, "SA.api.intl.miui.com ")
        assertTrue(Stage.says(root, "sa.api.intl.miui.com"))
        assertTrue(Stage.says(root, "is stopped"))
        assertTrue(Stage.says(root, "Xiaomi protections"))
        assertTrue(Stage.says(root, "line 4,711"))
        assertTrue(Stage.says(root, "This list is off"))
        assertTrue(Stage.says(root, "also in incognito mode"))
    }

    @Test
    fun aPlaceOnNoListAHalfTypedOneAndATroubleEachSaySo() {
        val root = Stage.root(Stage.open(LookupActivity::class.java).get())
        type(root, "shop.example")
        assertTrue(Stage.says(root, "is let through"))
        assertTrue(Stage.says(root, "No list has this place."))
        type(root, "sho p")
        assertTrue(Stage.says(root, "is not a whole name of a place"))
        fake.lists.isReadable = false
        type(root, "shop.example")
        assertTrue(Stage.says(root, "The lists could not be read."))
        fake.lists.isReadable = true
        Stage.tap(root, "Try again")
        assertFalse(Stage.says(root, "could not be read"))
    }

    private fun type(root: View, text: String) {
        Stage.all(root).filterIsInstance<EditText>().single().setText(text)
        Stage.settle()
    }
}
