// The week in one line, each Sunday evening, for those who ask for it. Android runs one job when its time has come and the phone is
// awake anyway; it outlives a restart. Switched off there is no job at all.
package org.hushwall.ui.weekly

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.app.job.JobInfo
import android.app.job.JobScheduler
import android.content.ComponentName
import android.content.Context
import android.content.Intent
import android.icu.text.ListFormatter
import java.util.Calendar
import org.hushwall.R
import org.hushwall.log.ActivityLog
import org.hushwall.log.Report
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.report.Week
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.locale

internal class WeeklyNotice(private val context: Context) {
    private val words = Words(context)
    private val memory = context.getSharedPreferences("weekly", Context.MODE_PRIVATE)
    private val jobs = context.getSystemService(JobScheduler::class.java)
    private val notices = context.getSystemService(NotificationManager::class.java)

    val isOn: Boolean get() = memory.getBoolean(ON, false)

    /** Whether Android shows what this app has to tell. */
    val isAllowed: Boolean get() = notices.areNotificationsEnabled()

    fun turn(on: Boolean, now: Long) {
        memory.edit().putBoolean(ON, on).apply()
        if (on) return plan(now, from = now)
        jobs.cancel(JOB)
        notices.cancel(NOTICE)
    }

    /** Some systems forget jobs: one is planned where there should be one. */
    fun keep(now: Long) {
        if (isOn && jobs.getPendingJob(JOB) == null) plan(now, from = now)
    }

    /** Told once; the next one is in a week, also where the clock was a little early. */
    fun planNext(now: Long) {
        if (isOn) plan(now, from = now + Words.DAY)
    }

    private fun plan(now: Long, from: Long) {
        val job = JobInfo.Builder(JOB, ComponentName(context, WeeklyJob::class.java))
            .setMinimumLatency(sundayEvening(from) - now)
            .setPersisted(true)
            .build()
        jobs.schedule(job)
    }

    /** What to tell; null where there is nothing to tell of. Blocks: it reads the record of a week. */
    fun about(log: ActivityLog, now: Long): Notification? {
        // A week that has only just begun is not the one to tell of.
        val running = Week(context.locale, now, 0)
        val week = if ((running.today ?: 0) < JUST_BEGUN) Week(context.locale, now, 1) else running
        val report = log.report(week.period)
        if ((report.knownSince ?: Long.MAX_VALUE) >= week.period.until) return null
        val stopped = words.plural(R.plurals.n_stopped, report.days.sumOf { it.bar.stopped })
        return builder(context.getString(R.string.weekly_title, words.days(week.since, week.lastDay), stopped))
            .setContentText(who(report))
            .setVisibility(Notification.VISIBILITY_PRIVATE)
            .setPublicVersion(builder(context.getString(R.string.weekly_channel)).build())
            .build()
    }

    fun show(notice: Notification) {
        val channel = NotificationChannel(CHANNEL, context.getString(R.string.weekly_channel), NotificationManager.IMPORTANCE_LOW)
        notices.createNotificationChannel(channel)
        notices.notify(NOTICE, notice)
    }

    private fun builder(title: String): Notification.Builder {
        val report = Intent(context, MainActivity::class.java).putExtra(MainActivity.PLACE, MainActivity.REPORT)
        report.addFlags(Intent.FLAG_ACTIVITY_NEW_TASK or Intent.FLAG_ACTIVITY_CLEAR_TOP)
        val open = PendingIntent.getActivity(context, NOTICE, report, PendingIntent.FLAG_IMMUTABLE)
        return Notification.Builder(context, CHANNEL)
            .setSmallIcon(R.drawable.ic_status_on)
            .setContentTitle(title)
            .setContentIntent(open)
            .setAutoCancel(true)
    }

    /** "Xiaomi, Google and Meta wanted to know most." */
    private fun who(report: Report): String {
        val names = report.companies.filter { it.isKnown && it.stopped > 0 }.take(MOST_NAMED).map { words.name(it.name) }
        if (names.isEmpty()) return context.getString(R.string.weekly_open)
        return context.getString(R.string.weekly_who, ListFormatter.getInstance(context.locale).format(names))
    }

    private companion object {
        const val ON = "on"
        const val CHANNEL = "weekly"
        const val JOB = 1

        /** Beside the numbers of the service's notifications. */
        const val NOTICE = 3
        const val MOST_NAMED = 3

        /** In days. */
        const val JUST_BEGUN = 3
    }
}

/** The first Sunday, 18:00, after [from] in the phone's time zone. */
internal fun sundayEvening(from: Long): Long = Calendar.getInstance().run {
    timeInMillis = from
    set(Calendar.HOUR_OF_DAY, EVENING)
    set(Calendar.MINUTE, 0)
    set(Calendar.SECOND, 0)
    set(Calendar.MILLISECOND, 0)
    while (get(Calendar.DAY_OF_WEEK) != Calendar.SUNDAY || timeInMillis <= from) add(Calendar.DAY_OF_MONTH, 1)
    timeInMillis
}

private const val EVENING = 18
