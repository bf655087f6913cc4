package org.hushwall.vpn

import java.io.File
import java.io.IOException

/**
 * The last sign of life, on disk. It is written when protection comes up, when the screen goes on or off, and while there is
 * traffic once a minute: never by a timer, so an idle phone sleeps on. A process that dies while the phone idles is therefore
 * missed by its last traffic at the earliest; from API 30 on Android tells the moment itself ([PreviousEnd]).
 */
internal class Heartbeat(private val file: File, private val now: () -> Long) {
    private var written = 0L

    /** There is traffic. Any thread. */
    @Synchronized
    fun traffic() {
        if (now() - written >= EVERY_MS) beat()
    }

    /** Not forced to the disk: what a dead process wrote is kept, and a dead phone starts anew anyway. */
    @Synchronized
    fun beat() {
        written = now()
        try {
            file.writeText(written.toString())
        } catch (_: IOException) {
            // No space: the gap will seem longer than it is.
        }
    }

    /** Unix milliseconds; 0 where there was none. */
    @Synchronized
    fun last(): Long = try {
        file.readText().toLongOrNull() ?: 0
    } catch (_: IOException) {
        0
    }

    private companion object {
        /** As exact as a report of gaps needs it, and no wear of the storage. */
        const val EVERY_MS = 60_000L
    }
}
