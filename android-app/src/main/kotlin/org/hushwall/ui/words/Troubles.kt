// What went wrong with the record or the rules, each in its own sentence: what happened, what was kept, what helps.
package org.hushwall.ui.words

import android.content.Context
import org.hushwall.R
import org.hushwall.log.LogTrouble
import org.hushwall.policy.PolicyTrouble
import org.hushwall.vpn.GapCause

internal class Trouble(val title: Int, val line: Int)

internal val LogTrouble.words: Trouble
    get() = when (this) {
        LogTrouble.STORAGE_FULL -> Trouble(R.string.trouble_full, R.string.trouble_full_line)
        LogTrouble.DAMAGED -> Trouble(R.string.trouble_damaged, R.string.trouble_damaged_line)
        LogTrouble.NEWER_VERSION -> Trouble(R.string.trouble_newer_record, R.string.trouble_newer_record_line)
    }

internal val PolicyTrouble.words: Trouble
    get() = when (this) {
        PolicyTrouble.NEWER_VERSION -> Trouble(R.string.trouble_newer_rules, R.string.trouble_newer_rules_line)
        PolicyTrouble.DAMAGED -> Trouble(R.string.trouble_rules, R.string.trouble_rules_line)
        PolicyTrouble.NOT_SAVED -> Trouble(R.string.trouble_not_saved, R.string.trouble_not_saved_line)
    }

/** Why the phone was not protected, as a sentence. */
internal fun GapCause.sentence(context: Context): String =
    context.getString(
        when (this) {
            GapCause.STOPPED_BY_SYSTEM -> R.string.gap_system
            GapCause.STOPPED_BY_USER -> R.string.gap_user
            GapCause.CRASH -> R.string.gap_crash
            GapCause.OTHER_VPN -> R.string.gap_other_vpn
            GapCause.CONSENT_LOST -> R.string.gap_consent
            GapCause.FILTER_FAILED -> R.string.gap_failed
            GapCause.RESTART -> R.string.gap_restart
            GapCause.UPDATE -> R.string.gap_update
            GapCause.UNKNOWN -> R.string.gap_unknown
        },
    )
