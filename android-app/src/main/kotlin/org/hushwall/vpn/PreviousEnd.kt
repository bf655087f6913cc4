package org.hushwall.vpn

import android.app.ActivityManager
import android.app.ApplicationExitInfo
import android.content.Context
import android.content.pm.PackageManager
import android.os.Build
import android.os.SystemClock

/** How a time of protection ended that nobody wrote the end of. */
internal data class Ending(val at: Long, val cause: GapCause, val detail: String?)

/** Finds out how this app's process ended the last time. [now] in Unix milliseconds. */
internal class PreviousEnd(private val context: Context, private val now: () -> Long) {
    /** What ended it after [lastSign], its last sign of life, Unix milliseconds. */
    fun after(lastSign: Long): Ending {
        val booted = now() - SystemClock.elapsedRealtime()
        // While the phone was off nothing left it.
        if (booted > lastSign) return Ending(booted, GapCause.RESTART, null)
        val told = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) told(lastSign) else null
        val updated = updatedAt()
        if (updated >= lastSign) return Ending(told?.at ?: lastSign, GapCause.UPDATE, null)
        return told ?: Ending(lastSign, GapCause.UNKNOWN, null)
    }

    /** What Android noted about it (ActivityManager.getHistoricalProcessExitReasons, API 30). */
    private fun told(lastSign: Long): Ending? {
        val manager = context.getSystemService(ActivityManager::class.java)
        val exit = manager.getHistoricalProcessExitReasons(context.packageName, 0, 1).firstOrNull() ?: return null
        return if (exit.timestamp < lastSign) null else Ending(exit.timestamp, causeOf(exit.reason), exit.description)
    }

    private fun causeOf(reason: Int) = when (reason) {
        ApplicationExitInfo.REASON_CRASH,
        ApplicationExitInfo.REASON_CRASH_NATIVE,
        ApplicationExitInfo.REASON_ANR,
        ApplicationExitInfo.REASON_INITIALIZATION_FAILURE,
        -> GapCause.CRASH
        ApplicationExitInfo.REASON_USER_REQUESTED, ApplicationExitInfo.REASON_USER_STOPPED -> GapCause.STOPPED_BY_USER
        ApplicationExitInfo.REASON_PACKAGE_UPDATED -> GapCause.UPDATE
        ApplicationExitInfo.REASON_UNKNOWN, ApplicationExitInfo.REASON_EXIT_SELF -> GapCause.UNKNOWN
        else -> GapCause.STOPPED_BY_SYSTEM
    }

    private fun updatedAt(): Long = try {
        context.packageManager.getPackageInfo(context.packageName, 0).run { if (lastUpdateTime > firstInstallTime) lastUpdateTime else 0 }
    } catch (_: PackageManager.NameNotFoundException) {
        0
    }
}
