package org.hushwall.core

import android.os.ParcelFileDescriptor
import org.json.JSONObject

/** How the engine is. [beat]: when it answered, Unix milliseconds; null where it did not. */
data class CoreStatus(val running: Boolean, val fault: String?, val beat: Long?)

/** Why the core cannot be run. [isMissing]: there is none for this processor; else it does not belong to this app. */
data class CoreTrouble(val isMissing: Boolean, val message: String)

/** What the core tells by itself. */
sealed class CoreEvent {
    class Connection(val row: org.hushwall.log.LogRow) : CoreEvent()

    /** The session cannot do its work any more. */
    class Fault(val message: String) : CoreEvent()

    /** About the log; [kind] is failed, recovered, set-aside or lost. */
    class Log(val kind: String, val code: String?, val message: String) : CoreEvent()
}

/**
 * The native core: one instance a process, and the only user of [Native]. Any thread may call it; each call may block, so none
 * belongs on the main thread. Every function throws [CoreException].
 *
 * What is open here is so for tests, which have a core that hangs or is not there.
 *
 * @param config makes the message of `open`, when it is needed.
 */
open class Core(private val config: () -> JSONObject) {
    private var handle = NONE

    /** Why this phone cannot run the core; null where it can. */
    open val trouble: CoreTrouble? by lazy(::load)

    /** Begins to filter [tun], or goes over to it where a session runs. Takes the descriptor, whatever comes of it. */
    fun start(tun: ParcelFileDescriptor, attributor: Attributor, start: JSONObject) {
        val opened = try {
            opened()
        } catch (e: CoreException) {
            tun.close()
            throw e
        }
        Native.start(opened, tun.detachFd(), attributor, Messages.bytes(start))
    }

    /** Ends filtering and closes the TUN. The log stays readable. */
    open fun stop() {
        present()?.let { Native.stop(it) }
    }

    /** Ends everything; the next call opens a new core. */
    @Synchronized
    open fun close() {
        val old = handle
        handle = NONE
        if (old != NONE) Native.close(old)
    }

    fun setPolicy(policy: JSONObject) = Native.setPolicy(opened(), Messages.bytes(policy))

    fun setNetwork(network: JSONObject) = Native.setNetwork(opened(), Messages.bytes(network))

    /** Waits until something happened, [timeoutMillis] at most. Opens nothing: a closed core tells "closed". */
    fun nextEvents(timeoutMillis: Long): List<CoreEvent> {
        val open = present() ?: throw CoreException(CoreException.CLOSED, "the core is closed")
        return Messages.events(Messages.parse(Native.nextEvents(open, timeoutMillis)))
    }

    /** Asks the engine's own loop. */
    open fun status(): CoreStatus = Messages.status(query("status"))

    fun query(ask: String, vararg fields: Pair<String, Any?>): JSONObject {
        val request = jsonOf("ask" to ask, *fields)
        return Messages.parse(Native.query(opened(), Messages.bytes(request)))
    }

    fun command(order: String, vararg fields: Pair<String, Any?>): JSONObject {
        val request = jsonOf("do" to order, *fields)
        return Messages.parse(Native.command(opened(), Messages.bytes(request)))
    }

    @Synchronized
    private fun present(): Long? = handle.takeIf { it != NONE }

    @Synchronized
    private fun opened(): Long {
        if (handle == NONE) {
            trouble?.let { throw CoreException(CoreException.NO_LIBRARY, it.message) }
            handle = Native.open(Messages.bytes(config()))
        }
        return handle
    }

    private fun load(): CoreTrouble? {
        try {
            Native.load()
            val messages = Messages.parse(Native.version()).getInt("messages")
            if (messages == Messages.VERSION) return null
            return CoreTrouble(isMissing = false, "The core speaks messages $messages, the app ${Messages.VERSION}.")
        } catch (e: UnsatisfiedLinkError) {
            return CoreTrouble(isMissing = true, "There is no core for this phone's processor: ${e.message}")
        }
    }

    private companion object {
        /** No handle of the library's. */
        const val NONE = 0L
    }
}
