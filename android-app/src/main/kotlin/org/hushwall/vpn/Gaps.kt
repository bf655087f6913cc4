package org.hushwall.vpn

/** Why the phone was not protected for a time. */
enum class GapCause {
    /** The system or its maker's software ended the app. */
    STOPPED_BY_SYSTEM,

    /** The user ended the app in the system's settings. */
    STOPPED_BY_USER,

    /** The app crashed, or hung. */
    CRASH,

    /** Another VPN took the place. */
    OTHER_VPN,

    /** Consent was taken back in the system's settings. */
    CONSENT_LOST,

    /** The filter failed. */
    FILTER_FAILED,

    /** The phone was off or starting. */
    RESTART,

    /** The app was being updated. */
    UPDATE,

    /** It is not known why. */
    UNKNOWN,
}

/**
 * A time without protection that the user did not ask for.
 *
 * @property from the last sign of life before it, Unix milliseconds.
 * @property to when protection was back; null while it lasts.
 * @property detail the system's own words, where it gave any.
 */
data class Gap(val from: Long, val to: Long?, val cause: GapCause, val detail: String?)

/** The record of times without protection. Reads a small file: call it off the main thread. */
interface Gaps {
    /** Gaps that reach past [t] (Unix milliseconds), oldest first. */
    fun since(t: Long): List<Gap>

    /** The share, 0 to 1, of the time from [from] to [to] in which protection was wanted and there. 1 where it was never wanted. */
    fun protectedShare(from: Long, to: Long): Double
}
