package org.hushwall.vpn

import android.content.Context
import java.net.InetAddress
import org.hushwall.log.LogRow

/**
 * The carrier's gateways for calls over Wi-Fi (ePDG, 3GPP TS 23.402 section 4.5.4), which have to stay outside the tunnel.
 *
 * Most phones reach them beside any VPN. Some makers' systems send that IPsec into it and then fail. As this shows by itself, it
 * is learned from what comes: the system, no app, speaks to an IPsec port (RFC 3947). So it holds for every carrier, and nobody
 * has to be asked for names. Kept where it can be read before the first unlock. Any thread.
 */
internal class CallGateways(context: Context) {
    private val settings = context.createDeviceProtectedStorageContext().getSharedPreferences("call-gateways", Context.MODE_PRIVATE)

    /** Those that were seen in the tunnel, one address each. */
    val addresses: List<Prefix> get() = known().map(Prefix::of)

    /** Looks at a connection in the tunnel; true where it tells of a gateway that was not known. */
    @Synchronized
    fun learn(row: LogRow): Boolean {
        val uid = row.owner.uid ?: return false
        val port = row.remote.substringAfterLast(':').toIntOrNull()
        if (row.protocol != "udp" || port !in IPSEC_PORTS || uid % UIDS_A_USER >= FIRST_APP) return false
        // A number, so nothing is looked up.
        val address = InetAddress.getByName(row.remote.substringBeforeLast(':').trim('[', ']'))
        val gateway = Prefix.of(address, address.address.size * Byte.SIZE_BITS).toString()
        val known = known()
        if (gateway in known) return false
        settings.edit().putString(KEY, (known + gateway).takeLast(MOST).joinToString(" ")).apply()
        return true
    }

    private fun known(): List<String> = settings.getString(KEY, null)?.split(' ').orEmpty()

    private companion object {
        const val KEY = "addresses"

        /** IKE, and IKE and ESP behind address translation. */
        val IPSEC_PORTS = setOf(500, 4500)

        /** The first user id of an app, and how many ids a user of the phone has (Process.FIRST_APPLICATION_UID, UserHandle). */
        const val FIRST_APP = 10_000
        const val UIDS_A_USER = 100_000

        /** A carrier has a handful; another SIM has others. The oldest goes first. */
        const val MOST = 32
    }
}
