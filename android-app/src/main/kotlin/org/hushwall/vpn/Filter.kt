package org.hushwall.vpn

import android.os.Handler
import android.os.ParcelFileDescriptor
import java.util.concurrent.Executors
import java.util.concurrent.atomic.AtomicReference
import org.hushwall.core.Attributor
import org.hushwall.core.Core
import org.hushwall.core.CoreEvent
import org.hushwall.core.CoreException
import org.hushwall.core.CoreStatus
import org.json.JSONException
import org.json.JSONObject

/**
 * The core at work. Orders go to it in the order in which they are given, on one thread, as each may block; another thread
 * waits for what it tells.
 */
internal class Filter(private val core: Core, private val owners: Attributor, private val main: Handler, private val listener: Listener) {
    interface Listener {
        /** The core filters the tunnel of this plan. Main thread. */
        fun onFiltering(plan: TunnelPlan)

        /** It does not filter; its words for experts. Main thread. */
        fun onFailed(message: String)

        /** The engine's answer; null: it cannot be asked. Main thread. */
        fun onAnswer(status: CoreStatus?)

        /** What happened, on the thread that waits for it. */
        fun onEvents(events: List<CoreEvent>)
    }

    private val orders = Executors.newSingleThreadExecutor { Thread(it, "hushwall-orders") }
    private val events = Executors.newSingleThreadExecutor { Thread(it, "hushwall-events") }
    private val waitingPolicy = AtomicReference<() -> JSONObject>()

    /** Whether somebody waits for the events of the core that is open. For the orders' thread. */
    private var followed = false

    /** Filters [tun], or goes over to it. Takes it over. */
    fun start(tun: ParcelFileDescriptor, plan: TunnelPlan, policy: () -> JSONObject, network: JSONObject) = order {
        try {
            core.setPolicy(policy())
            core.setNetwork(network)
        } catch (e: CoreException) {
            tun.close()
            throw e
        }
        core.start(tun, owners, plan.startMessage())
        if (!followed) {
            followed = true
            events.execute(::follow)
        }
        main.post { listener.onFiltering(plan) }
    }

    fun stop(then: () -> Unit) = order {
        try {
            core.stop()
        } finally {
            main.post { then() }
        }
    }

    /** Ends the core itself; [start] makes a new one. */
    fun close() = order {
        followed = false
        core.close()
    }

    /** Makes and sends the policy. Where several wait only the latest counts. */
    fun setPolicy(policy: () -> JSONObject) {
        if (waitingPolicy.getAndSet(policy) != null) return
        order { waitingPolicy.getAndSet(null)?.let { core.setPolicy(it()) } }
    }

    fun setNetwork(network: JSONObject) = order { core.setNetwork(network) }

    /** Asks the engine's own loop. */
    fun test() = orders.execute {
        val status = try {
            core.status()
        } catch (_: CoreException) {
            null
        }
        main.post { listener.onAnswer(status) }
    }

    /** Does [task] after what was ordered before; what fails in the core is told. */
    fun order(task: () -> Unit) = orders.execute {
        try {
            task()
        } catch (e: CoreException) {
            main.post { listener.onFailed("${e.code}: ${e.message}") }
        }
    }

    private fun follow() {
        try {
            while (true) listener.onEvents(core.nextEvents(PATIENCE_MS))
        } catch (e: CoreException) {
            if (e.code != CoreException.CLOSED) main.post { listener.onFailed("${e.code}: ${e.message}") }
        } catch (e: JSONException) {
            main.post { listener.onFailed("what the core tells cannot be read: ${e.message}") }
        }
    }

    private companion object {
        /** How long to wait for events at once. The wait ends by an event or by the core's end; this wakes no phone. */
        const val PATIENCE_MS = 3_600_000L
    }
}
