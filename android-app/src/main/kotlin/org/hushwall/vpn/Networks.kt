package org.hushwall.vpn

import android.content.Context
import android.net.ConnectivityManager
import android.net.LinkProperties
import android.net.Network
import android.net.NetworkCapabilities
import android.net.NetworkRequest
import android.os.Build
import android.os.Handler
import java.net.Inet4Address
import java.net.NetworkInterface
import java.net.SocketException

/**
 * The network below the tunnel, and whose VPN there is. The tunnel does not apply to this app, so this app's default network is
 * the one below. Told on [main]'s thread.
 */
internal class Networks(context: Context, private val main: Handler, private val changed: () -> Unit) {
    private val manager = context.getSystemService(ConnectivityManager::class.java)
    private var network: Network? = null
    private var capabilities: NetworkCapabilities? = null
    private var link: LinkProperties? = null

    /** The network below. */
    var state = NetworkState.NONE
        private set

    fun start() {
        manager.registerDefaultNetworkCallback(below, main)
        val vpns = NetworkRequest.Builder()
            .addTransportType(NetworkCapabilities.TRANSPORT_VPN)
            .removeCapability(NetworkCapabilities.NET_CAPABILITY_NOT_VPN)
            .build()
        manager.registerNetworkCallback(vpns, anyVpn, main)
    }

    /** Whether a VPN with one of these addresses is up: ours, as Android itself sees it. */
    fun isUp(addresses: List<Prefix>): Boolean = vpns().any { holds(it, addresses) }

    /** Whether a VPN is up that has none of these addresses. */
    fun otherVpn(addresses: List<Prefix>): Boolean = vpns().any { !holds(it, addresses) }

    /**
     * What to tell VpnService.setUnderlyingNetworks. From Android 9 on null, "the default one", tells everything; before that
     * the tunnel counted as metered, and as no network, unless it was named.
     */
    fun underlying(): Array<Network>? =
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) null else network?.let { arrayOf(it) }

    @Suppress("DEPRECATION") // the callbacks tell only what is new, and this asks what is so now
    private fun vpns(): List<LinkProperties> = manager.allNetworks.filter {
        manager.getNetworkCapabilities(it)?.hasTransport(NetworkCapabilities.TRANSPORT_VPN) == true
    }.map { manager.getLinkProperties(it) ?: LinkProperties() }

    private fun holds(vpn: LinkProperties, addresses: List<Prefix>) =
        vpn.linkAddresses.any { has -> addresses.any { it.inetAddress == has.address } }

    /** For tests, which play the system. */
    internal val below: ConnectivityManager.NetworkCallback = object : ConnectivityManager.NetworkCallback() {
        override fun onAvailable(network: Network) {
            this@Networks.network = network
            capabilities = manager.getNetworkCapabilities(network)
            link = manager.getLinkProperties(network)
            update()
        }

        override fun onCapabilitiesChanged(network: Network, capabilities: NetworkCapabilities) {
            this@Networks.capabilities = capabilities
            update()
        }

        override fun onLinkPropertiesChanged(network: Network, link: LinkProperties) {
            this@Networks.link = link
            update()
        }

        override fun onLost(network: Network) {
            this@Networks.network = null
            capabilities = null
            link = null
            update()
        }
    }

    internal val anyVpn: ConnectivityManager.NetworkCallback = object : ConnectivityManager.NetworkCallback() {
        override fun onAvailable(network: Network) = changed()

        override fun onLinkPropertiesChanged(network: Network, link: LinkProperties) = changed()

        override fun onLost(network: Network) = changed()
    }

    private fun update() {
        val next = now()
        if (next == state) return
        state = next
        changed()
    }

    private fun now(): NetworkState {
        val capabilities = capabilities ?: return NetworkState.NONE
        // Another app's VPN, which applies to this app.
        if (capabilities.hasTransport(NetworkCapabilities.TRANSPORT_VPN)) return NetworkState.NONE
        return NetworkState.of(capabilities, link ?: LinkProperties(), roaming(capabilities), ::isTranslated)
    }

    @Suppress("DEPRECATION") // until Android 9 nothing else told it
    private fun roaming(of: NetworkCapabilities): Boolean =
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) {
            !of.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_ROAMING)
        } else {
            network?.let { manager.getNetworkInfo(it) }?.isRoaming ?: false
        }

    private companion object {
        /** Android puts the translated addresses on an interface of its own, "v4-" before the name (netd, ClatdController). */
        fun isTranslated(interfaceName: String): Boolean = try {
            NetworkInterface.getByName("v4-$interfaceName")?.inetAddresses?.asSequence().orEmpty().any { it is Inet4Address }
        } catch (_: SocketException) {
            false
        }
    }
}
