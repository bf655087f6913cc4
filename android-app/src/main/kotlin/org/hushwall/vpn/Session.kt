package org.hushwall.vpn

import android.content.Context
import android.os.Build
import android.os.ParcelFileDescriptor
import java.io.IOException
import org.hushwall.apps.AppCatalogue
import org.hushwall.core.jsonOf
import org.hushwall.policy.FilePolicy
import org.hushwall.policy.Pause
import org.hushwall.policy.packagesOf
import org.json.JSONArray
import org.json.JSONObject

/**
 * The tunnel, and the filter under it. Main thread.
 *
 * As long as a tunnel is wanted a descriptor of it is kept here too: if the core fails, nobody reads from the tunnel and
 * nothing passes, where with the last descriptor gone everything would.
 */
internal class Session(
    private val context: Context,
    private val filter: Filter,
    private val policy: FilePolicy,
    private val apps: AppCatalogue,
    private val networks: Networks,
    private val screen: Screen,
    private val gateways: CallGateways,
) {
    /** How an attempt to get a tunnel went. */
    sealed class Outcome {
        object Up : Outcome()

        /** Android's consent is missing. */
        object NoConsent : Outcome()

        class Failed(val message: String) : Outcome()
    }

    private class Tunnel(val plan: TunnelPlan, val kept: ParcelFileDescriptor)

    private var tunnel: Tunnel? = null

    /** Everything passes for a time; the tunnel stays. */
    var pause: Pause? = null
        set(value) {
            field = value
            policyChanged()
        }

    val isUp get() = tunnel != null

    /** The own addresses of the tunnel, or of the last one: Android may list its network for a moment longer. */
    var addresses: List<Prefix> = emptyList()
        private set

    /** Makes the tunnel, or where there is one goes over to a new one, and filters it. [Filter.Listener] tells what came of that. */
    fun open(service: FirewallService): Outcome {
        val plan = plan(service)
        val tun = try {
            TunnelBuilder.establish(service.Builder(), service.sessionName(), service.openIntent(), plan)
        } catch (e: RuntimeException) {
            // Seen of some makers' systems: SecurityException, IllegalStateException.
            return Outcome.Failed("Android refuses a tunnel: $e")
        } ?: return Outcome.NoConsent
        val kept = try {
            tun.dup()
        } catch (e: IOException) {
            tun.close()
            return Outcome.Failed("no descriptor is left: $e")
        }
        service.setUnderlyingNetworks(networks.underlying())
        val old = tunnel
        tunnel = Tunnel(plan, kept)
        addresses = plan.addresses
        filter.start(tun, plan, policyMessage(), networks.state.message())
        // After the core went over, so that there is never no tunnel.
        if (old != null) filter.order { old.kept.close() }
        return Outcome.Up
    }

    /** Whether the tunnel is another than it would be made now. */
    fun isOutdated(service: FirewallService): Boolean = tunnel?.let { it.plan != plan(service) } ?: false

    /** Ends the filter and closes the tunnel. */
    fun close(then: () -> Unit = {}) {
        val old = tunnel
        tunnel = null
        pause = null
        filter.stop {
            old?.kept?.close()
            then()
        }
    }

    /** The user's choices, the apps, the screen or the pause are others. */
    fun policyChanged() {
        if (isUp) filter.setPolicy(policyMessage())
    }

    fun networkChanged(service: FirewallService) {
        if (!isUp) return
        service.setUnderlyingNetworks(networks.underlying())
        filter.setNetwork(networks.state.message())
        policyChanged()
    }

    private fun plan(service: FirewallService): TunnelPlan {
        val wishes = TunnelPlan.Wishes(
            sdk = Build.VERSION.SDK_INT,
            lanInside = policy.lanInside,
            lockdown = Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q && service.isLockdownEnabled,
            lans = networks.state.lans,
            own = context.packageName,
            outside = policy.outside().flatMap(::packagesOf),
            carrier = gateways.addresses,
        )
        return TunnelPlan.of(wishes)
    }

    /** Made in two steps: reading the installed apps takes too long for the main thread. */
    private fun policyMessage(): () -> JSONObject {
        val document = policy.document(pause)
        val situation = networks.state.situation(screen.isOn)
        return {
            val owners = apps.all().map { jsonOf("uid" to it.uid, "name" to it.key) }
            jsonOf("document" to document, "apps" to JSONArray(owners), "situation" to situation)
        }
    }
}
