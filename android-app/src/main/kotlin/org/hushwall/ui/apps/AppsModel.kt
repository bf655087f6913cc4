// Which apps to list, in which order and under which headings. Knows nothing of Views.
package org.hushwall.ui.apps

import java.util.Locale
import org.hushwall.Hushwall
import org.hushwall.apps.AppInfo
import org.hushwall.log.AppTotal
import org.hushwall.policy.AppMode

internal enum class AppsFilter { ALL, TRIED, INSTALLED, SYSTEM, NEW, NO_INTERNET }

internal enum class AppsSort { STOPPED, LET_THROUGH, DATA, NAME, ACTIVE }

/** @property lastActive when its newest connection began, Unix milliseconds; null where the record has none. */
internal class AppEntry(val app: AppInfo, val total: AppTotal?, val lastActive: Long?, val mode: AppMode, val isChanged: Boolean) {
    val stopped: Long get() = total?.stopped ?: 0
    val letThrough: Long get() = total?.letThrough ?: 0
}

/** All apps with today's numbers, as of one moment. */
internal class AppsData(val entries: List<AppEntry>, private val now: Long) {
    fun count(filter: AppsFilter): Int = entries.count { matches(it, filter) }

    /** Those the user has set to something else than the default come first and apart, to be found again. */
    fun changed(filter: AppsFilter, text: String): List<AppEntry> =
        entries.filter { it.isChanged && matches(it, filter) && matches(it, text) }.sortedBy { it.app.label.lowercase(Locale.getDefault()) }

    fun others(filter: AppsFilter, text: String, sort: AppsSort): List<AppEntry> {
        val chosen = entries.filter { !it.isChanged && matches(it, filter) && matches(it, text) }
        val byName = compareBy<AppEntry> { it.app.label.lowercase(Locale.getDefault()) }
        return when (sort) {
            AppsSort.STOPPED -> chosen.sortedWith(compareByDescending<AppEntry> { it.stopped }.then(byName))
            AppsSort.LET_THROUGH -> chosen.sortedWith(compareByDescending<AppEntry> { it.letThrough }.then(byName))
            AppsSort.DATA -> chosen.sortedWith(compareByDescending<AppEntry> { it.total?.bytes ?: 0L }.then(byName))
            AppsSort.NAME -> chosen.sortedWith(byName)
            AppsSort.ACTIVE -> chosen.sortedWith(compareByDescending<AppEntry> { it.lastActive ?: 0L }.then(byName))
        }
    }

    private fun matches(entry: AppEntry, filter: AppsFilter): Boolean =
        when (filter) {
            AppsFilter.ALL -> true
            AppsFilter.TRIED -> entry.stopped > 0
            AppsFilter.INSTALLED -> !entry.app.isSystem
            AppsFilter.SYSTEM -> entry.app.isSystem
            AppsFilter.NEW -> (entry.app.installedAt ?: 0) > now - NEW_MILLIS
            AppsFilter.NO_INTERNET -> !entry.app.usesInternet
        }

    private fun matches(entry: AppEntry, text: String): Boolean =
        text.isEmpty() || entry.app.label.contains(text, ignoreCase = true) ||
            entry.app.packages.any { it.contains(text, ignoreCase = true) }

    companion object {
        private const val NEW_MILLIS = 7 * 24 * 3_600_000L

        /** Asks the record and the catalogue; blocks. The modes come from [modes], read on the main thread. */
        fun load(hushwall: Hushwall, changed: Map<String, AppMode>, now: Long): AppsData {
            val totals = hushwall.log.today().topApps.associateBy { it.key }
            val lastActive = hushwall.log.lastActive()
            val entries = hushwall.apps.all().map { app ->
                AppEntry(app, totals[app.key], lastActive[app.key], changed[app.key] ?: AppMode.FILTER, app.key in changed)
            }
            return AppsData(entries, now)
        }
    }
}
