package org.hushwall.vpn

import android.net.LinkProperties
import android.net.NetworkCapabilities
import android.os.Build
import java.net.Inet4Address
import java.net.Inet6Address
import java.net.InetAddress
import org.hushwall.core.jsonOf
import org.json.JSONArray
import org.json.JSONObject

/**
 * The network below the tunnel.
 *
 * @property kind wifi, mobile, ethernet, other or none: the policy's words.
 * @property lans the prefixes of its own addresses.
 * @property captivePortal it wants a login first.
 * @property privateDns the server of a strict "Private DNS"; questions for names are sealed then, and only openings of
 *   connections tell names. Null where it is off or automatic.
 */
internal data class NetworkState(
    val kind: String,
    val ipv4: Boolean,
    val ipv6: Boolean,
    val resolvers: List<String>,
    val metered: Boolean,
    val roaming: Boolean,
    val lans: List<Prefix>,
    val captivePortal: Boolean,
    val privateDns: String?,
) {
    /** The core's message about it. */
    fun message(): JSONObject =
        jsonOf("ipv4" to ipv4, "ipv6" to ipv6, "resolvers" to JSONArray(resolvers), "label" to kind)

    /** What rules may ask for. */
    fun situation(screenOn: Boolean): JSONObject =
        jsonOf("network" to kind, "metered" to metered, "roaming" to roaming, "screen_on" to screenOn)

    companion object {
        val NONE = NetworkState("none", false, false, emptyList(), false, false, emptyList(), false, null)

        /** @param clat whether IPv4 is translated on the interface of this name (464XLAT, RFC 6877). */
        fun of(capabilities: NetworkCapabilities, link: LinkProperties, roaming: Boolean, clat: (String) -> Boolean): NetworkState {
            val addresses = link.linkAddresses.map { it.address }
            val translated = link.interfaceName?.let(clat) ?: false
            return NetworkState(
                kind = kind(capabilities),
                ipv4 = translated || addresses.any { it is Inet4Address && !it.isLinkLocalAddress },
                ipv6 = addresses.any(::isGlobalIpv6),
                resolvers = link.dnsServers.mapNotNull { it.hostAddress },
                metered = !capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED),
                roaming = roaming,
                lans = link.linkAddresses.map { Prefix.of(it.address, it.prefixLength) },
                captivePortal = capabilities.hasCapability(NetworkCapabilities.NET_CAPABILITY_CAPTIVE_PORTAL),
                privateDns = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.P) link.privateDnsServerName else null,
            )
        }

        private fun kind(of: NetworkCapabilities) = when {
            of.hasTransport(NetworkCapabilities.TRANSPORT_WIFI) -> "wifi"
            of.hasTransport(NetworkCapabilities.TRANSPORT_CELLULAR) -> "mobile"
            of.hasTransport(NetworkCapabilities.TRANSPORT_ETHERNET) -> "ethernet"
            else -> "other"
        }

        /** Only 2000::/3 reaches the internet (RFC 4291, section 2.4); a router's own fd00:: does not. */
        private fun isGlobalIpv6(address: InetAddress) =
            address is Inet6Address && address.address[0].toInt() and 0xE0 == 0x20
    }
}
