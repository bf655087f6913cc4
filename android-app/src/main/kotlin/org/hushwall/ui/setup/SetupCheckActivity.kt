// What is set up and what is not: one row a step, "proved" only of what was proved, and what is not covered at all.
package org.hushwall.ui.setup

import android.content.Intent
import android.os.Bundle
import android.view.View
import org.hushwall.R
import org.hushwall.ui.advice.AdviceActivity
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.text
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.widget.Banner
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.words.Words

internal class SetupCheckActivity : PageScreen() {
    private var asksAutostart = false

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        val foot = column(this).pad(24, 12)
        foot.setBackgroundColor(getColor(R.color.surface))
        foot.add(WordButton(this, Weight.FILLED, getString(R.string.go_home)) { goHome() })
        showPage(getString(R.string.setup_check), title = "", foot)
    }

    override fun onStart() {
        super.onStart()
        whileVisible(hushwall.protection.listen { paint() })
        hushwall.protection.test()
    }

    override fun onResume() {
        super.onResume()
        if (!asksAutostart) return
        asksAutostart = false
        AutostartQuestion(this).ask { paint() }
    }

    override fun onRequestPermissionsResult(request: Int, permissions: Array<out String>, results: IntArray) = paint()

    private fun paint() {
        val checks = SetupChecks(this) { asksAutostart = true }.all()
        page.removeAllViews()
        page.add(head(checks), bottom = 12)
        val rows = page.add(column(this))
        checks.forEachIndexed { i, check -> rows.add(CheckRow(this, check, i == 0, i == checks.size - 1)) }
        page.add(notCovered(), top = 12)
        if (!SetupMemory(this).sawAdvice) page.add(advice(), top = 12)
    }

    /** Until it was seen once; Settings has it for good. */
    private fun advice() =
        Banner(this, getString(R.string.advice_title), getString(R.string.advice_line), R.drawable.ic_filter, R.color.surface) {
            startActivity(Intent(this, AdviceActivity::class.java))
        }

    private fun head(checks: List<Check>): View {
        val words = Words(this)
        val sure = checks.count { it.state == CheckState.ON }
        val needed = checks.count { it.state != CheckState.NOT_NEEDED }
        val head = column(this).pad(8, 0)
        val title = if (sure == needed) R.string.all_set else R.string.almost_done
        Compat.heading(head.add(text(this, Type.HEADLINE, text = getString(title))))
        val line = getString(R.string.n_of_m_confirmed, words.number(sure.toLong()), words.number(needed.toLong()))
        head.add(text(this, Type.BODY, R.color.ink2, line), top = 6)
        return head
    }

    private fun notCovered(): View {
        val others = SetupFacts(this).otherSpaces
        val found = if (others == 0) "" else " " + Words(this).plural(R.plurals.spaces_found, others.toLong())
        return Banner(this, getString(R.string.not_covered), getString(R.string.not_covered_line) + found, R.drawable.ic_info)
    }

    private fun goHome() {
        val home = Intent(this, MainActivity::class.java).putExtra(MainActivity.PLACE, MainActivity.HOME)
        startActivity(home.addFlags(Intent.FLAG_ACTIVITY_CLEAR_TOP or Intent.FLAG_ACTIVITY_SINGLE_TOP))
        finish()
    }
}
