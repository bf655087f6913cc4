// Questions to the record and the policy block, so they run here and their answers come back on the main thread.
package org.hushwall.ui.kit

import android.os.Handler
import android.os.Looper
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors

internal object Work {
    /** Answers come in the order of the questions. */
    val data: ExecutorService = Executors.newSingleThreadExecutor { Thread(it, "ui-data") }

    /** A report reads every connection of a week: Home must not wait behind it. */
    val reports: ExecutorService = Executors.newSingleThreadExecutor { Thread(it, "ui-reports") }

    /** The text of a list from the web takes minutes. */
    val fetches: ExecutorService = Executors.newSingleThreadExecutor { Thread(it, "ui-fetches") }

    /** Icons have a thread of their own: a slow package manager must not hold up numbers. */
    val icons: ExecutorService = Executors.newSingleThreadExecutor { Thread(it, "ui-icons") }

    val main = Handler(Looper.getMainLooper())
}

/**
 * Asks off the main thread and shows on it, for as long as its screen is there.
 *
 * A failed question shows nothing and leaves what stood there, unless its asker wants to know: the cause is told by the trouble of
 * the record or of the policy, which screens show in words.
 */
internal class Asker : AutoCloseable {
    @Volatile private var closed = false

    fun <T : Any> ask(question: () -> T, show: (T) -> Unit) = ask(Work.data, question, {}, show)

    fun <T : Any> ask(executor: ExecutorService, question: () -> T, failed: () -> Unit, show: (T) -> Unit) {
        executor.execute {
            if (closed) return@execute
            val answer = try {
                question()
            } catch (_: Exception) {
                Work.main.post { if (!closed) failed() }
                return@execute
            }
            Work.main.post { if (!closed) show(answer) }
        }
    }

    /** What is under way is thrown away. */
    override fun close() {
        closed = true
    }
}
