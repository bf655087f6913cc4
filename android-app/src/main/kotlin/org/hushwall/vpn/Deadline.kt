package org.hushwall.vpn

import android.os.Handler

/**
 * Notices that the filter hangs: that what was ordered from it is not done in time. A thread that hangs in the core cannot be ended,
 * and it holds the tunnel; only the end of the process frees both. Main thread.
 */
internal class Deadline(private val filter: Filter, private val main: Handler, onHang: () -> Unit) {
    private var open = 0
    private val end = Later(main, onHang)

    /** What was ordered up to now has to be done in [ORDERS_MS]. */
    fun watch() {
        open++
        end.after(ORDERS_MS)
        filter.order { main.post { if (--open == 0) end.cancel() } }
    }

    private companion object {
        /** Ending a session takes milliseconds, and writing the last records a second or two on a slow phone. */
        const val ORDERS_MS = 5_000L
    }
}
