package org.hushwall.vpn

import android.app.ActivityManager
import android.app.Application
import android.app.ApplicationExitInfo
import android.os.SystemClock
import org.hushwall.AppRunner
import org.junit.Assert.assertEquals
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowActivityManager.ApplicationExitInfoBuilder

@RunWith(AppRunner::class)
@Config(application = Application::class)
class PreviousEndTest {
    private val app = RuntimeEnvironment.getApplication()
    private val now = 1_800_000_000_000
    private val booted = now - SystemClock.elapsedRealtime()
    private val sign = booted + 50

    private fun ended() = PreviousEnd(app) { now }.after(sign)

    private fun exit(at: Long, reason: Int) {
        val info = ApplicationExitInfoBuilder.newBuilder().setTimestamp(at).setReason(reason).setDescription("why").build()
        shadowOf(app.getSystemService(ActivityManager::class.java)).addApplicationExitInfo(info)
    }

    @Test
    @Config(sdk = [34, 35])
    fun androidTellsWhenAndWhy() {
        for ((reason, cause) in listOf(
            ApplicationExitInfo.REASON_LOW_MEMORY to GapCause.STOPPED_BY_SYSTEM,
            ApplicationExitInfo.REASON_USER_STOPPED to GapCause.STOPPED_BY_USER,
            ApplicationExitInfo.REASON_CRASH_NATIVE to GapCause.CRASH,
            ApplicationExitInfo.REASON_UNKNOWN to GapCause.UNKNOWN,
        )) {
            exit(sign + 20, reason)
            assertEquals(Ending(sign + 20, cause, "why"), ended())
        }
    }

    @Test
    @Config(sdk = [34])
    fun anEndBeforeTheLastSignIsAnother() {
        exit(sign - 1, ApplicationExitInfo.REASON_CRASH)
        assertEquals(Ending(sign, GapCause.UNKNOWN, null), ended())
    }

    @Test
    @Config(sdk = [26, 29])
    fun beforeAndroid11NobodyTells() = assertEquals(Ending(sign, GapCause.UNKNOWN, null), ended())

    @Test
    @Config(sdk = [26, 34])
    fun whileThePhoneWasOffNothingLeftIt() {
        assertEquals(Ending(booted, GapCause.RESTART, null), PreviousEnd(app) { now }.after(booted - 5_000))
    }

    @Test
    @Config(sdk = [26, 34])
    fun anUpdateOfTheAppEndsItsProcess() {
        val info = app.packageManager.getPackageInfo(app.packageName, 0)
        info.firstInstallTime = 1
        info.lastUpdateTime = sign + 5
        shadowOf(app.packageManager).installPackage(info)
        assertEquals(Ending(sign, GapCause.UPDATE, null), ended())
    }
}
