// Android says that Sunday evening has come.
package org.hushwall.ui.weekly

import android.app.job.JobParameters
import android.app.job.JobService
import org.hushwall.Hushwall
import org.hushwall.core.CoreException
import org.hushwall.ui.kit.Work

class WeeklyJob : JobService() {
    override fun onStartJob(job: JobParameters): Boolean {
        val notice = WeeklyNotice(this)
        if (!notice.isOn) return false
        val log = Hushwall.of(this).log
        Work.reports.execute {
            val now = System.currentTimeMillis()
            val told = try {
                notice.about(log, now)
            } catch (_: CoreException) {
                // A record in trouble says so in the app.
                null
            }
            Work.main.post {
                // It may have been switched off meanwhile.
                if (told != null && notice.isOn) notice.show(told)
                jobFinished(job, false)
                notice.planNext(now)
            }
        }
        return true
    }

    /** The work goes on without Android's leave, and plans the next. */
    override fun onStopJob(job: JobParameters): Boolean = false
}
