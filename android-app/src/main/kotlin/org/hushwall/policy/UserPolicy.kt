package org.hushwall.policy

/** What an app may do. */
enum class AppMode {
    /** Rules and lists decide. What applies to every app without a choice of its own. */
    FILTER,

    /** Everything. */
    ALLOW,

    /** Nothing. */
    BLOCK,

    /** Not in the tunnel: Hushwall does not see it. */
    OUTSIDE,
}

/** On which networks, and when, an app may talk at all. */
data class NetworkUse(val wifi: Boolean = true, val mobile: Boolean = true, val onlyScreenOn: Boolean = false)

/**
 * A rule of the user's about a host and all names below it.
 *
 * @property id names it in [UserPolicy.removeRule].
 * @property key the app's key; null for all apps.
 * @property until its end in Unix milliseconds; null for none.
 */
data class HostRule(val id: String, val key: String?, val host: String, val allow: Boolean, val until: Long?)

/** Why the user's choices are not in use. */
enum class PolicyTrouble { NEWER_VERSION, DAMAGED }

/** Takes one change back. */
fun interface Undo {
    fun undo()
}

/** The user's choices. Each change is on disk when its call returns, and in force right after. Call it on the main thread. */
interface UserPolicy {
    fun mode(key: String): AppMode

    fun setMode(key: String, mode: AppMode): Undo

    fun networks(key: String): NetworkUse

    fun setNetworks(key: String, use: NetworkUse): Undo

    /** Allows or blocks [host] and all names below it, for one app or (null) for all, until [until] (Unix milliseconds) or for good. */
    fun hostRule(key: String?, host: String, allow: Boolean, until: Long?): Undo

    fun rules(): List<HostRule>

    fun removeRule(id: String): Undo

    /** The keys of apps whose mode or networks differ from the default. */
    fun changed(): List<String>

    /** Calls [listener] on the main thread at each change, until closed. */
    fun listen(listener: () -> Unit): AutoCloseable

    /** Not null: the file cannot be used, is kept as it is, and the built-in defaults are in force. */
    val trouble: PolicyTrouble?
}
