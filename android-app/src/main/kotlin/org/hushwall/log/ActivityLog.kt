package org.hushwall.log

import java.io.File

/**
 * What to show of the log. What is null is not asked for.
 *
 * @property company the name of a company, and [category] what the places are for, as [About] has them.
 * @property country two letters.
 * @property network what the network was called, such as "wifi".
 * @property screenOff what began while nobody could tell is neither.
 */
data class LogFilter(
    val app: String? = null,
    val uid: Int? = null,
    val host: String? = null,
    val blocked: Boolean? = null,
    val since: Long? = null,
    val until: Long? = null,
    val text: String? = null,
    val company: String? = null,
    val category: String? = null,
    val country: String? = null,
    val network: String? = null,
    val screenOff: Boolean? = null,
    val confidence: Confidence? = null,
)

/** How sure the name of a connection is. */
enum class Confidence { SEEN, RESOLVED, GUESSED }

/**
 * Why a connection was allowed or blocked.
 *
 * @property code one of: lockdown, paused, app-allowed, app-blocked, rule, listed, protected, not-listed, default-allowed,
 *   default-blocked, nothing-against.
 * @property text an English sentence, for experts and exports.
 */
data class Reason(val code: String, val text: String, val list: String? = null, val entry: String? = null, val rule: Int? = null)

/** Who opened a connection: [kind] is app, system or unknown. */
data class Owner(val kind: String, val uid: Int?, val name: String?)

/**
 * One connection or name lookup. Times in Unix milliseconds.
 *
 * @property id its number within [session], the run of the core that wrote it; null while it is told live.
 * @property screenOff whether the screen was off when it began; null where nobody told.
 * @property about whose the host is; null where the catalogue does not know it.
 */
data class LogRow(
    val id: Long,
    val started: Long,
    val updated: Long,
    val ended: Long?,
    val owner: Owner,
    val protocol: String,
    val local: String,
    val remote: String,
    val host: String?,
    val nameSource: String?,
    val confidence: Confidence?,
    val isQuestion: Boolean,
    val blocked: Boolean,
    val reason: Reason,
    val state: String,
    val bytesUp: Long,
    val bytesDown: Long,
    val packetsUp: Long,
    val packetsDown: Long,
    val network: String?,
    val country: String?,
    val asn: Long?,
    val asnName: String?,
    val session: Long? = null,
    val screenOff: Boolean? = null,
    val about: About? = null,
)

/** "203.0.113.7" of "203.0.113.7:443", "2001:db8::1" of "[2001:db8::1]:443". */
internal fun addressOf(end: String): String {
    val colon = end.lastIndexOf(':')
    if (colon < 0) return end
    return end.substring(0, colon).removePrefix("[").removeSuffix("]")
}

internal fun portOf(end: String): Int = end.substringAfterLast(':', "").toIntOrNull() ?: 0

/** Rows newest first; [next] is the cursor of the page after it, [mark] where [ActivityLog.changes] goes on. */
data class LogPage(val rows: List<LogRow>, val next: Long?, val mark: Long)

/** What changed after a mark; [more] says that there is more at once. */
data class LogChanges(val rows: List<LogRow>, val mark: Long, val more: Boolean)

/** What one owner did in the hour that begins at [hour]. */
data class HourTotal(
    val hour: Long,
    val owner: Owner,
    val connections: Long,
    val blocked: Long,
    val bytesUp: Long,
    val bytesDown: Long,
)

/** One app's share of a day. */
data class AppTotal(val key: String, val stopped: Long, val letThrough: Long, val bytes: Long)

/** One hour of a day's bars. */
data class HourBar(val stopped: Long, val letThrough: Long)

/**
 * Today, from midnight in the phone's time zone. A name lookup that was let through is not counted beside its connection.
 *
 * @property appsStopped how many apps had something stopped.
 * @property hours 24 bars.
 * @property topApps every app that did anything, those with the most stopped connections first.
 */
data class DayTotals(
    val stopped: Long,
    val letThrough: Long,
    val appsStopped: Int,
    val hours: List<HourBar>,
    val topApps: List<AppTotal>,
) {
    companion object
}

/** What speaks about a connection; [decides] marks the one that counted; one that does not [holds] would speak at another time. */
data class Consideration(val reason: Reason, val blocked: Boolean, val decides: Boolean, val holds: Boolean)

/** What would happen to a connection now, and why. */
data class Explanation(val blocked: Boolean, val reason: Reason, val considered: List<Consideration>)

/** Why the log is incomplete. */
enum class LogTrouble { STORAGE_FULL, DAMAGED, NEWER_VERSION }

/** The log of connections, asked from the core; nothing of it is kept here. Each call blocks: call it off the main thread. */
interface ActivityLog {
    fun page(filter: LogFilter, before: Long? = null, limit: Int = 100): LogPage

    /** What was written after a mark; [filter] says of what. */
    fun changes(after: Long, filter: LogFilter = LogFilter(), limit: Int = 500): LogChanges

    fun today(): DayTotals

    fun totals(since: Long, until: Long, app: String? = null): List<HourTotal>

    /** When each owner's newest connection began, by its name. */
    fun lastActive(): Map<String, Long>

    fun explain(uid: Int, host: String?, address: String?, port: Int): Explanation

    /** What the catalogue knows of the host of [row], or of its address where it has no name; null: nothing. */
    fun known(row: LogRow): Known?

    /** Whom [app] talked to, the most frequent first. */
    fun contacts(app: String, since: Long, until: Long): List<Contact>

    /** What apps told the company of this name; null where the catalogue has none. */
    fun company(name: String, period: ReportPeriod): CompanyReport?

    /** What all apps told whom. Reads every connection of the period: a second or more on a slow phone. */
    fun report(period: ReportPeriod): Report

    /** Writes the report to the file [to], without what [hidden] says. */
    fun exportReport(period: ReportPeriod, format: ReportFormat, hidden: Hidden, to: File)

    /** Deletes the log, and what was put beside it. In [LogTrouble.NEWER_VERSION] it closes the core, as [startAfresh] does. */
    fun clear()

    /** Puts a log that cannot be used beside; the core is closed and begins a new one. False: the storage refuses. */
    fun startAfresh(): Boolean

    val trouble: LogTrouble?
}
