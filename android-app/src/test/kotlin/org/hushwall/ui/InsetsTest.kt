// Sideways on Android 15: the bars, a cut-out at the side, and lines that stay short enough to be read.
package org.hushwall.ui

import android.app.Activity
import android.content.Intent
import android.graphics.Insets
import android.graphics.Rect
import android.view.DisplayCutout
import android.view.View
import android.view.WindowInsets
import android.widget.TextView
import org.hushwall.AppRunner
import org.hushwall.policy.BuiltIn
import org.hushwall.ui.advice.AdviceActivity
import org.hushwall.ui.app.AppActivity
import org.hushwall.ui.company.CompanyActivity
import org.hushwall.ui.connection.ConnectionActivity
import org.hushwall.ui.connection.RowBundle
import org.hushwall.ui.lists.AddListActivity
import org.hushwall.ui.lists.ListActivity
import org.hushwall.ui.lists.ListRowsActivity
import org.hushwall.ui.lists.ListsActivity
import org.hushwall.ui.lists.LookupActivity
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.record.RecordActivity
import org.hushwall.ui.rules.RuleActivity
import org.hushwall.ui.rules.RulesActivity
import org.hushwall.ui.rules.TrialActivity
import org.hushwall.ui.settings.SettingsActivity
import org.hushwall.ui.setup.SetupActivity
import org.hushwall.ui.setup.SetupCheckActivity
import org.hushwall.ui.watch.WatchActivity
import org.hushwall.watch.WatchState
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

@RunWith(AppRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [35], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-w891dp-h411dp-land-mdpi")
class InsetsTest {
    private val faults = ArrayList<String>()

    @Before
    fun afternoon() = Seed.afternoon(Stage.fake)

    @Test
    fun cutOutAtTheLeft() = everyScreen(left = 40, right = 48)

    @Test
    fun cutOutAtTheRight() = everyScreen(left = 48, right = 40)

    @Test
    @Config(qualifiers = "ar-ldrtl-w891dp-h411dp-land-mdpi")
    fun rightToLeft() = everyScreen(left = 40, right = 48)

    private fun everyScreen(left: Int, right: Int) {
        val main = Stage.open(MainActivity::class.java).get()
        for (place in listOf(MainActivity.HOME, MainActivity.APPS, MainActivity.ACTIVITY)) {
            main.goTo(place)
            inspect(main, "place $place", left, right)
        }
        SeedRules.fill(Stage.fake)
        Stage.fake.lists.kept = listOf(FakeLists.user("Ad servers", 84_002, "https://lists.example/servers.txt"))
        Stage.fake.watch.state = WatchState.Done(FakeWatch.watched(Seed.browser), FakeWatch.SEEN)
        val screens = mapOf(
            AppActivity::class.java to Intent().putExtra(AppActivity.KEY, Seed.browser.key),
            ConnectionActivity::class.java to Intent().putExtras(RowBundle.of(Seed.rows().first(), 14)),
            AdviceActivity::class.java to Intent(),
            CompanyActivity::class.java to CompanyActivity.intent(Stage.fake, "Xiaomi"),
            WatchActivity::class.java to Intent(),
            RecordActivity::class.java to Intent(),
            SettingsActivity::class.java to Intent(),
            RulesActivity::class.java to Intent(),
            ListsActivity::class.java to Intent(),
            ListActivity::class.java to Intent().putExtra(ListActivity.NAME, "Ad servers"),
            AddListActivity::class.java to Intent(),
            ListRowsActivity::class.java to Intent().putExtra(ListRowsActivity.LIST, BuiltIn.NEVER),
            LookupActivity::class.java to Intent(),
            RuleActivity::class.java to RuleActivity.intent(Stage.fake, SeedRules.china),
            TrialActivity::class.java to Intent(),
            SetupCheckActivity::class.java to Intent(),
            SetupActivity::class.java to Intent(),
        )
        for ((screen, intent) in screens) inspect(Stage.open(screen, intent).get(), screen.simpleName, left, right)
        assertEquals(faults.joinToString("\n"), 0, faults.size)
    }

    private fun inspect(activity: Activity, screen: String, left: Int, right: Int) {
        val root = Stage.root(activity)
        val safe = Insets.of(if (left < right) left else 0, 0, if (left < right) 0 else right, 0)
        val side = if (left < right) Rect(0, 150, left, 250) else Rect(root.width - right, 150, root.width, 250)
        val cutout = if (left < right) DisplayCutout(safe, side, null, null, null) else DisplayCutout(safe, null, null, side, null)
        val bars = if (left < right) Insets.of(0, TOP, right, 0) else Insets.of(left, TOP, 0, 0)

        @Suppress("DEPRECATION") // What Android 10 to 15 all know.
        root.dispatchApplyWindowInsets(WindowInsets.Builder().setSystemWindowInsets(bars).setDisplayCutout(cutout).build())
        Stage.settle()
        val texts = Stage.shown(root).filterIsInstance<TextView>().filter { it.text.isNotBlank() && isWhole(it) }
        assertTrue(screen, texts.isNotEmpty())
        for (text in texts) {
            val at = Rect().also(text::getGlobalVisibleRect)
            if (at.left < left || at.right > root.width - right || at.top < TOP) faults += "$screen: \"${text.text}\" at $at"
            val widest = (0 until text.layout.lineCount).maxOf { text.layout.getLineWidth(it) }
            if (widest > WIDEST) faults += "$screen: \"${text.text}\" is $widest wide"
        }
    }

    private fun isWhole(view: View): Boolean {
        val seen = Rect()
        return view.getGlobalVisibleRect(seen) && seen.width() == view.width && seen.height() == view.height
    }

    private companion object {
        /** Height of the status bar. */
        const val TOP = 24

        /** As wide as a column of text may be. */
        const val WIDEST = 560
    }
}
