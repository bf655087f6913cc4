// "Watch an app": for some minutes the core listens to one app and tells whom it contacted and what of it could be read.
package org.hushwall.watch

import java.io.File
import org.hushwall.apps.AppInfo

/**
 * Which app is watched, and from when until when (Unix milliseconds).
 *
 * @property letsThrough everything passes for the app meanwhile, to see it all.
 */
data class Watched(val key: String, val label: String, val begun: Long, val until: Long, val letsThrough: Boolean)

/** At most one app is watched at a time; what came of the last one stays until the next, or until the process ends. */
sealed class WatchState {
    object Idle : WatchState()

    data class Running(val watched: Watched) : WatchState()

    data class Done(val watched: Watched, val seen: Seen) : WatchState()

    /** The filter ended before the time was over, and what it had heard went with it. [turnedOff]: as the user wanted it. */
    data class CutOff(val watched: Watched, val at: Long, val turnedOff: Boolean) : WatchState()
}

/** As a file; [word] is the core's. */
enum class SeenFormat(val word: String, val mime: String) {
    PAGE("html", "text/html"),
    TEXT("txt", "text/plain"),
    DATA("json", "application/json"),
}

/** For the main thread, but [export]. */
interface Watch {
    val state: WatchState

    /** Calls [listener] on the main thread at each change of [state], until closed. */
    fun listen(listener: () -> Unit): AutoCloseable

    /** Watches [app] from now on. [then] is told whether it is; it is not where the filter does not run. */
    fun begin(app: AppInfo, minutes: Int, letsThrough: Boolean, then: (Boolean) -> Unit)

    /** Ends it before its time. */
    fun finish()

    /** What was seen up to now, without values. Nothing comes where none is watched. */
    fun look(show: (Seen) -> Unit)

    /** The user has seen what came of it: the notification goes. */
    fun acknowledge()

    /**
     * Writes what was seen last to a file, without values. Blocks.
     *
     * @throws java.io.IOException there is nothing any more.
     * @throws org.hushwall.core.CoreException it cannot be written.
     */
    fun export(format: SeenFormat, to: File)
}
