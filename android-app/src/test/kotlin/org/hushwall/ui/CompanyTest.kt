// The page of a company: what it tells, where it leads, and the choice about all of it.
package org.hushwall.ui

import android.app.Activity
import android.content.Intent
import android.view.View
import org.hushwall.AppRunner
import org.hushwall.log.CompanyReport
import org.hushwall.log.DayBar
import org.hushwall.log.HourBar
import org.hushwall.ui.app.AppActivity
import org.hushwall.ui.company.CompanyActivity
import org.hushwall.ui.connection.ConnectionActivity
import org.hushwall.ui.connection.RowBundle
import org.hushwall.ui.main.MainActivity
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

@RunWith(AppRunner::class)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-w411dp-h1600dp-hdpi")
class CompanyTest {
    private val fake get() = Stage.fake

    @Before
    fun afternoon() = Seed.afternoon(Stage.fake)

    private fun company(name: String = "Xiaomi"): Activity =
        Stage.open(CompanyActivity::class.java, CompanyActivity.intent(fake, name)).get()

    private fun assertSays(root: View, vararg texts: String) {
        for (text in texts) assertTrue("$text: ${Stage.texts(root)}", Stage.says(root, text))
    }

    @Test
    fun itSaysWhoTheyAreWhichAppsWhatForAndWhere() {
        val root = Stage.root(company())
        assertSays(root, "Xiaomi", "A company from China. We know 37 of its services.", "5,120")
        assertSays(root, "Mi Browser", "2,410 stopped · 120 let through", "Usage statistics", "Ads", "Singapore, Germany, China")
    }

    @Test
    fun anAppLeadsToItsOwnScreen() {
        val screen = company()
        Stage.tap(Stage.root(screen), "Mi Browser")
        val next = shadowOf(screen).nextStartedActivity
        assertEquals(AppActivity::class.java.name, next.component?.className)
        assertEquals(Seed.browser.key, next.getStringExtra(AppActivity.KEY))
    }

    @Test
    fun allOfItIsStoppedAndUndoneAndLeftToTheListsAgain() {
        fake.policy.hostRule(Seed.browser.key, "sa.api.intl.miui.com", allow = true, until = null)
        fake.policy.hostRule(null, "other.example", allow = false, until = null)
        val root = Stage.root(company())
        Stage.tap(root, "Stop all of it")
        val all = listOf("ad.intl.xiaomi.com", "sa.api.intl.miui.com", "tracking.intl.miui.com")
        val rules = fake.policy.hosts.filter { it.host != "other.example" }
        assertEquals(all, rules.map { it.host })
        assertTrue(rules.all { it.key == null && !it.allow && it.until == null })
        Stage.tap(root, "Undo")
        assertEquals(listOf(Seed.browser.key), fake.policy.hosts.filter { it.host != "other.example" }.map { it.key })
        Stage.tap(root, "Stop all of it")
        Stage.tap(root, "As the lists say")
        assertEquals(listOf("other.example"), fake.policy.hosts.map { it.host })
        Stage.tap(root, "Undo")
        assertEquals(4, fake.policy.hosts.size)
    }

    @Test
    fun whatIsSoNowIsMarked() {
        val root = Stage.root(company())
        fun isMarked(words: String) = Stage.shown(root).first { (it as? android.widget.TextView)?.text?.toString() == words }.isSelected
        assertTrue(isMarked("As the lists say"))
        assertFalse(isMarked("Stop all of it"))
        Stage.tap(root, "Stop all of it")
        assertTrue(isMarked("Stop all of it"))
        assertFalse(isMarked("As the lists say"))
    }

    @Test
    fun aQuietWeekAnUnknownCompanyAndAnUnreadableRecordAreSaid() {
        fake.log.company = { _, period ->
            val days = period.midnights.dropLast(1).map { DayBar(it, HourBar(0, 0)) }
            CompanyReport("", 1, false, emptyList(), days, emptyList(), emptyList(), emptyList())
        }
        val quiet = Stage.root(company())
        assertSays(quiet, "We know 1 of its services.", "Nobody in this week.")
        assertFalse("nothing to choose", Stage.says(quiet, "Stop all of it"))
        fake.log.company = { _, _ -> null }
        assertSays(Stage.root(company()), "We know nothing about this company any more.")
        fake.log.company = { _, _ -> error("unreadable") }
        assertSays(Stage.root(company()), "The report could not be made")
    }

    @Test
    fun theReportAConnectionAndAnAppsDestinationLeadHere() {
        fun opened(screen: Activity): String? {
            val next = shadowOf(screen).nextStartedActivity
            assertEquals(CompanyActivity::class.java.name, next.component?.className)
            return next.getStringExtra(CompanyActivity.NAME)
        }
        val report = Stage.open(MainActivity::class.java, Intent().putExtra(MainActivity.PLACE, MainActivity.REPORT)).get()
        Stage.tap(Stage.root(report), "Meta")
        assertEquals("Meta", opened(report))
        val connection = Stage.open(ConnectionActivity::class.java, Intent().putExtras(RowBundle.of(Seed.rows().first(), 1))).get()
        Stage.tap(Stage.root(connection), "Xiaomi")
        assertEquals("Xiaomi", opened(connection))
        val app = Stage.open(AppActivity::class.java, Intent().putExtra(AppActivity.KEY, Seed.browser.key)).get()
        Stage.tap(Stage.root(app), "Xiaomi · usage statistics")
        Stage.tap(Stage.sheet(), "About Xiaomi")
        assertEquals("Xiaomi", opened(app))
    }
}
