package org.hushwall.vpn

import android.content.Intent

/** What a user may be told about the firewall. Each is found out when asked, never remembered. */
enum class ProtectionState {
    /** The user has switched it off, or never on. */
    OFF,

    /** Asked for, and not there yet. */
    STARTING,

    /** The VPN network is ours and the engine answered. */
    ON,

    /** The VPN network is ours, and the engine has not answered (yet). */
    NOT_SURE,

    /** As [ON], and the phone has no network that could be filtered. */
    NO_NETWORK,

    /** The tunnel is up and everything passes, until [ProtectionStatus.pausedUntil]. */
    PAUSED,

    /** Another app holds the phone's one VPN place. */
    OTHER_VPN,

    /** As [OTHER_VPN], and the system settings keep it there. */
    OTHER_VPN_ALWAYS_ON,

    /** Android's consent for a VPN is missing or was taken back. */
    CONSENT_MISSING,

    /** The filter failed. Whether anything is held back, [ProtectionStatus.holdsBack] tells. */
    FAILED,

    /** This phone cannot run it; [ProtectionStatus.obstacle] tells why. */
    IMPOSSIBLE,
}

/** Why a phone cannot run the firewall. */
enum class Obstacle {
    /** This copy of the app has no core for the phone's processor. */
    NO_CORE,

    /** This copy's core does not belong to its app. */
    OTHER_CORE,

    /** This Android has no VPNs. */
    NO_VPN,
}

/**
 * The state and what belongs to it.
 *
 * @property testedAt when the engine last answered, in Unix milliseconds.
 * @property pausedUntil end of a pause in Unix milliseconds; null in [ProtectionState.PAUSED] means the next unlock.
 * @property otherVpn the label of the app that holds the VPN, where the system tells it.
 * @property detail what went wrong, in English, for the expert's view.
 * @property since when this state began, in Unix milliseconds.
 * @property tunnelUp Android has a tunnel of ours: what the filter does not pass goes nowhere.
 * @property alwaysOn Android's settings keep this VPN on. Null where Android does not tell: before API 29, and without a service.
 * @property lockdown they also leave apps without internet where there is no tunnel ("Block connections without VPN").
 * @property restarting the filter was told to begin anew, and has not yet done so.
 * @property obstacle in [ProtectionState.IMPOSSIBLE]: what is in the way.
 */
data class ProtectionStatus(
    val state: ProtectionState,
    val testedAt: Long? = null,
    val pausedUntil: Long? = null,
    val otherVpn: String? = null,
    val detail: String? = null,
    val since: Long? = null,
    val tunnelUp: Boolean = false,
    val alwaysOn: Boolean? = null,
    val lockdown: Boolean = false,
    val restarting: Boolean = false,
    val obstacle: Obstacle? = null,
) {
    /** Apps have no internet but through the filter: by the tunnel, or by Android's lockdown. */
    val holdsBack: Boolean get() = tunnelUp || lockdown
}

/** The one switch of the firewall, and the one place that says whether it works. Call it on the main thread. */
interface Protection {
    val status: ProtectionStatus

    /** Calls [listener] on the main thread: now with the present status, then at each change, until closed. */
    fun listen(listener: (ProtectionStatus) -> Unit): AutoCloseable

    /** Turns it on. An Intent is Android's question for consent: start it for a result, then call this again. */
    fun turnOn(): Intent?

    fun turnOff()

    /** Lets everything pass until [until] (Unix milliseconds), or until the next unlock where that is null. */
    fun pause(until: Long?)

    fun resume()

    /** Asks the engine now; the status changes when it has answered, or has not in time. */
    fun test()

    /** Ends the filter and starts it anew under the same tunnel's rules. One that cannot be ended takes the process with it. */
    fun restartFilter()
}
