package org.hushwall.shadows

import android.net.IpPrefix
import android.net.VpnService
import android.os.ParcelFileDescriptor
import java.net.InetAddress
import java.util.concurrent.CopyOnWriteArrayList
import org.hushwall.lab.LibC
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.annotation.RealObject

/** What the app asked of VpnService.Builder, and in the system's place the tunnel for it. */
class Asked(
    val session: String?,
    val mtu: Int,
    val addresses: List<String>,
    val routes: List<String>,
    val excluded: List<String>,
    val dns: List<String>,
    val disallowed: List<String>,
    val metered: Boolean?,
)

/** The system's side of tunnels. To be [reset] before each test. */
object Tunnels {
    val asked = CopyOnWriteArrayList<Asked>()

    /** The far ends of the tunnels that are pairs of sockets. */
    val farEnds = CopyOnWriteArrayList<Int>()

    /** What establish() does. */
    var establish: (Asked) -> ParcelFileDescriptor? = ::pair

    fun reset() {
        asked.clear()
        farEnds.forEach { LibC.close(it) }
        farEnds.clear()
        establish = ::pair
    }

    /** A tunnel without a device: packets that nobody sends. */
    fun pair(@Suppress("UNUSED_PARAMETER") asked: Asked): ParcelFileDescriptor {
        val ends = IntArray(2)
        LibC.sure(LibC.socketpair(LibC.AF_UNIX, LibC.SOCK_SEQPACKET or LibC.O_NONBLOCK or LibC.O_CLOEXEC, 0, ends))
        farEnds += ends[1]
        return RealFd(ends[0])
    }
}

/** Robolectric has none, and the platform's calls what a JVM lacks. */
@Implements(VpnService.Builder::class)
class ShadowVpnBuilder {
    @RealObject
    private lateinit var real: VpnService.Builder
    private var session: String? = null
    private var mtu = 0
    private var metered: Boolean? = null
    private val addresses = ArrayList<String>()
    private val routes = ArrayList<String>()
    private val excluded = ArrayList<String>()
    private val dns = ArrayList<String>()
    private val disallowed = ArrayList<String>()

    @Implementation
    fun setSession(name: String): VpnService.Builder = real.also { session = name }

    @Implementation
    fun setMtu(bytes: Int): VpnService.Builder = real.also { mtu = bytes }

    @Implementation
    fun setBlocking(@Suppress("UNUSED_PARAMETER") blocking: Boolean): VpnService.Builder = real

    @Implementation(minSdk = 29)
    fun setMetered(isMetered: Boolean): VpnService.Builder = real.also { metered = isMetered }

    @Implementation
    fun addAddress(address: InetAddress, length: Int): VpnService.Builder = real.also { addresses += text(address, length) }

    @Implementation
    fun addRoute(address: InetAddress, length: Int): VpnService.Builder = real.also { routes += text(address, length) }

    @Implementation(minSdk = 33)
    fun excludeRoute(prefix: IpPrefix): VpnService.Builder = real.also { excluded += text(prefix.address, prefix.prefixLength) }

    @Implementation
    fun addDnsServer(address: InetAddress): VpnService.Builder = real.also { dns += requireNotNull(address.hostAddress) }

    /** As the platform's: a package that is not installed is a NameNotFoundException. */
    @Implementation
    fun addDisallowedApplication(name: String): VpnService.Builder = real.also {
        RuntimeEnvironment.getApplication().packageManager.getApplicationInfo(name, 0)
        disallowed += name
    }

    @Implementation
    fun establish(): ParcelFileDescriptor? {
        val asked = Asked(session, mtu, addresses, routes, excluded, dns, disallowed, metered)
        return Tunnels.establish(asked)?.also { Tunnels.asked += asked }
    }

    private fun text(address: InetAddress, length: Int) = "${address.hostAddress}/$length"
}
