// Pictures of every screen, by day, by night, in Arabic and at twice the font size. A person looks at them; the test sees to
// it that each is made and that nothing throws on the way.
package org.hushwall.ui

import android.app.Activity
import android.content.Intent
import android.widget.EditText
import android.widget.ScrollView
import org.hushwall.AppRunner
import org.hushwall.R
import org.hushwall.policy.BuiltIn
import org.hushwall.ui.advice.AdviceActivity
import org.hushwall.ui.app.AppActivity
import org.hushwall.ui.apps.AppRow
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
import org.hushwall.ui.setup.SetupMemory
import org.hushwall.ui.watch.WatchActivity
import org.hushwall.vpn.Obstacle
import org.hushwall.vpn.ProtectionState
import org.hushwall.vpn.ProtectionStatus
import org.hushwall.watch.WatchState
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode
import org.robolectric.shadows.ShadowBuild

@RunWith(AppRunner::class)
@GraphicsMode(GraphicsMode.Mode.NATIVE)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED])
class ScreenshotsTest {
    @Before
    fun afternoon() {
        ShadowBuild.setManufacturer("Xiaomi")
        Seed.afternoon(Stage.fake)
    }

    @Test
    @Config(qualifiers = "en-w411dp-h891dp-port-notnight-hdpi")
    fun light() = screens("light")

    @Test
    @Config(qualifiers = "en-w411dp-h891dp-port-night-hdpi")
    fun dark() = screens("dark")

    @Test
    @Config(qualifiers = "ar-ldrtl-w411dp-h891dp-port-notnight-hdpi")
    fun arabic() = screens("ar")

    @Test
    @Config(qualifiers = "en-w411dp-h891dp-port-notnight-hdpi", fontScale = 2.0f)
    fun font2() = screens("font2")

    @Test
    @Config(qualifiers = "en-w411dp-h891dp-port-notnight-hdpi")
    fun states() = eachState("state")

    @Test
    @Config(qualifiers = "en-w360dp-h720dp-port-notnight-hdpi")
    fun small() = Stage.picture(Stage.open(MainActivity::class.java).get(), "home-small")

    @Test
    @Config(qualifiers = "en-rGB-w891dp-h411dp-land-notnight-hdpi")
    fun landscape() {
        val main = Stage.open(MainActivity::class.java).get()
        Stage.picture(main, "home-landscape")
        main.goTo(MainActivity.REPORT)
        Stage.settle()
        Stage.picture(main, "report-landscape")
    }

    @Test
    @Config(qualifiers = "de-w360dp-h720dp-port-notnight-hdpi")
    fun german() = places("de")

    @Test
    @Config(qualifiers = "en-rGB-w411dp-h891dp-port-notnight-hdpi")
    fun reportLight() {
        report("report-light")
        Stage.fake.log.told = SeedReport::firstDay
        Stage.fake.gaps.list = emptyList()
        Stage.fake.gaps.share = 1.0
        report("report-first-week")
    }

    @Test
    @Config(qualifiers = "en-rGB-w411dp-h891dp-port-night-hdpi")
    fun reportDark() = report("report-dark")

    @Test
    @Config(qualifiers = "ar-rMA-ldrtl-w411dp-h891dp-port-notnight-hdpi")
    fun reportArabic() = report("report-ar")

    @Test
    @Config(qualifiers = "en-rGB-w411dp-h891dp-port-notnight-hdpi", fontScale = 2.0f)
    fun reportFont2() = report("report-font2")

    @Test
    @Config(qualifiers = "en-w411dp-h891dp-port-notnight-hdpi")
    fun listsLight() = lists("light")

    @Test
    @Config(qualifiers = "en-w411dp-h891dp-port-night-hdpi")
    fun listsDark() = lists("dark")

    @Test
    @Config(qualifiers = "ar-ldrtl-w411dp-h891dp-port-notnight-hdpi")
    fun listsArabic() = lists("ar")

    @Test
    @Config(qualifiers = "en-w411dp-h891dp-port-notnight-hdpi", fontScale = 2.0f)
    fun listsFont2() = lists("font2")

    private fun lists(theme: String) {
        Stage.fake.lists.kept = listOf(FakeLists.user("Ad servers", 84_002, "https://lists.example/servers.txt", "MIT"))
        shoot(ListsActivity::class.java, "lists-$theme")
        shoot(ListActivity::class.java, "list-$theme", Intent().putExtra(ListActivity.NAME, "Ad servers"))
        shoot(AddListActivity::class.java, "add-list-$theme")
        shoot(ListRowsActivity::class.java, "list-rows-$theme", Intent().putExtra(ListRowsActivity.LIST, BuiltIn.XIAOMI_STRICT))
        val lookup = Stage.open(LookupActivity::class.java).get()
        Stage.all(Stage.root(lookup)).filterIsInstance<EditText>().single().setText("sa.api.intl.miui.com")
        Stage.settle()
        Stage.picture(lookup, "lookup-$theme")
    }

    /** The top of the page, and the rest of it. */
    private fun report(name: String) {
        val main = Stage.open(MainActivity::class.java, Intent().putExtra(MainActivity.PLACE, MainActivity.REPORT))
        Stage.picture(main.get(), name)
        val page = Stage.shown(Stage.root(main.get())).filterIsInstance<ScrollView>().single()
        page.scrollTo(0, page.getChildAt(0).height)
        Stage.settle()
        Stage.picture(main.get(), "$name-end")
        if (name == "report-light") {
            Stage.tap(Stage.root(main.get()), "Share")
            Stage.pictureWithSheet(main.get(), "report-share-light")
            Stage.dialog().dismiss()
        }
        main.pause().stop().destroy()
        if (name == "report-first-week") return
        shoot(CompanyActivity::class.java, name.replace("report", "company"), CompanyActivity.intent(Stage.fake, "Xiaomi"))
    }

    private fun screens(theme: String) {
        places(theme)
        shoot(AppActivity::class.java, "app-$theme", Intent().putExtra(AppActivity.KEY, Seed.browser.key))
        shoot(ConnectionActivity::class.java, "connection-$theme", Intent().putExtras(RowBundle.of(Seed.rows().first(), 14)))
        shoot(RecordActivity::class.java, "record-$theme")
        shoot(SettingsActivity::class.java, "settings-$theme")
        shoot(SetupActivity::class.java, "first-run-$theme", atStep = 3)
        SetupMemory(Stage.fake).saidAutostart = true
        shoot(SetupCheckActivity::class.java, "setup-check-$theme")
        shoot(AdviceActivity::class.java, "advice-$theme")
        rules(theme)
        watch(theme)
        if (theme == "light") onlyOnce()
    }

    private fun watch(theme: String) {
        val watched = FakeWatch.watched(Seed.browser)
        FakeWatch.giveScreen(Stage.fake, Seed.browser)
        Stage.fake.watch.state = WatchState.Running(watched)
        shoot(WatchActivity::class.java, "watch-$theme")
        Stage.fake.watch.state = WatchState.Done(watched, FakeWatch.SEEN)
        shoot(WatchActivity::class.java, "watch-result-$theme")
        if (theme != "light") return
        Stage.fake.watch.state = WatchState.CutOff(watched, Seed.NOW, turnedOff = false)
        shoot(WatchActivity::class.java, "watch-cut-off")
        Stage.fake.watch.state = WatchState.Idle
        val app = Stage.open(AppActivity::class.java, Intent().putExtra(AppActivity.KEY, Seed.browser.key)).get()
        Stage.tap(Stage.root(app), "Watch 5 min")
        Stage.tap(Stage.sheet(), "Let everything through to see it all")
        Stage.pictureWithSheet(app, "watch-start")
        Stage.dialog().dismiss()
    }

    private fun places(theme: String) {
        val main = Stage.open(MainActivity::class.java)
        Stage.picture(main.get(), "home-$theme")
        main.get().goTo(MainActivity.APPS)
        Stage.settle()
        Stage.picture(main.get(), "apps-$theme")
        main.get().goTo(MainActivity.ACTIVITY)
        Stage.settle()
        Stage.picture(main.get(), "activity-$theme")
        if (theme == "de") {
            main.get().goTo(MainActivity.REPORT)
            Stage.settle()
            Stage.picture(main.get(), "report-de")
        }
        main.pause().stop().destroy()
    }

    private fun onlyOnce() {
        val main = Stage.open(MainActivity::class.java).get()
        Stage.tap(Stage.root(main), "Pause")
        Stage.pictureWithSheet(main, "pause-light")
        Stage.dialog().dismiss()
        main.goTo(MainActivity.APPS)
        Stage.settle()
        Stage.tap(Stage.root(main), "Filter")
        Stage.pictureWithSheet(main, "mode-light")
        Stage.tap(Stage.sheet(), "Block")
        Stage.picture(main, "undo-light")
        main.undo.dismiss()
        Stage.shown(Stage.root(main)).filterIsInstance<AppRow>().take(2).forEach { it.performLongClick() }
        Stage.settle()
        Stage.picture(main, "selection-light")
        main.closeOpen()
        inApp(Seed.browser.key, "Xiaomi · usage statistics", "destination-light")
        Stage.fake.log.rows += Seed.row(90_001, Seed.shop, "pay.example.com", 60, true, Seed.listed("example.com"))
        inApp(Seed.shop.key, "Something broke?", "broken-light")
        for (step in listOf(0, 1, 4, 5, 6)) shoot(SetupActivity::class.java, "first-run-step-${step + 1}", atStep = step)
    }

    private fun rules(theme: String) {
        if (theme == "light") shoot(RulesActivity::class.java, "rules-empty")
        SeedRules.fill(Stage.fake)
        shoot(RulesActivity::class.java, "rules-$theme")
        val editor = Stage.open(RuleActivity::class.java, RuleActivity.intent(Stage.fake, SeedRules.china)).get()
        Stage.picture(editor, "rule-$theme")
        val trial = Stage.open(TrialActivity::class.java).get()
        if (theme == "light") {
            Stage.tap(Stage.root(editor), "When · on mobile data from 22:00 to 06:00")
            Stage.pictureWithSheet(editor, "rule-when-light")
            Stage.dialog().dismiss()
            Stage.tap(Stage.root(trial), "Choose an app")
            Stage.pictureWithSheet(trial, "rule-who-light")
            Stage.tap(Stage.sheet(), "Mi Browser")
            trial.findViewById<EditText>(R.id.trial_host).setText("ads.example.com")
            Stage.tap(Stage.root(trial), "See who decides")
        }
        Stage.picture(trial, "trial-$theme")
        Stage.fake.policy.hosts.clear()
        Stage.fake.policy.uses.clear()
    }

    /** The sheet that a tap on an app's screen brings. */
    private fun inApp(key: String, tapped: String, name: String) {
        val screen = Stage.open(AppActivity::class.java, Intent().putExtra(AppActivity.KEY, key)).get()
        Stage.tap(Stage.root(screen), tapped)
        Stage.pictureWithSheet(screen, name)
        Stage.dialog().dismiss()
    }

    private fun eachState(name: String) {
        val fake = Stage.fake
        val minutes = 60_000L
        val states = mapOf(
            "off" to ProtectionStatus(ProtectionState.OFF),
            "starting" to ProtectionStatus(ProtectionState.STARTING),
            "not-sure" to ProtectionStatus(ProtectionState.NOT_SURE),
            "paused" to ProtectionStatus(ProtectionState.PAUSED, pausedUntil = Seed.NOW + 4 * minutes + 12_000),
            "other-vpn" to ProtectionStatus(ProtectionState.OTHER_VPN, otherVpn = "Work VPN"),
            "other-always" to ProtectionStatus(ProtectionState.OTHER_VPN_ALWAYS_ON, otherVpn = "Work VPN"),
            "consent" to ProtectionStatus(ProtectionState.CONSENT_MISSING),
            "closed" to ProtectionStatus(ProtectionState.FAILED, since = Seed.NOW - 2 * minutes, tunnelUp = true),
            "restarting" to ProtectionStatus(ProtectionState.NOT_SURE, restarting = true),
            "not-started" to ProtectionStatus(ProtectionState.FAILED, since = Seed.NOW - 2 * minutes),
            "impossible" to ProtectionStatus(ProtectionState.IMPOSSIBLE, obstacle = Obstacle.NO_CORE),
        )
        for ((state, status) in states) {
            fake.protection.status = status
            shoot(MainActivity::class.java, "$name-$state")
        }
        fake.protection.status = ProtectionStatus(ProtectionState.ON, testedAt = Seed.NOW - 5_000)
        fake.gaps.list = Seed.gaps() + Seed.gapToday
        shoot(MainActivity::class.java, "$name-back-after-gap")
    }

    private fun <T : Activity> shoot(type: Class<T>, name: String, intent: Intent = Intent(), atStep: Int = 0) {
        val controller = Stage.open(type, intent)
        if (atStep > 0) (controller.get() as SetupActivity).goTo(atStep)
        Stage.settle()
        Stage.picture(controller.get(), name)
        controller.pause().stop().destroy()
    }
}
