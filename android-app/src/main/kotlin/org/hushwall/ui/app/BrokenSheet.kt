// "Something broke?": names what was stopped for the app just now before it undoes any of it, and offers a pause of this app alone.
package org.hushwall.ui.app

import android.app.AlertDialog
import android.content.ActivityNotFoundException
import android.content.Intent
import org.hushwall.Hushwall
import org.hushwall.R
import org.hushwall.apps.AppInfo
import org.hushwall.log.Breakage
import org.hushwall.log.LogFilter
import org.hushwall.policy.AppMode
import org.hushwall.policy.NetworkUse
import org.hushwall.policy.together
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.tryHostRule

/**
 * What was stopped for an app, the newest first: [places] by name that it may have needed, those that are [never] missed where they
 * are stopped, and [unnamed] connections, of which no rule can speak.
 */
internal class Stops(val places: List<String>, val never: List<String>, val unnamed: Int) {
    companion object {
        private const val LATELY_MILLIS = 10 * Words.MINUTE

        /** Blocks. What the app's mode or its networks stopped is not in it: that is changed where it was chosen. */
        fun lately(hushwall: Hushwall, key: String, own: Set<String>, now: Long): Stops {
            val filter = LogFilter(app = key, blocked = true, since = now - LATELY_MILLIS)
            val rows = hushwall.log.page(filter, limit = MOST_ROWS).rows
                .filter { it.reason.code == "listed" || it.reason.code == "rule" && isBelow(it.host, own) }
            val (named, unnamed) = rows.partition { it.host != null }
            val (never, places) = named.distinctBy { it.host }.partition { isNeverMissed(hushwall.log.known(it)?.breakage) }
            return Stops(places.mapNotNull { it.host }, never.mapNotNull { it.host }, unnamed.size)
        }

        private fun isNeverMissed(breakage: Breakage?) = breakage?.severity == "none" && breakage.sure in setOf("confirmed", "likely")

        private fun isBelow(host: String?, hosts: Set<String>) = host != null && hosts.any { host == it || host.endsWith(".$it") }

        private const val MOST_ROWS = 500
    }
}

internal class BrokenSheet(
    private val screen: AppActivity,
    private val key: String,
    private val label: String,
    private val app: AppInfo?,
    private val setMode: (AppMode) -> Unit,
) {
    private val words = Words(screen)
    private val policy = screen.hushwall.policy

    fun show() {
        val own = policy.rules().filter { it.isOn && !it.allow && (it.key == null || it.key == key) }.mapNotNull { it.host }.toSet()
        val now = System.currentTimeMillis()
        screen.questions.ask({ Stops.lately(screen.hushwall, key, own, now) }, ::show)
    }

    private fun show(stops: Stops) {
        val sheet = Sheet(screen, screen.getString(R.string.something_broke))
        val name = words.name(label)
        when (policy.mode(key)) {
            AppMode.OUTSIDE -> sheet.note(screen.getString(R.string.broke_outside, name))
            AppMode.BLOCK -> {
                sheet.note(screen.getString(R.string.broke_blocked, name))
                val line = screen.getString(R.string.mode_filter_sentence)
                sheet.choice(R.drawable.ic_filter, screen.getString(R.string.broke_set_filter), line) { setMode(AppMode.FILTER) }
                offerPause(sheet)
            }
            AppMode.FILTER, AppMode.ALLOW -> {
                offerUndo(sheet, stops, name)
                offerPause(sheet)
            }
        }
        sheet.show()
    }

    private fun offerUndo(sheet: Sheet, stops: Stops, name: String) {
        if (policy.networks(key) != NetworkUse()) sheet.note(screen.getString(R.string.broke_networks))
        if (stops.places.isEmpty()) sheet.note(screen.getString(stops.whyNothing, name)) else offerPlaces(sheet, stops, name)
        val all = stops.places + stops.never
        if (all.isEmpty()) return
        sheet.choice(R.drawable.ic_check, screen.getString(R.string.broke_choose), screen.getString(R.string.broke_choose_line)) {
            choose(all)
        }
    }

    private val Stops.whyNothing: Int
        get() = when {
            never.isNotEmpty() -> R.string.broke_only_never
            unnamed > 0 -> R.string.broke_only_unnamed
            else -> R.string.broke_nothing
        }

    private fun offerPlaces(sheet: Sheet, stops: Stops, name: String) {
        sheet.note(screen.getString(R.string.broke_stopped, name) + "\n" + listed(stops))
        if (stops.never.isNotEmpty()) sheet.note(words.plural(R.plurals.broke_never_stays, stops.never.size.toLong()))
        val count = words.plural(R.plurals.broke_undo_line, stops.places.size.toLong(), name)
        val launch = app?.packages?.firstNotNullOfOrNull(screen.packageManager::getLaunchIntentForPackage)
        val word = if (launch == null) R.string.broke_undo else R.string.broke_undo_reopen
        sheet.choice(R.drawable.ic_undo, screen.getString(word), count) {
            letThrough(stops.places)
            launch?.let(::reopen)
        }
    }

    private fun listed(stops: Stops): String {
        val places = stops.places.take(SHOWN_PLACES).map(words::isolate)
        val others = stops.places.size - places.size + stops.unnamed
        return (places + listOfNotNull(words.plural(R.plurals.and_n_more, others.toLong()).takeIf { others > 0 })).joinToString("\n")
    }

    private fun offerPause(sheet: Sheet) {
        val until = System.currentTimeMillis() + PAUSE_MILLIS
        val line = screen.getString(R.string.broke_pause_line, words.time(until))
        sheet.choice(R.drawable.ic_pause, screen.getString(R.string.broke_pause), line) {
            screen.undo.show(screen.getString(R.string.app_paused, words.name(label), words.time(until)), policy.pauseApp(key, until))
        }
    }

    private fun choose(places: List<String>) {
        val chosen = BooleanArray(places.size)
        AlertDialog.Builder(screen)
            .setTitle(R.string.broke_choose_title)
            .setMultiChoiceItems(places.map(words::isolate).toTypedArray(), chosen) { _, i, isChosen -> chosen[i] = isChosen }
            .setPositiveButton(R.string.let_through_button) { _, _ -> letThrough(places.filterIndexed { i, _ -> chosen[i] }) }
            .setNegativeButton(R.string.cancel, null)
            .show()
    }

    private fun letThrough(places: List<String>) {
        val changes = places.mapNotNull { policy.tryHostRule(key, it, allow = true, until = null) }
        if (changes.isEmpty()) return
        val said = words.plural(R.plurals.places_let_through, changes.size.toLong(), words.name(label))
        screen.undo.show(said, changes.together())
    }

    /** From its beginning: what it asked for in vain it asks again. */
    private fun reopen(launch: Intent) = try {
        screen.startActivity(launch.addFlags(Intent.FLAG_ACTIVITY_NEW_TASK or Intent.FLAG_ACTIVITY_CLEAR_TASK))
    } catch (_: ActivityNotFoundException) {
        // It was uninstalled or frozen meanwhile.
    }

    private companion object {
        const val SHOWN_PLACES = 8
        const val PAUSE_MILLIS = 15 * Words.MINUTE
    }
}
