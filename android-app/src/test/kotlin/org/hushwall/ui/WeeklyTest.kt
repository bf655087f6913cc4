// The week's line on Sunday evening: only for those who ask, and nothing left behind when they no longer do.
package org.hushwall.ui

import android.app.Notification
import android.app.NotificationManager
import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import java.util.TimeZone
import org.hushwall.AppRunner
import org.hushwall.core.CoreException
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.weekly.WeeklyJob
import org.hushwall.ui.weekly.WeeklyNotice
import org.hushwall.ui.weekly.sundayEvening
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadow.api.Shadow

@RunWith(AppRunner::class)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-rGB-w411dp-h2400dp-hdpi")
class WeeklyTest {
    private val fake get() = Stage.fake
    private val notices get() = fake.getSystemService(NotificationManager::class.java)
    private val jobs: List<JobInfo> get() = fake.getSystemService(JobScheduler::class.java).allPendingJobs

    @Before
    fun afternoon() = Seed.afternoon(Stage.fake)

    private fun tapRow() {
        val screen = Stage.open(MainActivity::class.java).get()
        screen.goTo(MainActivity.REPORT)
        Stage.settle()
        Stage.tap(Stage.root(screen), "Tell me each Sunday")
    }

    /** Android runs the job; the notices that are there then. */
    private fun run(): List<Notification> {
        val service = Robolectric.setupService(WeeklyJob::class.java)
        val isBusy = service.onStartJob(Shadow.newInstanceOf(JobParameters::class.java))
        Stage.settle()
        if (isBusy) assertTrue(shadowOf(service).isJobFinished)
        return shadowOf(notices).allNotifications
    }

    @Test
    fun nothingIsPlannedUntilTheUserAsks() {
        Stage.open(MainActivity::class.java).get().goTo(MainActivity.REPORT)
        Stage.settle()
        assertEquals(emptyList<JobInfo>(), jobs)
        assertEquals(emptyList<Notification>(), run())
        assertNull(notices.getNotificationChannel("weekly"))
    }

    @Test
    fun oneJobWaitsForSundayEveningOutlivesARestartAndWakesNobody() {
        tapRow()
        val job = jobs.single()
        val untilEvening = Seed.MIDNIGHT + 18 * Seed.HOUR - Seed.NOW
        // The clock goes on a little while the screen opens.
        assertTrue("${job.minLatencyMillis}", job.minLatencyMillis in untilEvening - 1_000..untilEvening)
        assertTrue(job.isPersisted)
        assertEquals("a deadline would wake the phone", 0L, job.maxExecutionDelayMillis)
        tapRow()
        assertEquals(emptyList<JobInfo>(), jobs)
        assertFalse(WeeklyNotice(fake).isOn)
    }

    @Test
    fun theWeekIsToldQuietlyAndTheNextOneIsPlanned() {
        WeeklyNotice(fake).turn(true, Seed.NOW)
        val told = run().single()
        assertEquals("16 to 22 November: 8,412 stopped", told.extras.getString(Notification.EXTRA_TITLE))
        assertEquals("Who wanted to know most: Xiaomi, Google and Meta.", told.extras.getString(Notification.EXTRA_TEXT))
        assertEquals("Weekly report", told.publicVersion.extras.getString(Notification.EXTRA_TITLE))
        assertEquals(NotificationManager.IMPORTANCE_LOW, notices.getNotificationChannel("weekly").importance)
        val opened = shadowOf(told.contentIntent).savedIntent
        assertEquals(MainActivity.REPORT, opened.getIntExtra(MainActivity.PLACE, -1))
        assertEquals(sundayEvening(Seed.NOW) + 7 * 24 * Seed.HOUR - Seed.NOW, jobs.single().minLatencyMillis)
    }

    @Test
    fun whoNoLongerWantsItIsToldNothing() {
        WeeklyNotice(fake).turn(true, Seed.NOW)
        run()
        WeeklyNotice(fake).turn(false, Seed.NOW)
        assertEquals(emptyList<Notification>(), run())
        assertEquals(emptyList<JobInfo>(), jobs)
    }

    @Test
    fun aRecordThatCannotBeReadTellsNothingAndTheNextWeekIsTried() {
        WeeklyNotice(fake).turn(true, Seed.NOW)
        fake.log.told = { throw CoreException(CoreException.LOG, "damaged") }
        assertEquals(emptyList<Notification>(), run())
        assertEquals(1, jobs.size)
        fake.log.told = { SeedReport.firstDay(it).copy(knownSince = null) }
        assertEquals("nothing is known yet", emptyList<Notification>(), run())
    }

    @Test
    fun aForgottenJobIsPlannedAgain() {
        val notice = WeeklyNotice(fake)
        notice.turn(true, Seed.NOW)
        fake.getSystemService(JobScheduler::class.java).cancelAll()
        Stage.open(MainActivity::class.java).get().goTo(MainActivity.REPORT)
        Stage.settle()
        assertEquals(1, jobs.size)
    }

    @Test
    fun whatAndroidDoesNotShowIsSaid() {
        shadowOf(notices).setNotificationsEnabled(false)
        val screen = Stage.open(MainActivity::class.java).get()
        screen.goTo(MainActivity.REPORT)
        Stage.settle()
        val words = "Android does not let Hushwall show notifications now."
        assertFalse(Stage.says(Stage.root(screen), words))
        Stage.tap(Stage.root(screen), "Tell me each Sunday")
        assertTrue(Stage.says(Stage.root(screen), words))
    }

    @Test
    fun sundayIsThePhonesSunday() {
        TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Auckland"))
        // There it is Monday already.
        assertEquals(Seed.MIDNIGHT + 7 * 24 * Seed.HOUR + 5 * Seed.HOUR, sundayEvening(Seed.NOW))
    }
}
