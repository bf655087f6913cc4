// A watch as a test sets it, and five minutes of Mi Browser as the core would tell them.
package org.hushwall.ui

import android.content.ComponentName
import android.content.Intent
import android.content.IntentFilter
import java.io.File
import org.hushwall.apps.AppInfo
import org.hushwall.log.About
import org.hushwall.watch.Said
import org.hushwall.watch.SaidParameter
import org.hushwall.watch.Seen
import org.hushwall.watch.SeenContact
import org.hushwall.watch.SeenFormat
import org.hushwall.watch.Watch
import org.hushwall.watch.WatchState
import org.hushwall.watch.Watched
import org.robolectric.Shadows.shadowOf

class FakeWatch : Watch {
    private val listeners = ArrayList<() -> Unit>()
    val asked = ArrayList<String>()

    /** Whether the filter takes it. */
    var works = true

    /** Whether what was seen is still there to be written. */
    var isKept = true

    var seen: Seen = SEEN

    override var state: WatchState = WatchState.Idle
        set(value) {
            field = value
            listeners.toList().forEach { it() }
        }

    override fun listen(listener: () -> Unit): AutoCloseable {
        listeners += listener
        return AutoCloseable { listeners -= listener }
    }

    override fun begin(app: AppInfo, minutes: Int, letsThrough: Boolean, then: (Boolean) -> Unit) {
        asked += "begin ${app.key} $minutes $letsThrough"
        if (works) state = WatchState.Running(watched(app, minutes, letsThrough))
        then(works)
    }

    override fun finish() {
        asked += "finish"
        state = WatchState.Done((state as WatchState.Running).watched, seen)
    }

    override fun look(show: (Seen) -> Unit) {
        if (state is WatchState.Running) show(seen)
    }

    override fun acknowledge() {
        asked += "acknowledge"
    }

    override fun export(format: SeenFormat, to: File) {
        check(isKept) { "it is gone" }
        to.writeText(format.word)
    }

    companion object {
        /** Of [minutes] the last 1:48 are left at the usual length. */
        fun watched(app: AppInfo, minutes: Int = 5, letsThrough: Boolean = false): Watched {
            val until = Seed.NOW + 108_000
            return Watched(app.key, app.label, until - minutes * 60_000L, until, letsThrough)
        }

        /** Gives [app] a first screen, so that it can be opened. */
        fun giveScreen(fake: FakeHushwall, app: AppInfo) {
            val screen = ComponentName(app.packages.first(), "Start")
            val filter = IntentFilter(Intent.ACTION_MAIN).apply { addCategory(Intent.CATEGORY_LAUNCHER) }
            shadowOf(fake.packageManager).addActivityIfNotPresent(screen)
            shadowOf(fake.packageManager).addIntentFilterForActivity(screen, filter)
        }

        private fun contact(
            who: String,
            company: String?,
            category: String,
            data: List<String>,
            tries: Long,
            stopped: Long,
            said: List<Said> = emptyList(),
        ) = SeenContact(
            who,
            isNeedless = stopped > 0,
            about = company?.let { About(who, it, who, category, "block") },
            data = data,
            tries = tries,
            stopped = stopped,
            first = Seed.NOW - 180_000,
            last = Seed.NOW - 20_000,
            said = said,
        )

        private val OPENED = Said(
            "GET", "t.appsflyer.com", "/api/v6/opened", 5, "stopped",
            listOf(SaidParameter("app_id", listOf("com.mi.globalbrowser")), SaidParameter("advertising_id", listOf("38400000-8cf0"))),
        )

        val SEEN = Seen(
            begun = Seed.NOW - 192_000,
            ended = Seed.NOW + 108_000,
            companies = 5,
            needless = 3,
            tries = 41,
            stopped = 33,
            encrypted = 8,
            notUnderstood = 0,
            contacts = listOf(
                contact("Sensors Analytics", "Xiaomi", "analytics", listOf("pages", "searches"), 22, 22),
                contact("Alibaba HTTPDNS", "Alibaba", "name-lookup", emptyList(), 6, 6),
                contact("AppsFlyer", "AppsFlyer", "attribution", listOf("advertising-id"), 5, 5, listOf(OPENED)),
                contact("Safe Browsing", "Google", "security", emptyList(), 5, 0),
                contact("example.org", null, "", emptyList(), 3, 0),
            ),
        )

        val NOTHING = SEEN.copy(companies = 0, needless = 0, tries = 0, stopped = 0, encrypted = 0, contacts = emptyList())
    }
}
