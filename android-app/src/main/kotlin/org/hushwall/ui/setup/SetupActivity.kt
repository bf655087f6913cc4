// The first run: from installed to protected, each step with its reason. Back goes one step back; Later leaves.
package org.hushwall.ui.setup

import android.Manifest
import android.app.AlertDialog
import android.content.Intent
import android.os.Build
import android.os.Bundle
import android.widget.LinearLayout
import android.widget.ScrollView
import org.hushwall.R
import org.hushwall.ui.home.Consent
import org.hushwall.ui.kit.Screen
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.sideMargin
import org.hushwall.ui.kit.style
import org.hushwall.ui.widget.TopBar
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.vpn.ProtectionState

internal class SetupActivity : Screen() {
    private val steps = Step.forThisPhone()
    private val memory by lazy { SetupMemory(this) }
    private val consent by lazy { Consent(this) }
    private lateinit var page: LinearLayout
    private lateinit var buttons: LinearLayout
    private var at = 0
    private var wentOut = false

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        at = saved?.getInt(AT) ?: 0
        page = column(this).pad(sideMargin(24), 0, sideMargin(24), 16)
        buttons = column(this).pad(sideMargin(24), 8, sideMargin(24), 16)
        val bar = TopBar(this, "") { if (at > 0) goTo(at - 1) else finish() }
        val later = WordButton(this, Weight.QUIET, getString(R.string.later)) { skip() }
        later.style(Type.SUBTITLE, R.color.ink2)
        bar.addView(later)
        val scroll = ScrollView(this)
        scroll.addView(page)
        val all = column(this)
        all.add(bar)
        all.add(scroll, height = 0, weight = 1f)
        all.add(buttons)
        show(all, getString(R.string.setup_title))
        paint()
    }

    override fun onSaveInstanceState(out: Bundle) {
        super.onSaveInstanceState(out)
        out.putInt(AT, at)
    }

    override fun onResume() {
        super.onResume()
        if (!wentOut) return
        wentOut = false
        cameBack()
    }

    override fun closeOpen() = goTo(at - 1)

    @Suppress("OVERRIDE_DEPRECATION") // The newer way of results is not part of the platform.
    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        consent.answered(result == RESULT_OK)
        if (result == RESULT_OK) next()
    }

    override fun onRequestPermissionsResult(request: Int, permissions: Array<out String>, results: IntArray) = next()

    private val step: Step get() = steps[at]

    private fun act() {
        when (step) {
            Step.QUIET -> next()
            Step.CONSENT -> askAndroid()
            Step.NOTIFICATION ->
                if (Build.VERSION.SDK_INT >= 33) requestPermissions(arrayOf(Manifest.permission.POST_NOTIFICATIONS), 1) else next()
            Step.AUTOSTART -> leave(Doors(this).autostart())
            Step.BATTERY -> leave(Doors(this).battery())
            Step.RECENTS -> {
                memory.saidLocked = true
                next()
            }
            Step.ALWAYS_ON -> leave(Doors(this).vpnSettings())
        }
    }

    private fun actSecond() {
        when (step) {
            Step.QUIET -> tell(R.string.what_it_cannot, R.string.what_it_cannot_text)
            Step.AUTOSTART -> tell(R.string.cannot_find, R.string.find_autostart)
            Step.BATTERY -> tell(R.string.cannot_find, R.string.find_battery)
            Step.ALWAYS_ON -> next()
            Step.CONSENT, Step.NOTIFICATION, Step.RECENTS -> Unit
        }
    }

    private fun askAndroid() {
        consent.turnOn()
        val state = hushwall.protection.status.state
        if (state == ProtectionState.IMPOSSIBLE) return consent.explainImpossible()
        if (state != ProtectionState.CONSENT_MISSING && state != ProtectionState.OFF) next()
    }

    /** [opened] false: no door opened, so the way is told in words. */
    private fun leave(opened: Boolean) {
        wentOut = opened
        if (!opened) actSecond()
    }

    private fun cameBack() {
        // Looks again: Android does not tell when its settings change.
        hushwall.protection.listen { }.close()
        when (step) {
            Step.AUTOSTART -> AutostartQuestion(this).ask { next() }
            Step.BATTERY -> if (SetupFacts(this).isBatteryFree) next() else paint()
            Step.ALWAYS_ON -> if (SetupFacts(this).isAlwaysOn == true) next()
            Step.QUIET, Step.CONSENT, Step.NOTIFICATION, Step.RECENTS -> Unit
        }
    }

    private fun next() {
        if (at < steps.size - 1) goTo(at + 1) else done()
    }

    private fun skip() = if (step == Step.QUIET) done() else next()

    private fun done() {
        memory.isFirstRunDone = true
        startActivity(Intent(this, SetupCheckActivity::class.java))
        finish()
    }

    /** Shows the step with this index. */
    fun goTo(index: Int) {
        at = index
        paint()
    }

    private fun paint() {
        setClosable(at > 0)
        StepPage(this, page).show(step, at, steps.size)
        buttons.removeAllViews()
        buttons.add(WordButton(this, Weight.FILLED, getString(step.button), tall = 56) { act() })
        if (step.second != 0) buttons.add(WordButton(this, Weight.QUIET, getString(step.second)) { actSecond() }, top = 8)
    }

    private fun tell(title: Int, text: Int) {
        AlertDialog.Builder(this).setTitle(title).setMessage(text).setPositiveButton(R.string.close, null).show()
    }

    private companion object {
        const val AT = "at"
    }
}
