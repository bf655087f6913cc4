// Rules that every screen keeps: targets of 48 dp, a label on every control, text that can be read, in both themes and at twice
// the font size.
package org.hushwall.ui

import android.app.Activity
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Rect
import android.view.View
import android.view.ViewGroup
import android.widget.EditText
import android.widget.TextView
import org.hushwall.AppRunner
import org.hushwall.R
import org.hushwall.policy.AppMode
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
import org.hushwall.vpn.ProtectionState
import org.hushwall.vpn.ProtectionStatus
import org.hushwall.watch.WatchState
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import org.robolectric.shadows.ShadowBuild

@RunWith(AppRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-w411dp-h891dp-notnight-mdpi")
class LookTest {
    private val faults = ArrayList<String>()

    @Before
    fun afternoon() {
        ShadowBuild.setManufacturer("Xiaomi")
        Seed.afternoon(Stage.fake)
    }

    @Test
    fun light() = everyScreen()

    @Test
    @Config(qualifiers = "+night")
    fun dark() = everyScreen()

    @Test
    @Config(fontScale = 2f)
    fun largeFont() = everyScreen()

    @Test
    @Config(qualifiers = "ar-ldrtl-w360dp-h720dp-notnight-mdpi")
    fun arabic() = everyScreen()

    @Test
    @Config(sdk = [26])
    fun android8() = everyScreen()

    @Test
    @Config(sdk = [35])
    fun android15() = everyScreen()

    @Test
    fun marksByDay() = marks()

    @Test
    @Config(qualifiers = "+night")
    fun marksByNight() = marks()

    /** Lines and drawings that carry a meaning: 3 to 1 on every ground they stand on. */
    private fun marks() {
        fun colour(id: Int) = Stage.fake.getColor(id)
        val pairs = listOf(R.color.bg, R.color.surface, R.color.surface2).map { R.color.outline to it } +
            listOf(R.color.surface, R.color.surface2, R.color.tint).map { R.color.brand to it } +
            listOf(R.color.warn to R.color.warn_tint, R.color.fail to R.color.fail_tint, R.color.on_tint to R.color.tint)
        for ((mark, ground) in pairs) {
            val contrast = contrast(colour(mark), colour(ground))
            val names = listOf(mark, ground).joinToString(" on ") { Stage.fake.resources.getResourceEntryName(it) }
            assertTrue("$names: $contrast", contrast >= 3)
        }
    }

    private fun everyScreen() {
        val main = Stage.open(MainActivity::class.java)
        for (place in listOf(MainActivity.HOME, MainActivity.APPS, MainActivity.ACTIVITY, MainActivity.REPORT)) {
            main.get().goTo(place)
            Stage.settle()
            inspect(main.get(), "place $place")
        }
        main.get().goTo(MainActivity.HOME)
        for (state in ProtectionState.values()) {
            Stage.fake.protection.status = ProtectionStatus(state, testedAt = Seed.NOW, otherVpn = "Work VPN")
            Stage.settle()
            inspect(main.get(), "home $state")
        }
        Stage.fake.protection.status = ProtectionStatus(ProtectionState.ON, testedAt = Seed.NOW)
        look(AppActivity::class.java, Intent().putExtra(AppActivity.KEY, Seed.browser.key))
        look(ConnectionActivity::class.java, Intent().putExtras(RowBundle.of(Seed.rows().first(), 14)))
        look(AdviceActivity::class.java)
        look(CompanyActivity::class.java, CompanyActivity.intent(Stage.fake, "Xiaomi"))
        lookAtWatch()
        look(RecordActivity::class.java)
        look(SettingsActivity::class.java)
        SeedRules.fill(Stage.fake)
        look(RulesActivity::class.java)
        Stage.fake.lists.kept = listOf(FakeLists.user("Ad servers", 84_002, "https://lists.example/servers.txt"))
        look(ListsActivity::class.java)
        look(ListActivity::class.java, Intent().putExtra(ListActivity.NAME, "Ad servers"))
        look(AddListActivity::class.java)
        look(ListRowsActivity::class.java, Intent().putExtra(ListRowsActivity.LIST, BuiltIn.NEVER))
        look(LookupActivity::class.java)
        look(RuleActivity::class.java, RuleActivity.intent(Stage.fake, SeedRules.china))
        look(TrialActivity::class.java)
        look(SetupCheckActivity::class.java)
        look(SetupActivity::class.java)
        assertEquals(faults.joinToString("\n"), 0, faults.size)
    }

    private fun lookAtWatch() {
        val watched = FakeWatch.watched(Seed.browser, letsThrough = true)
        FakeWatch.giveScreen(Stage.fake, Seed.browser)
        Stage.fake.policy.setMode(Seed.browser.key, AppMode.ALLOW)
        val cutOff = WatchState.CutOff(watched, Seed.NOW, turnedOff = true)
        for (state in listOf(WatchState.Running(watched), WatchState.Done(watched, FakeWatch.SEEN), cutOff)) {
            Stage.fake.watch.state = state
            look(WatchActivity::class.java)
        }
    }

    private fun <T : Activity> look(type: Class<T>, intent: Intent = Intent()) {
        val controller = Stage.open(type, intent)
        inspect(controller.get(), type.simpleName)
        controller.pause().stop().destroy()
    }

    private fun inspect(activity: Activity, screen: String) {
        val root = Stage.root(activity)
        val picture = Bitmap.createBitmap(root.width, root.height, Bitmap.Config.ARGB_8888)
        root.draw(Canvas(picture))
        val density = root.resources.displayMetrics.density
        for (view in Stage.shown(root)) {
            val seen = Rect()
            if (!view.getGlobalVisibleRect(seen)) continue
            val whole = seen.width() == view.width && seen.height() == view.height
            if (view.isClickable && whole) {
                val small = Math.min(view.width, view.height) / density
                if (small < 47.5f) faults += "$screen: ${name(view)} is $small dp"
                if (spoken(view).isBlank()) faults += "$screen: ${name(view)} has no label"
            }
            if (view is TextView && view !is EditText && whole && view.text.isNotBlank() && opaque(view)) {
                val contrast = contrast(view.currentTextColor, ground(picture, seen))
                if (contrast < 4.5) faults += "$screen: \"${view.text}\" has a contrast of $contrast"
                if (root.resources.configuration.fontScale >= 2f) cut(view)?.let { faults += "$screen: $it" }
            }
        }
    }

    /** Only a host may be cut, and only at its start. */
    private fun cut(view: TextView): String? {
        val layout = view.layout ?: return null
        val isCut = (0 until layout.lineCount).any { layout.getEllipsisCount(it) > 0 }
        val tooHigh = layout.height > view.height - view.compoundPaddingTop - view.compoundPaddingBottom + 1
        return if (isCut || tooHigh) "\"${view.text}\" is cut" else null
    }

    private fun spoken(view: View): String {
        val own = listOfNotNull(view.contentDescription, (view as? TextView)?.text, (view as? EditText)?.hint).joinToString("")
        if (own.isNotBlank() || view !is ViewGroup) return own
        return (0 until view.childCount).joinToString("") { spoken(view.getChildAt(it)) }
    }

    private fun opaque(view: View): Boolean = generateSequence(view) { it.parent as? View }.all { it.alpha == 1f }

    /** The colour that most of the view's surface has. */
    private fun ground(picture: Bitmap, at: Rect): Int {
        val counts = HashMap<Int, Int>()
        for (y in at.top until at.bottom) for (x in at.left until at.right) counts.merge(picture.getPixel(x, y), 1, Int::plus)
        return counts.maxBy { it.value }.key
    }

    private fun contrast(a: Int, b: Int): Double {
        val (light, dark) = listOf(luminance(a), luminance(b)).sortedDescending()
        return (light + 0.05) / (dark + 0.05)
    }

    private fun luminance(colour: Int): Double = Color.luminance(colour).toDouble()

    private fun name(view: View) = "${view.javaClass.simpleName} \"${spoken(view).take(40)}\""
}
