// A watch with the real core: it ends when its time is over, and whatever ends the filter before ends it with a word.
package org.hushwall.watch

import android.app.AlarmManager
import android.app.Notification
import android.app.NotificationManager
import android.os.SystemClock
import java.io.File
import org.hushwall.AppRunner
import org.hushwall.Phone
import org.hushwall.policy.FilePolicy
import org.hushwall.ui.Seed
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

@RunWith(AppRunner::class)
@Config(sdk = [26, 34])
class LiveWatchTest {
    @get:Rule val phone = Phone()
    private val watch get() = phone.app.watch
    private val policy get() = phone.app.policy
    private val alarms get() = shadowOf(phone.app.getSystemService(AlarmManager::class.java))
    private val notice: Notification?
        get() = shadowOf(phone.app.getSystemService(NotificationManager::class.java)).getNotification(3)
    private val app = Seed.shop

    private fun begin(letsThrough: Boolean = false): Boolean {
        var answer: Boolean? = null
        watch.begin(app, 5, letsThrough) { answer = it }
        phone.await("the answer") { answer != null }
        return answer == true
    }

    private fun awaitCutOff(): WatchState.CutOff {
        phone.await("the end") { watch.state is WatchState.CutOff }
        return watch.state as WatchState.CutOff
    }

    @Test
    fun withoutAFilterNothingBegins() {
        assertEquals(false, begin(letsThrough = true))
        assertEquals(WatchState.Idle, watch.state)
        assertNull(policy.pausedUntil(app.key))
    }

    @Test
    fun itEndsWhenItsTimeIsOverByOneAlarmAndTellsWhatWasSeen() {
        phone.turnOn()
        assertTrue(begin())
        val alarm = alarms.scheduledAlarms.single()
        assertEquals(AlarmManager.ELAPSED_REALTIME_WAKEUP, alarm.getType())
        assertEquals(SystemClock.elapsedRealtime() + 300_000, alarm.triggerAtMs)
        assertTrue(checkNotNull(notice).extras.getBoolean(Notification.EXTRA_SHOW_CHRONOMETER))
        assertEquals(300_000, checkNotNull(notice).timeoutAfter)
        assertEquals("another waits", false, begin())
        alarms.fireAlarm(alarm)
        phone.await("the result") { watch.state is WatchState.Done }
        assertEquals(0, (watch.state as WatchState.Done).seen.tries)
        assertEquals("0 companies", checkNotNull(notice).extras.getString(Notification.EXTRA_TEXT))
        val file = File(phone.app.cacheDir, "watch")
        phone.beside { watch.export(SeenFormat.PAGE, file) }
        assertTrue(file.readText().startsWith("<!DOCTYPE html>"))
        watch.acknowledge()
        assertNull(notice)
    }

    @Test
    fun finishedEarlyNoAlarmIsLeft() {
        phone.turnOn()
        begin()
        watch.finish()
        phone.await("the result") { watch.state is WatchState.Done }
        assertEquals(0, alarms.scheduledAlarms.size)
    }

    @Test
    fun whatIsLetThroughEndsByItselfAlsoInAnotherProcessAndAtOnceWhenItIsFinished() {
        phone.turnOn()
        begin(letsThrough = true)
        val until = checkNotNull(policy.pausedUntil(app.key))
        assertEquals((watch.state as WatchState.Running).watched.until, until)
        val file = File(phone.app.createDeviceProtectedStorageContext().filesDir, "policy.json")
        assertEquals(until, FilePolicy(file) { until - 1 }.pausedUntil(app.key))
        assertNull(FilePolicy(file) { until }.pausedUntil(app.key))
        watch.finish()
        assertNull(policy.pausedUntil(app.key))
    }

    @Test
    fun aLongerPauseOfTheUsersOwnStays() {
        phone.turnOn()
        val until = phone.now() + 3_600_000
        policy.pauseApp(app.key, until)
        begin(letsThrough = true)
        watch.finish()
        assertEquals(until, policy.pausedUntil(app.key))
    }

    @Test
    fun turningHushwallOffCutsItOff() {
        phone.turnOn()
        begin(letsThrough = true)
        phone.app.protection.turnOff()
        assertTrue(awaitCutOff().turnedOff)
        assertNull(policy.pausedUntil(app.key))
        assertEquals(0, alarms.scheduledAlarms.size)
        assertNotNull(notice)
    }

    @Test
    fun aRestartOfTheFilterCutsItOff() {
        phone.turnOn()
        begin()
        phone.app.protection.restartFilter()
        assertEquals(false, awaitCutOff().turnedOff)
    }

    @Test
    fun aCoreThatLostItIsNoticedAtTheNextLook() {
        phone.turnOn()
        begin()
        phone.beside { phone.app.core.command("end-audit", "utc_offset" to 0) }
        watch.look { error("nothing is there to see") }
        assertEquals(false, awaitCutOff().turnedOff)
    }
}
