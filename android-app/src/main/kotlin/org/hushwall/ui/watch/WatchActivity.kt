// An app that is watched: the time that is left and what was seen so far, then what came of it. A watch that was cut off says so.
package org.hushwall.ui.watch

import android.content.Intent
import android.os.Bundle
import org.hushwall.R
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.dp
import org.hushwall.ui.widget.EmptyView
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.words.Words
import org.hushwall.watch.WatchState
import org.hushwall.watch.Watched

internal class WatchActivity : PageScreen() {
    private val words by lazy { Words(this) }
    private val share by lazy { SeenShare(this) }
    private var running: RunningPage? = null
    private var lookedAt = 0L

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        showPage(getString(R.string.watch_page))
        // Room for the bar that takes a change back.
        page.setPaddingRelative(page.paddingStart, 0, page.paddingEnd, dp(80))
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        setIntent(intent)
        paint()
    }

    override fun onStart() {
        super.onStart()
        whileVisible(hushwall.watch.listen(::paint))
        paint()
    }

    override fun onTick(now: Long) {
        val page = running ?: return
        page.tick(now)
        if (now - lookedAt < LOOK_MILLIS) return
        lookedAt = now
        hushwall.watch.look(page::show)
    }

    @Deprecated("The newer way of results is not part of the platform.")
    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        if (!share.answered(request, data)) super.onActivityResult(request, result, data)
    }

    private fun paint() {
        page.removeAllViews()
        running = null
        when (val state = hushwall.watch.state) {
            is WatchState.Running -> run(state.watched)
            is WatchState.Done -> {
                bar.setTitle(getString(R.string.watch_over, words.name(state.watched.label)))
                hushwall.watch.acknowledge()
                page.add(ResultPage(this, state, share) { again(state.watched) })
            }
            is WatchState.CutOff -> {
                bar.setTitle(getString(R.string.watch_cut_off, words.name(state.watched.label)))
                hushwall.watch.acknowledge()
                val line = if (state.turnedOff) R.string.watch_cut_by_off else R.string.watch_cut_by_restart
                end(getString(line, words.time(state.at)), state.watched.key)
            }
            // Its process is gone, and with it what it had seen.
            WatchState.Idle -> end(getString(R.string.watch_cut_by_phone), intent.getStringExtra(KEY))
        }
    }

    private fun run(watched: Watched) {
        bar.setTitle(getString(R.string.watching, words.name(watched.label)))
        lookedAt = 0
        running = page.add(RunningPage(this, watched))
        onTick(System.currentTimeMillis())
    }

    private fun end(line: String, key: String?) {
        val app = key?.let(hushwall.apps::byKey)
        val again = getString(R.string.watch_again).takeIf { app != null }
        page.add(EmptyView(this).apply { show(line, again) { app?.let { WatchDoor(this@WatchActivity, it).open() } } })
    }

    private fun again(watched: Watched) {
        hushwall.apps.byKey(watched.key)?.let { WatchDoor(this, it).open() }
    }

    companion object {
        /** Extra: the key of the app that was to be watched. */
        const val KEY = "key"
        private const val LOOK_MILLIS = 3_000L
    }
}
