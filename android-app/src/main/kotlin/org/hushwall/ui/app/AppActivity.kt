// Everything about one app: what it may do, what it did today, whom it talks to.
package org.hushwall.ui.app

import android.content.Intent
import android.os.Bundle
import org.hushwall.R
import org.hushwall.apps.AppInfo
import org.hushwall.policy.AppMode
import org.hushwall.ui.apps.ModeSheet
import org.hushwall.ui.apps.explainBlock
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.column
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.setup.Doors
import org.hushwall.ui.watch.WatchDoor
import org.hushwall.ui.widget.Banner
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.WaitingRows
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.widget.said
import org.hushwall.ui.widget.word
import org.hushwall.ui.words.Words

internal class AppActivity : PageScreen() {
    private val words by lazy { Words(this) }
    private lateinit var key: String
    private lateinit var modeCard: ModeCard
    private lateinit var numbers: NumbersCard
    private lateinit var destinations: DestinationsCard
    private val paused by lazy { column(this) }
    private val waiting by lazy { WaitingRows(this) }
    private var info: AppInfo? = null
    private var loadedAt = 0L

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        key = intent.getStringExtra(KEY) ?: return finish()
        info = hushwall.apps.byKey(key)
        showPage(label(), title = "")
        modeCard = ModeCard(this, label(), ::askMode) { use ->
            undo.show(getString(R.string.networks_changed, words.name(label())), hushwall.policy.setNetworks(key, use))
        }
        numbers = NumbersCard(this)
        destinations = DestinationsCard(this) { DestinationSheet(this, key, label(), it, undo).show() }
        fill()
    }

    override fun onStart() {
        super.onStart()
        if (!::modeCard.isInitialized) return
        whileVisible(hushwall.policy.listen(::showPolicy))
        showPolicy()
        loadedAt = 0
        onTick(System.currentTimeMillis())
    }

    override fun onTick(now: Long) {
        if (!::modeCard.isInitialized || now - loadedAt < REFRESH_MILLIS) return
        loadedAt = now
        showPolicy()
        questions.ask({ AppData(hushwall, key).load(now) }) {
            waiting.end()
            numbers.show(it)
            destinations.show(it.contacts)
        }
    }

    private fun fill() {
        page.add(AppHeader(this, info, label()), bottom = 12)
        if (info == null) page.add(Banner(this, getString(R.string.app_gone), null, R.drawable.ic_info, R.color.surface2), bottom = 12)
        page.add(paused)
        page.add(modeCard, bottom = 12)
        page.add(numbers, bottom = 12)
        val broken = WordButton(this, Weight.RAISED, getString(R.string.something_broke), drawable = R.drawable.ic_undo) {
            BrokenSheet(this, key, label(), info, ::setMode).show()
        }
        page.add(broken, width = WRAP, bottom = 12)
        info?.let { app ->
            val watch = WordButton(this, Weight.RAISED, getString(R.string.watch_button), drawable = R.drawable.ic_eye) {
                WatchDoor(this, app).open()
            }
            page.add(watch, width = WRAP, bottom = 12)
        }
        page.add(waiting)
        page.add(destinations)
        bar.action(R.drawable.ic_more, R.string.more) { more() }
    }

    private fun showPolicy() {
        val policy = hushwall.policy
        modeCard.show(policy.mode(key), policy.networks(key))
        paused.removeAllViews()
        val until = policy.pausedUntil(key) ?: return
        val title = getString(R.string.app_paused_banner, words.time(until))
        paused.add(Banner(this, title, getString(R.string.app_paused_banner_line)) { policy.pauseApp(key, null) }, bottom = 12)
    }

    private fun askMode(mode: AppMode) {
        val isPartOfPhone = mode == AppMode.BLOCK && info?.isSystem == true && hushwall.policy.mode(key) != mode
        if (isPartOfPhone) explainBlock(this, label(), R.string.mode_block_system) { setMode(mode) } else setMode(mode)
    }

    private fun setMode(mode: AppMode) {
        if (mode == hushwall.policy.mode(key)) return
        val change = hushwall.policy.setMode(key, mode)
        undo.show(getString(R.string.mode_changed, words.name(label()), getString(mode.said)), change)
        showPolicy()
    }

    private fun more() {
        val sheet = Sheet(this, label())
        val app = info
        if (app != null) {
            val outside = getString(R.string.mode_outside_choose, getString(AppMode.OUTSIDE.word))
            sheet.choice(R.drawable.ic_out, outside, getString(R.string.mode_outside_sentence)) {
                ModeSheet(this, app, hushwall.policy.mode(key), ::setMode).show()
            }
        }
        sheet.choice(R.drawable.ic_activity, getString(R.string.show_in_activity), null) {
            val home = Intent(this, MainActivity::class.java).putExtra(MainActivity.PLACE, MainActivity.ACTIVITY)
            startActivity(home.putExtra(MainActivity.APP, key).addFlags(Intent.FLAG_ACTIVITY_CLEAR_TOP or Intent.FLAG_ACTIVITY_SINGLE_TOP))
        }
        val name = app?.packages?.firstOrNull()
        if (name != null) {
            sheet.choice(R.drawable.ic_info, getString(R.string.android_app_info), name) { Doors(this).appInfo(name) }
        }
        sheet.show()
    }

    private fun label(): String = info?.label ?: key.substringBefore(',')

    companion object {
        /** Extra: the app's key, see [AppInfo.key]. */
        const val KEY = "key"
        private const val REFRESH_MILLIS = 15_000L
    }
}
