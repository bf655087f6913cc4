// An app that broke: what was stopped is named, undone on demand, and the app begins again.
package org.hushwall.ui

import android.app.AlertDialog
import android.content.ComponentName
import android.content.Intent
import android.content.IntentFilter
import android.view.View
import org.hushwall.AppRunner
import org.hushwall.policy.AppMode
import org.hushwall.policy.NetworkUse
import org.hushwall.ui.app.AppActivity
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
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-w411dp-h891dp-hdpi")
class BrokenTest {
    private val fake get() = Stage.fake
    private val shop = Seed.shop
    private lateinit var screen: AppActivity

    @Before
    fun afternoon() {
        Seed.afternoon(fake)
        val lately = Seed.row(1, shop, "t.appsflyer.com", 60, true, Seed.listed("appsflyer.com"))
        val other = Seed.row(2, shop, "pay.example.com", 90, true, Seed.listed("example.com"))
        val passed = Seed.row(3, shop, "www.example.com", 90, false, Seed.nothing)
        val before = Seed.row(4, shop, "old.example.com", 601, true, Seed.listed("example.com"))
        val ofAnother = Seed.row(5, Seed.browser, "ads.example.com", 60, true, Seed.listed("example.com"))
        fake.log.rows = listOf(lately, other, passed, before, ofAnother)
    }

    private fun sheet(): View {
        screen = Stage.open(AppActivity::class.java, Intent().putExtra(AppActivity.KEY, shop.key)).get()
        Stage.tap(Stage.root(screen), "Something broke?")
        return Stage.sheet()
    }

    private fun canBeOpened() {
        val start = ComponentName(shop.packages.single(), "Start")
        shadowOf(fake.packageManager).addActivityIfNotPresent(start)
        val filter = IntentFilter(Intent.ACTION_MAIN).apply { addCategory(Intent.CATEGORY_LAUNCHER) }
        shadowOf(fake.packageManager).addIntentFilterForActivity(start, filter)
    }

    @Test
    fun whatWouldBeUndoneIsNamedBeforeAndUndoneWithTheAppReopened() {
        canBeOpened()
        val sheet = sheet()
        assertTrue(Stage.says(sheet, "t.appsflyer.com") && Stage.says(sheet, "pay.example.com"))
        for (not in listOf("www.example.com", "old.example.com", "ads.example.com")) assertFalse(not, Stage.says(sheet, not))
        assertEquals(0, fake.policy.hosts.size)
        Stage.tap(sheet, "Undo and reopen the app")
        assertEquals(setOf("t.appsflyer.com", "pay.example.com"), fake.policy.hosts.map { it.host }.toSet())
        assertTrue(fake.policy.hosts.all { it.allow && it.key == shop.key })
        assertEquals(shop.packages.single(), shadowOf(screen).nextStartedActivity.component?.packageName)
        Stage.tap(Stage.root(screen), "Undo")
        assertEquals(0, fake.policy.hosts.size)
    }

    @Test
    fun placesAreChosenOneByOne() {
        Stage.tap(sheet(), "Choose myself")
        val dialog = ShadowAlertDialog.getLatestAlertDialog()
        dialog.listView.performItemClick(dialog.listView.getChildAt(1), 1, 1)
        dialog.getButton(AlertDialog.BUTTON_POSITIVE).performClick()
        Stage.settle()
        assertEquals(listOf("pay.example.com"), fake.policy.hosts.map { it.host })
    }

    @Test
    fun whatNoAppNeedsStaysStoppedUnlessItIsChosen() {
        val never = Seed.row(6, shop, "ads.example.org", 30, true, Seed.listed("example.org")).copy(about = Seed.sensors)
        fake.log.rows += never
        val sheet = sheet()
        assertFalse(Stage.says(sheet, "ads.example.org"))
        assertTrue(Stage.says(sheet, "1 more that no app needs stays stopped."))
        Stage.tap(sheet, "Undo")
        assertEquals(setOf("t.appsflyer.com", "pay.example.com"), fake.policy.hosts.map { it.host }.toSet())
        fake.log.rows = listOf(never)
        val only = sheet()
        assertTrue(Stage.says(only, "it is hardly the cause"))
        assertFalse(Stage.says(only, "Undo"))
        assertTrue(Stage.says(only, "Choose myself"))
    }

    @Test
    fun oneAppIsPausedForAQuarterOfAnHourAndResumed() {
        Stage.tap(sheet(), "Pause for this app, 15 min")
        assertTrue(fake.policy.pausedUntil(shop.key)!! in Seed.NOW + 15 * 60_000..Seed.NOW + 15 * 60_000 + 5_000)
        val root = Stage.root(screen)
        Stage.tap(root, "Not filtered until 14:47")
        assertEquals(null, fake.policy.pausedUntil(shop.key))
        assertFalse(Stage.says(root, "Not filtered until"))
    }

    @Test
    fun whereNothingWasStoppedItIsNotTheCause() {
        fake.log.rows = emptyList()
        val sheet = sheet()
        assertTrue(Stage.says(sheet, "Nothing was stopped for Shop in the last 10 minutes"))
        assertFalse(Stage.says(sheet, "Choose myself"))
        assertTrue(Stage.says(sheet, "Pause for this app, 15 min"))
    }

    @Test
    fun whatTheUserChoseForTheAppIsNamedAsTheCause() {
        fake.policy.setNetworks(shop.key, NetworkUse(mobile = false))
        assertTrue(Stage.says(sheet(), "You limited its networks."))
        fake.policy.setMode(shop.key, AppMode.BLOCK)
        val sheet = sheet()
        assertTrue(Stage.says(sheet, "You blocked Shop"))
        Stage.tap(sheet, "Set to Filter")
        assertEquals(AppMode.FILTER, fake.policy.mode(shop.key))
        fake.policy.setMode(shop.key, AppMode.OUTSIDE)
        assertTrue(Stage.says(sheet(), "Hushwall does not carry Shop"))
    }
}
