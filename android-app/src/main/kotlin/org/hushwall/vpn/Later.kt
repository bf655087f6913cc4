package org.hushwall.vpn

import android.os.Handler

/** Something to be done after a while on [handler]'s thread; set anew, the time begins anew. Nothing wakes an idle phone for it. */
internal class Later(private val handler: Handler, task: () -> Unit) {
    private val runnable = Runnable(task)

    fun after(milliseconds: Long) {
        cancel()
        handler.postDelayed(runnable, milliseconds)
    }

    fun cancel() = handler.removeCallbacks(runnable)
}
