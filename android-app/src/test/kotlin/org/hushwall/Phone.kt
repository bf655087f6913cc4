package org.hushwall

import android.content.ComponentName
import android.content.Intent
import android.net.ConnectivityManager
import android.net.LinkAddress
import android.net.LinkProperties
import android.net.Network
import android.net.NetworkCapabilities
import android.os.Looper
import android.os.SystemClock
import android.os.UserManager
import java.net.InetAddress
import java.util.concurrent.FutureTask
import java.util.concurrent.atomic.AtomicBoolean
import org.hushwall.lab.Clock
import org.hushwall.shadows.RealFd
import org.hushwall.shadows.ShadowVpn
import org.hushwall.shadows.Tunnels
import org.hushwall.vpn.FirewallService
import org.hushwall.vpn.ProtectionState
import org.junit.Assert.assertEquals
import org.junit.rules.ExternalResource
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ServiceController
import org.robolectric.shadows.ShadowNetwork
import org.robolectric.shadows.ShadowNetworkCapabilities
import org.robolectric.shadows.ShadowVpnService

/**
 * A phone with the real app and the real core, unlocked, with consent given and on a Wi-Fi. The test is the system: it says what
 * networks there are, and it runs services. The main thread is the test's.
 */
class Phone : ExternalResource() {
    val app: Hushwall get() = RuntimeEnvironment.getApplication() as Hushwall
    val state: ProtectionState get() = app.protection.status.state
    val connectivity: ConnectivityManager get() = app.getSystemService(ConnectivityManager::class.java)
    private var service: ServiceController<FirewallService>? = null

    override fun before() {
        SystemClock.setCurrentTimeMillis(Clock.millis())
        // The app's clock goes with the phone's: from now, and on when time passes.
        app.clock = SystemClock::elapsedRealtime
        Tunnels.reset()
        RealFd.open.clear()
        ShadowVpn.lockdown = false
        ShadowVpn.alwaysOn = false
        ShadowVpn.underlying = null
        shadowOf(app.getSystemService(UserManager::class.java)).setUserUnlocked(true)
        shadowOf(connectivity).clearAllNetworks()
        shadowOf(app.packageManager).addActivityIfNotPresent(DIALOG)
        consent(true)
        wifi()
    }

    override fun after() {
        service?.destroy()
        val closed = AtomicBoolean()
        app.live.close { closed.set(true) }
        await("the core's end") { closed.get() }
        assertEquals("descriptors left open", emptyList<RealFd>(), RealFd.open)
    }

    fun consent(given: Boolean) = ShadowVpnService.setPrepareResult(if (given) null else Intent().setComponent(DIALOG))

    /** Android has lost the dialog that asks for consent, or never had it. */
    fun consentCannotBeAsked() = ShadowVpnService.setPrepareResult(Intent("nobody shows this"))

    /** The default network is a Wi-Fi with this address. */
    fun wifi(address: String = "192.168.1.23", length: Int = 24, change: LinkProperties.() -> Unit = {}) {
        val network = ShadowNetwork.newInstance(WIFI)
        val link = link("wlan0", address, length).apply(change)
        put(network, NetworkCapabilities.TRANSPORT_WIFI, link)
        app.live.networks.below.onAvailable(network)
    }

    fun offline() {
        val network = ShadowNetwork.newInstance(WIFI)
        shadowOf(connectivity).removeNetwork(network)
        app.live.networks.below.onLost(network)
    }

    /** Android has a network of the tunnel that was established last. */
    fun vpnComesUp() {
        val network = ShadowNetwork.newInstance(VPN)
        put(network, NetworkCapabilities.TRANSPORT_VPN, link("tun0", Tunnels.asked.last().addresses.first().substringBefore('/'), 32))
        app.live.networks.anyVpn.onAvailable(network)
    }

    fun vpnGoes() = gone(VPN)

    fun otherVpnComesUp() {
        val network = ShadowNetwork.newInstance(OTHER_VPN)
        put(network, NetworkCapabilities.TRANSPORT_VPN, link("tun1", "10.64.0.2", 32))
        app.live.networks.anyVpn.onAvailable(network)
    }

    fun otherVpnGoes() = gone(OTHER_VPN)

    /** Android runs the service that was asked for; null where none was. */
    fun runService(): FirewallService? {
        val intent = shadowOf(app).nextStartedService ?: return null
        return runService(intent)
    }

    fun runService(intent: Intent?): FirewallService {
        val controller = service ?: Robolectric.buildService(FirewallService::class.java).create().also { service = it }
        controller.get().onStartCommand(intent, 0, 1)
        return controller.get()
    }

    fun destroyService() {
        service?.destroy()
        service = null
    }

    /** From off to on. */
    fun turnOn(): FirewallService {
        assertEquals(null, app.protection.turnOn())
        val service = requireNotNull(runService()) { "no service was started" }
        await("a tunnel") { Tunnels.asked.isNotEmpty() }
        vpnComesUp()
        awaitState(ProtectionState.ON)
        return service
    }

    fun awaitState(expected: ProtectionState) = await({ "$expected; it is ${app.protection.status}" }) { state == expected }

    /** Turns the main looper until it is so. */
    fun await(what: String, isSo: () -> Boolean) = await({ what }, isSo)

    private fun await(what: () -> String, isSo: () -> Boolean) {
        val end = Clock.nanos() + PATIENCE_NS
        while (!isSo()) {
            shadowOf(Looper.getMainLooper()).idle()
            check(Clock.nanos() < end) { "in vain: ${what()}" }
            Thread.sleep(2)
        }
    }

    /** Runs [task] beside the main thread while that one turns. */
    fun <T> beside(task: () -> T): T {
        val future = FutureTask(task)
        Thread(future).start()
        await("the end of what runs beside") { future.isDone }
        return future.get()
    }

    /** The app's clock, Unix milliseconds. */
    fun now(): Long = app.clock()

    /** Time passes, and what waits for it is done. */
    fun pass(milliseconds: Long) = shadowOf(Looper.getMainLooper()).idleFor(java.time.Duration.ofMillis(milliseconds))

    private fun gone(id: Int) {
        val network = ShadowNetwork.newInstance(id)
        shadowOf(connectivity).removeNetwork(network)
        app.live.networks.anyVpn.onLost(network)
    }

    private fun put(network: Network, transport: Int, link: LinkProperties) {
        val capabilities = ShadowNetworkCapabilities.newInstance()
        shadowOf(capabilities).addTransportType(transport)
        shadowOf(capabilities).addCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED)
        shadowOf(connectivity).addNetwork(network, null)
        shadowOf(connectivity).setNetworkCapabilities(network, capabilities)
        shadowOf(connectivity).setLinkProperties(network, link)
    }

    private fun link(name: String, address: String, length: Int) = LinkProperties().apply {
        interfaceName = name
        val of = LinkAddress::class.java.getConstructor(InetAddress::class.java, Int::class.javaPrimitiveType)
        setLinkAddresses(listOf(of.newInstance(InetAddress.getByName(address), length)))
    }

    private companion object {
        const val WIFI = 100
        const val VPN = 101
        const val OTHER_VPN = 102
        const val PATIENCE_NS = 20_000_000_000L

        /** Android's own dialog that asks for consent. */
        val DIALOG = ComponentName("com.android.vpndialogs", "com.android.vpndialogs.ConfirmDialog")
    }
}
