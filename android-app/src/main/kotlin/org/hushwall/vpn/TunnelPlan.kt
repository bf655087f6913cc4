package org.hushwall.vpn

import org.hushwall.core.jsonOf
import org.json.JSONArray
import org.json.JSONObject

/**
 * What a tunnel is to be, as a value: [TunnelBuilder] asks Android for exactly this. Two equal plans need no new tunnel.
 *
 * @property addresses the tunnel's own; apps' packets come from them.
 * @property dns the addresses at which the core answers questions for names.
 * @property routes what goes in.
 * @property excluded what stays out of [routes]; empty where the routes themselves leave it out (before API 33).
 * @property outside packages that the tunnel does not apply to.
 */
internal data class TunnelPlan(
    val addresses: List<Prefix>,
    val dns: List<Prefix>,
    val routes: List<Prefix>,
    val excluded: List<Prefix>,
    val outside: List<String>,
) {
    /** The core's message to start on it. */
    fun startMessage(): JSONObject = jsonOf(
        "mtu" to MTU,
        "largest_packet" to MTU,
        "dns_addresses" to JSONArray(dns.map { it.inetAddress.hostAddress }),
    )

    /** What a plan depends on. */
    class Wishes(
        val sdk: Int,
        /** The user wants the local network filtered, too. */
        val lanInside: Boolean,
        /** Android lets nothing pass beside the tunnel ("Block connections without VPN"). */
        val lockdown: Boolean,
        /** The prefixes of the network below. */
        val lans: List<Prefix>,
        val own: String,
        /** Packages that the user wants outside. */
        val outside: List<String>,
        /** What the carrier's calls over Wi-Fi need to reach directly. */
        val carrier: List<Prefix>,
    )

    companion object {
        /**
         * Bytes of a packet. TCP ends in the core, so it is free to be more than the network's: at 9000 the core needs less than
         * half of the processor's time a gigabyte than at 1500, and beyond it little less (ARCHITECTURE.md, "The tunnel's MTU").
         */
        const val MTU = 9000

        /** From here on Android takes excluded routes (VpnService.Builder.excludeRoute). */
        private const val EXCLUDES_FROM_SDK = 33

        /** Where the tunnel may be; the first that is not the network's own. Private (RFC 1918), and rare. */
        private val PLACES = listOf("10.111.222.0/24", "172.31.222.0/24", "192.168.222.0/24", "10.222.111.0/24").map(Prefix::of)

        /** Locally assigned (RFC 4193), with a random identifier. */
        private val PLACE_IPV6 = Prefix.of("fd6e:a43b:9f3e:1::/64")

        private val EVERYTHING = listOf(Prefix.of("0.0.0.0/0"), Prefix.of("::/0"))

        /** The local network, and what goes to many: private (RFC 1918, RFC 4193), link-local (RFC 3927, RFC 4291), multicast. */
        private val LOCAL = listOf(
            "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32",
            "fc00::/7", "fe80::/10", "ff00::/8",
        ).map(Prefix::of)

        /**
         * Under a lockdown everything is inside: what were outside would not be free but cut off. So the apps that the user
         * wants outside are let through by the policy then.
         */
        fun of(wishes: Wishes): TunnelPlan {
            val place = PLACES.firstOrNull { place -> wishes.lans.none(place::overlaps) } ?: PLACES.first()
            val inside = listOf(place, PLACE_IPV6)
            val holes = when {
                wishes.lockdown -> emptyList()
                wishes.lanInside -> wishes.carrier
                else -> LOCAL + wishes.carrier
            }
            val native = wishes.sdk >= EXCLUDES_FROM_SDK
            return TunnelPlan(
                addresses = inside.map { host(it, 1) },
                dns = inside.map { host(it, 2) },
                // The tunnel's own prefixes are named for themselves: they may lie in a hole, and the longer prefix counts.
                routes = (if (native) EVERYTHING else Prefix.without(EVERYTHING, holes)) + inside,
                excluded = if (native) holes else emptyList(),
                outside = listOf(wishes.own) + if (wishes.lockdown) emptyList() else wishes.outside.sorted(),
            )
        }

        private fun host(of: Prefix, number: Byte): Prefix {
            val bytes = of.inetAddress.address
            bytes[bytes.size - 1] = number
            return Prefix.of(java.net.InetAddress.getByAddress(bytes), bytes.size * 8)
        }
    }
}
