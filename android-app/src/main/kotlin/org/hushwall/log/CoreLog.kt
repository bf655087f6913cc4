package org.hushwall.log

import java.io.File
import java.util.Calendar
import java.util.TimeZone
import org.hushwall.core.Core
import org.hushwall.core.CoreEvent
import org.hushwall.core.CoreException
import org.hushwall.core.Messages
import org.json.JSONArray

/** The log as the core has it. */
internal class CoreLog(private val core: Core, file: File, private val now: () -> Long = System::currentTimeMillis) : ActivityLog {
    private val files = LogFiles(file)

    @Volatile
    override var trouble: LogTrouble? = null
        private set

    override fun page(filter: LogFilter, before: Long?, limit: Int): LogPage = asked {
        Messages.page(
            core.query(
                "connections",
                *fields(filter),
                "before" to before,
                "limit" to limit,
            ),
        )
    }

    override fun changes(after: Long, filter: LogFilter, limit: Int): LogChanges = asked {
        Messages.changes(core.query("changes", *fields(filter), "after" to after, "limit" to limit))
    }

    private fun fields(filter: LogFilter): Array<Pair<String, Any?>> = arrayOf(
        "app" to filter.app?.let(::onePackage),
        "uid" to filter.uid,
        "host" to filter.host,
        "verdict" to filter.blocked?.let { if (it) "block" else "allow" },
        "since" to filter.since,
        "until" to filter.until,
        "text" to filter.text,
        "company" to filter.company,
        "category" to filter.category,
        "country" to filter.country,
        "network" to filter.network,
        "screen" to filter.screenOff?.let { if (it) "off" else "on" },
        "confidence" to filter.confidence?.name?.lowercase(),
    )

    override fun today(): DayTotals {
        val midnight = midnight()
        return DayTotals.of(midnight, totals(midnight, now()))
    }

    override fun totals(since: Long, until: Long, app: String?): List<HourTotal> = asked {
        Messages.totals(core.query("totals", "since" to since, "until" to until, "app" to app?.let(::onePackage)))
    }

    override fun lastActive(): Map<String, Long> = asked { Messages.lastActive(core.query("last-active")) }

    override fun explain(uid: Int, host: String?, address: String?, port: Int): Explanation = Messages.explanation(
        core.query("explain", "uid" to uid, "host" to host, "address" to address, "port" to port, "protocol" to "tcp"),
    )

    override fun known(row: LogRow): Known? = Messages.known(
        core.query(
            "about",
            "host" to row.host,
            "address" to addressOf(row.remote),
            "port" to portOf(row.remote),
            "protocol" to row.protocol,
        ),
    )

    override fun contacts(app: String, since: Long, until: Long): List<Contact> = asked {
        Messages.contacts(
            core.query(
                "report",
                "apps" to JSONArray(listOf(onePackage(app))),
                "since" to since,
                "until" to until,
                "utc_offset" to TimeZone.getDefault().getOffset(until) / MILLIS,
            ),
        )
    }

    override fun company(name: String, period: ReportPeriod): CompanyReport? = asked {
        Messages.company(
            core.query(
                "company",
                "name" to name,
                "since" to period.since,
                "until" to period.until,
                "midnights" to JSONArray(period.midnights),
            ),
        )
    }

    override fun report(period: ReportPeriod): Report = asked { Messages.report(core.query("report", *fields(period))) }

    override fun exportReport(period: ReportPeriod, format: ReportFormat, hidden: Hidden, to: File) {
        val what = arrayOf("hide_apps" to hidden.apps, "hide_hosts" to hidden.hosts)
        asked { core.command("export-report", "to" to to.path, "format" to format.word, *fields(period), *what) }
    }

    private fun fields(period: ReportPeriod): Array<Pair<String, Any?>> = arrayOf(
        "since" to period.since,
        "until" to period.until,
        "before" to period.before,
        "midnights" to JSONArray(period.midnights),
        "utc_offset" to TimeZone.getDefault().getOffset(period.until) / MILLIS,
    )

    override fun clear() {
        if (trouble != LogTrouble.NEWER_VERSION) {
            asked { core.command("clear-log") }
        } else if (!startAfresh()) {
            throw CoreException(CoreException.LOG, "the newer log cannot be put beside")
        }
        files.deleteAside()
        if (trouble == LogTrouble.DAMAGED) trouble = null
    }

    override fun startAfresh(): Boolean {
        core.close()
        val isAside = files.setAside(now())
        if (isAside) trouble = null
        return isAside
    }

    /** After the first unlock: the log is [file] from now on, and gets what was kept until then. A failure is [trouble]. */
    fun takeBuffer(file: File) {
        try {
            asked { core.command("move-buffer", "log" to file.path) }
        } catch (e: CoreException) {
            trouble = troubleOf(e.code)
        }
    }

    /** The core told something about the log. */
    fun told(event: CoreEvent.Log) {
        when (event.kind) {
            "failed" -> trouble = troubleOf(event.code)
            "recovered" -> trouble = null
            "set-aside" -> trouble = LogTrouble.DAMAGED
        }
    }

    private fun <T> asked(question: () -> T): T = try {
        question()
    } catch (e: CoreException) {
        if (e.code in LOG_CODES) trouble = troubleOf(e.code)
        throw e
    }

    /** The core finds the connections of a shared user id under each of its packages. */
    private fun onePackage(key: String) = key.substringBefore(',')

    private fun troubleOf(code: String?) = when (code) {
        CoreException.STORAGE_FULL -> LogTrouble.STORAGE_FULL
        CoreException.LOG_VERSION -> LogTrouble.NEWER_VERSION
        else -> LogTrouble.DAMAGED
    }

    private fun midnight(): Long = Calendar.getInstance().run {
        timeInMillis = now()
        set(Calendar.HOUR_OF_DAY, 0)
        set(Calendar.MINUTE, 0)
        set(Calendar.SECOND, 0)
        set(Calendar.MILLISECOND, 0)
        timeInMillis
    }

    private companion object {
        const val MILLIS = 1_000
        val LOG_CODES = setOf(CoreException.LOG, CoreException.LOG_VERSION, CoreException.STORAGE_FULL)
    }
}
