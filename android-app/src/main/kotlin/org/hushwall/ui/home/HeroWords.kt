// The words and the drawing of every state of the firewall. What stands here is what the firewall's own test found out; no
// state is guessed from a saved switch.
package org.hushwall.ui.home

import android.content.Context
import org.hushwall.R
import org.hushwall.ui.widget.Wall
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.words.Words
import org.hushwall.vpn.Obstacle
import org.hushwall.vpn.ProtectionState
import org.hushwall.vpn.ProtectionStatus

internal enum class HeroAction(val word: Int, val weight: Weight) {
    TURN_ON(R.string.allow_again, Weight.FILLED),
    TURN_OFF(R.string.turn_off, Weight.QUIET),
    PAUSE(R.string.pause, Weight.RAISED),
    RESUME(R.string.resume_now, Weight.FILLED),
    MORE_MINUTES(R.string.five_more_minutes, Weight.OUTLINED),
    TEST(R.string.test_again, Weight.FILLED),
    RESTART(R.string.restart_filter, Weight.FILLED),
    VPN_SETTINGS(R.string.vpn_settings, Weight.OUTLINED),
    TAKE_OVER(R.string.use_hushwall, Weight.QUIET),
    RECORD(R.string.record_title, Weight.QUIET),
    HELP(R.string.get_right_copy, Weight.OUTLINED),
}

/**
 * How the card looks.
 *
 * @property isOn null: no switch in this state.
 * @property isShort the line stands under the headline, else across the card.
 */
internal class HeroFace(
    val headline: String,
    val line: String,
    val spoken: String,
    val wall: Wall,
    val ground: Int,
    val isOn: Boolean?,
    val isShort: Boolean,
    val canPause: Boolean,
    val actions: List<HeroAction>,
)

/** "2 days without a gap". [isBackToday]: a gap ended today that the user has not looked at yet. */
internal class GapLine(val words: String, val isBackToday: Boolean)

internal class HeroWords(private val context: Context) {
    private val words = Words(context)

    fun of(status: ProtectionStatus, gap: GapLine?, now: Long): HeroFace =
        when (status.state) {
            ProtectionState.ON -> on(status, gap, now)
            ProtectionState.NO_NETWORK ->
                face(R.string.state_on, text(R.string.state_no_network_line), Wall.QUIET, R.color.tint, true, short = true)
            ProtectionState.STARTING -> starting(status)
            ProtectionState.OFF -> face(R.string.state_off, text(R.string.state_off_line), Wall.DOTTED, R.color.surface2, false)
            ProtectionState.PAUSED -> paused(status, now)
            ProtectionState.NOT_SURE -> notSure(status)
            ProtectionState.FAILED -> failed(status)
            ProtectionState.OTHER_VPN, ProtectionState.OTHER_VPN_ALWAYS_ON -> otherVpn(status)
            ProtectionState.CONSENT_MISSING -> face(
                R.string.state_consent, text(R.string.state_consent_line), Wall.DOTTED, R.color.warn_tint, null,
                actions = listOf(HeroAction.TURN_ON),
            )
            ProtectionState.IMPOSSIBLE -> impossible(status.obstacle)
        }

    private fun starting(status: ProtectionStatus): HeroFace {
        if (!status.restarting) {
            return face(R.string.state_starting, text(R.string.state_starting_line), Wall.GROWING, R.color.surface2, true, short = true)
        }
        return face(R.string.state_restarting, text(R.string.state_restarting_line), Wall.GROWING, R.color.surface2, null)
    }

    /** Another copy of the app helps where the core is the obstacle; nothing helps an Android without VPNs. */
    private fun impossible(obstacle: Obstacle?): HeroFace {
        val line = when (obstacle) {
            Obstacle.NO_CORE -> R.string.state_wrong_processor_line
            Obstacle.NO_VPN -> R.string.state_no_vpn_line
            Obstacle.OTHER_CORE, null -> R.string.state_other_core_line
        }
        val actions = if (obstacle == Obstacle.NO_VPN) emptyList() else listOf(HeroAction.HELP)
        return face(R.string.state_impossible, text(line), Wall.DOTTED, R.color.surface2, null, actions = actions)
    }

    private fun on(status: ProtectionStatus, gap: GapLine?, now: Long): HeroFace {
        val headline = if (gap?.isBackToday == true) R.string.state_back else R.string.state_on
        val tested = status.testedAt
        val line = if (tested == null) "" else context.getString(R.string.tested_ago, words.ago(now - tested))
        val spoken = if (tested == null) "" else context.getString(R.string.tested_ago, words.ago(now - tested, spoken = true))
        return face(headline, line, Wall.WHOLE, R.color.tint, true, short = true, spokenLine = spoken)
    }

    private fun paused(status: ProtectionStatus, now: Long): HeroFace {
        val until = status.pausedUntil
        val actions = if (until == null) listOf(HeroAction.RESUME) else listOf(HeroAction.RESUME, HeroAction.MORE_MINUTES)
        val headline = if (until == null) text(R.string.state_paused_unlock) else {
            context.getString(R.string.state_paused, words.countdown(until - now))
        }
        val line = if (until == null) text(R.string.state_paused_unlock_line) else {
            context.getString(R.string.state_paused_line, words.time(until))
        }
        val spoken = if (until == null) headline else context.getString(R.string.state_paused_spoken, words.time(until))
        return HeroFace(headline, line, "$spoken. $line", Wall.OPEN, R.color.warn_tint, null, false, false, actions)
    }

    private fun notSure(status: ProtectionStatus): HeroFace {
        if (status.restarting) return starting(status)
        return face(
            R.string.state_not_sure, text(R.string.state_not_sure_line), Wall.GAP, R.color.warn_tint, true,
            actions = listOf(HeroAction.TEST, HeroAction.RESTART),
        )
    }

    /** A closed wall is one thing, a wall that is not there another: only where something holds the internet back nothing passes. */
    private fun failed(status: ProtectionStatus): HeroFace {
        val actions = listOf(HeroAction.RESTART, HeroAction.TURN_OFF)
        if (!status.holdsBack) {
            val line = text(R.string.state_not_protected_line)
            return face(R.string.state_not_protected, line, Wall.DOTTED, R.color.warn_tint, null, actions = actions)
        }
        val since = status.since
        val line = when {
            !status.tunnelUp -> text(R.string.state_failed_lockdown_line)
            since == null -> text(R.string.state_failed_line)
            else -> context.getString(R.string.state_failed_since_line, words.time(since))
        }
        return face(R.string.state_failed, line, Wall.DOUBLE, R.color.fail_tint, null, actions = actions)
    }

    private fun otherVpn(status: ProtectionStatus): HeroFace {
        val name = status.otherVpn?.let(words::name)
        val always = status.state == ProtectionState.OTHER_VPN_ALWAYS_ON
        val line = when {
            always && name != null -> context.getString(R.string.state_other_always_line, name)
            always -> text(R.string.state_other_always_unnamed_line)
            name != null -> context.getString(R.string.state_other_line, name)
            else -> text(R.string.state_other_unnamed_line)
        }
        val headline = if (always) R.string.state_other_always else R.string.state_other
        val actions = if (always) listOf(HeroAction.VPN_SETTINGS) else listOf(HeroAction.VPN_SETTINGS, HeroAction.TAKE_OVER)
        return face(headline, line, Wall.OTHER, R.color.warn_tint, null, actions = actions)
    }

    private fun face(
        headline: Int,
        line: String,
        wall: Wall,
        ground: Int,
        isOn: Boolean?,
        short: Boolean = false,
        spokenLine: String = line,
        actions: List<HeroAction> = emptyList(),
    ): HeroFace {
        val title = text(headline)
        val canPause = wall == Wall.WHOLE || wall == Wall.QUIET
        return HeroFace(title, line, "$title. $spokenLine", wall, ground, isOn, short, canPause, actions)
    }

    private fun text(id: Int): String = context.getString(id)
}
