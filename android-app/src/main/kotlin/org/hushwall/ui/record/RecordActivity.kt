// The protection record: when the phone was protected in the last seven days, when it was not, and why.
package org.hushwall.ui.record

import android.os.Bundle
import android.view.Gravity
import android.view.View
import org.hushwall.R
import org.hushwall.ui.home.SeenGaps
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.card
import org.hushwall.ui.kit.icon
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.row
import org.hushwall.ui.kit.rowOrStack
import org.hushwall.ui.kit.tabular
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.EmptyView
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.Swatch
import org.hushwall.ui.widget.WaitingRows
import org.hushwall.ui.widget.legendEntry
import org.hushwall.ui.words.Words
import org.hushwall.ui.words.startOfDay
import org.hushwall.vpn.Gap

internal class RecordActivity : PageScreen() {
    private val waiting by lazy { WaitingRows(this) }

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        showPage(getString(R.string.record_title))
        page.add(waiting)
    }

    override fun onStart() {
        super.onStart()
        val now = System.currentTimeMillis()
        val week = startOfDay(now, DAYS - 1)
        questions.ask({ hushwall.gaps.since(week) to hushwall.gaps.protectedShare(week, now) }) { (gaps, share) ->
            fill(gaps, share, now)
        }
    }

    private fun fill(gaps: List<Gap>, share: Double, now: Long) {
        gaps.lastOrNull()?.let { SeenGaps(this).seen = it.from }
        waiting.end()
        page.removeAllViews()
        page.add(summary(gaps, share, now), bottom = 12)
        if (gaps.isEmpty()) {
            page.add(EmptyView(this).apply { show(getString(R.string.no_gaps)) })
        } else {
            val newest = gaps.asReversed()
            newest.forEachIndexed { i, gap -> page.add(GapRow(this, gap, now, i == 0, i == newest.size - 1)) }
        }
        page.add(foot(), top = 12)
    }

    private fun summary(gaps: List<Gap>, share: Double, now: Long): View {
        val words = Words(this)
        val card = card(this)
        Compat.heading(card.add(text(this, Type.SMALL_MEDIUM, R.color.ink2, getString(R.string.last_seven_days))))
        val line = card.add(rowOrStack(this), bottom = 12)
        line.gravity = Gravity.BOTTOM
        line.add(text(this, Type.DISPLAY, text = words.percent(share)).tabular(), width = WRAP)
        line.add(text(this, Type.SMALL, R.color.ink2, getString(R.string.of_time_protected)), width = WRAP, start = 8, bottom = 6)
        card.add(ProtectionStrips(this, gaps, now, DAYS))
        val legend = card.add(rowOrStack(this), top = 12)
        legend.add(legendEntry(this, Swatch(this, false), getString(R.string.legend_protected)), width = WRAP, end = 16)
        val hatched = Swatch(this, true, R.color.warn, R.color.warn_tint)
        legend.add(legendEntry(this, hatched, getString(R.string.legend_not_protected)), width = WRAP)
        return card
    }

    private fun foot(): View {
        val line = row(this).pad(4, 0)
        line.gravity = Gravity.TOP
        line.add(icon(this, R.drawable.ic_info, size = 20), width = 20, height = 20)
        line.addRest(text(this, Type.SMALL, R.color.ink2, getString(R.string.record_foot)), start = 10)
        return line
    }

    private companion object {
        const val DAYS = 7
    }
}
