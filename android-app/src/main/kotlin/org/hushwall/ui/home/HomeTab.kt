// Home answers three questions at a glance: am I protected, how much was stopped today, who tried.
package org.hushwall.ui.home

import android.content.Intent
import android.view.View
import android.widget.LinearLayout
import android.widget.ScrollView
import org.hushwall.R
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.isWide
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.main.Tab
import org.hushwall.ui.pause.PauseSheet
import org.hushwall.ui.record.RecordActivity
import org.hushwall.ui.settings.SettingsActivity
import org.hushwall.ui.setup.Doors
import org.hushwall.ui.widget.WaitingRows
import org.hushwall.ui.widget.linkButton
import org.hushwall.ui.words.Words
import org.hushwall.vpn.ProtectionStatus

internal class HomeTab(private val screen: MainActivity) : Tab {
    private val hero = StateCard(screen, ::act)
    private val banners = column(screen)
    private val today = TodayCard(screen)
    private val tried = TriedCard(screen, ::openApps)
    private val waiting = WaitingRows(screen)
    private val scroll = ScrollView(screen)
    private val data = HomeData(screen.hushwall)
    private val consent = Consent(screen)
    private var loadedAt = 0L
    private var showsAllBanners = false

    override val view: View = scroll

    init {
        val page = column(screen)
        page.add(bar())
        if (isTwoColumns) page.add(twoColumns()) else page.add(oneColumn())
        scroll.isFillViewport = true
        scroll.addView(page)
    }

    override fun onVisible() {
        screen.whileVisible(screen.hushwall.protection.listen(::show))
        screen.hushwall.protection.test()
        loadedAt = 0
    }

    override fun onTick(now: Long) {
        hero.tick(now)
        if (now - loadedAt < REFRESH_MILLIS) return
        if (loadedAt != 0L) screen.hushwall.protection.test()
        loadedAt = now
        screen.questions.ask({ data.load(now) }, ::fill)
    }

    override fun scrollToTop() = scroll.smoothScrollTo(0, 0)

    /** Android's question about the VPN was answered. */
    fun onConsent(given: Boolean) = consent.answered(given)

    private fun show(status: ProtectionStatus) {
        hero.show(status)
        hero.tick(System.currentTimeMillis())
    }

    private fun fill(facts: HomeFacts) {
        waiting.end()
        hero.showGap(facts.gap)
        today.show(facts)
        tried.show(facts)
        showBanners(HomeBanners(screen, ::reload).of(facts))
    }

    /** One at a time, and on demand the others. */
    private fun showBanners(all: List<View>) {
        banners.removeAllViews()
        val shown = if (showsAllBanners) all else all.take(1)
        shown.forEach { banners.add(it, bottom = 12) }
        val others = all.size - shown.size
        if (others == 0) return
        val more = linkButton(screen, Words(screen).plural(R.plurals.and_n_more, others.toLong())) {
            showsAllBanners = true
            banners.removeAllViews()
            showBanners(all)
        }
        banners.add(more, bottom = 12)
    }

    private fun reload() {
        loadedAt = 0
        onTick(System.currentTimeMillis())
    }

    private fun act(action: HeroAction) {
        val protection = screen.hushwall.protection
        when (action) {
            HeroAction.TURN_ON, HeroAction.TAKE_OVER -> consent.turnOn()
            HeroAction.TURN_OFF -> if (protection.status.alwaysOn == true) consent.explainAlwaysOn() else protection.turnOff()
            HeroAction.PAUSE -> PauseSheet(screen).show()
            HeroAction.RESUME -> protection.resume()
            HeroAction.MORE_MINUTES -> protection.pause((protection.status.pausedUntil ?: 0L) + 5 * Words.MINUTE)
            HeroAction.TEST -> protection.test()
            HeroAction.RESTART -> protection.restartFilter()
            HeroAction.VPN_SETTINGS -> Doors(screen).vpnSettings()
            HeroAction.RECORD -> screen.startActivity(Intent(screen, RecordActivity::class.java))
            HeroAction.HELP -> consent.explainImpossible()
        }
    }

    private fun openApps() = screen.goTo(MainActivity.APPS)

    private fun bar() = org.hushwall.ui.widget.TopBar(screen, screen.getString(R.string.app_name)).apply {
        action(R.drawable.ic_tune, R.string.settings) {
            screen.startActivity(Intent(screen, SettingsActivity::class.java))
        }
    }

    private fun oneColumn(): LinearLayout {
        val column = column(screen).pad(16, 0, 16, 16)
        column.add(hero, bottom = 12)
        column.add(banners)
        column.add(today, bottom = 12)
        column.add(waiting)
        column.add(tried)
        return column
    }

    private fun twoColumns(): LinearLayout {
        val columns = row(screen).pad(0, 0, 16, 16)
        columns.gravity = android.view.Gravity.TOP
        val first = column(screen)
        first.add(hero, bottom = 12)
        first.add(banners)
        first.add(waiting)
        first.add(tried)
        columns.add(first, width = 0, weight = 1f, start = 4, end = 12)
        columns.add(column(screen).apply { add(today) }, width = 0, weight = 1f)
        return columns
    }

    private val isTwoColumns get() = screen.isWide

    private companion object {
        const val REFRESH_MILLIS = 15_000L
    }
}
