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

/** What is wrong with the file of the user's choices. */
enum class PolicyTrouble {
    /** It is of a newer version of the app: the built-in defaults are in force, and what is chosen now is not kept. */
    NEWER_VERSION,

    /** It cannot be read; otherwise the same. */
    DAMAGED,

    /** The last change is in force and could not be written: there is no room. */
    NOT_SAVED,
}

/** Takes one change back. */
fun interface Undo {
    fun undo()
}

/** Takes all of them back, the last one first. */
internal fun List<Undo>.together() = Undo { asReversed().forEach { it.undo() } }

/**
 * The user's choices. Each change is on disk when its call returns, unless [trouble] says otherwise, and in force right after. Call
 * it on the main thread.
 */
interface UserPolicy {
    fun mode(key: String): AppMode

    fun setMode(key: String, mode: AppMode): Undo = setModes(listOf(key), mode)

    /** One change for several apps. */
    fun setModes(keys: List<String>, mode: AppMode): Undo

    fun networks(key: String): NetworkUse

    fun setNetworks(key: String, use: NetworkUse): Undo

    /** Allows or blocks [host] and all names below it, for one app or (null) for all, until [until] (Unix milliseconds) or for good. */
    fun hostRule(key: String?, host: String, allow: Boolean, until: Long?): Undo = hostRules(key, listOf(host), allow, until)

    /** One change about several hosts. */
    fun hostRules(key: String?, hosts: List<String>, allow: Boolean, until: Long?): Undo

    /** All rules that have not ended, those that are off too. */
    fun rules(): List<UserRule>

    /** Adds [rule], or puts it in the place of the one with its id. One that is about the same must not be there: [sameAs]. */
    fun putRule(rule: UserRule): Undo

    /** Another rule that is about the same as [rule], with either verdict; the core takes only one of them. */
    fun sameAs(rule: UserRule): UserRule?

    /** All that is chosen now, and what it would be with [rule]; for [RuleJudge]. */
    fun choices(with: UserRule? = null): Choices

    fun removeRule(id: String): Undo = removeRules(listOf(id))

    /** One change that takes several away. */
    fun removeRules(ids: List<String>): Undo

    /** When the pause of the app's filtering ends, Unix milliseconds; null where there is none. */
    fun pausedUntil(key: String): Long?

    /** Lets everything pass for the app until [until], except what the user's own rules stop; null ends that. */
    fun pauseApp(key: String, until: Long?): Undo

    /** Whether what is on the same local network goes through the filter, too. Under Android's lockdown it always does. */
    val lanInside: Boolean

    fun setLanInside(inside: Boolean): Undo

    /** What of the advice for this phone is switched on beyond what is on from the start. */
    val advised: List<AdvisedList>

    /** Switches on what [Advice] has told; what is on already stays as it is. */
    fun switchOn(lists: List<AdvisedList>): Undo

    /** Switches off what of [advised] has one of these names. */
    fun switchOff(names: Collection<String>): Undo

    /** What counts of the lists that come with the app. */
    val builtIn: BuiltIn

    fun setBuiltIn(builtIn: BuiltIn): Undo

    /** The keys of apps whose mode, networks or pause differ from the default. */
    fun changed(): List<String>

    /** Calls [listener] on the main thread at each change, until closed. */
    fun listen(listener: () -> Unit): AutoCloseable

    /** Not null: the file cannot be used and is kept as it is, or it could not be written. */
    val trouble: PolicyTrouble?

    /** Puts an unusable file beside and keeps what is chosen in a new one. False: the storage refuses; nothing was changed. */
    fun startAfresh(): Boolean
}
