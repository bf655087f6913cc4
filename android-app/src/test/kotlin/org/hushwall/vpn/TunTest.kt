package org.hushwall.vpn

import android.view.View
import org.hushwall.AppRunner
import org.hushwall.Phone
import org.hushwall.lab.Lab
import org.hushwall.lab.LabServer
import org.hushwall.lab.Question
import org.hushwall.log.LogFilter
import org.hushwall.policy.AppMode
import org.hushwall.shadows.Asked
import org.hushwall.shadows.RealFd
import org.hushwall.shadows.Tunnels
import org.hushwall.ui.Stage
import org.hushwall.ui.apps.AppRow
import org.hushwall.ui.main.MainActivity
import org.hushwall.ui.setup.SetupMemory
import org.hushwall.watch.WatchState
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/**
 * The whole thing: the service with the real core on a real TUN, two apps that are curl under two user ids, and the kernel
 * asked whose a connection is. Android 8 is not here: its core would read the /proc/net of this machine.
 */
@RunWith(AppRunner::class)
@Config(sdk = [29, 34, 35])
class TunTest {
    @get:Rule val phone = Phone()
    private lateinit var lab: Lab
    private lateinit var server: LabServer

    @Before
    fun prepare() {
        lab = Lab()
        Lab.current = lab
        server = LabServer(lab)
        Tunnels.establish = ::establish
        shadowOf(phone.app.packageManager).installPackage(packageOf("org.example.browser", BROWSER))
        shadowOf(phone.app.packageManager).installPackage(packageOf("com.miui.analytics", ANALYTICS, system = true))
        protect()
    }

    @After
    fun dismantle() {
        phone.app.protection.turnOff()
        phone.await("the TUN's end") { RealFd.open.isEmpty() && lab.devices().isEmpty() }
        server.close()
        lab.close()
        Lab.current = null
    }

    @Test
    fun anAppThatTheUserBlocksIsCutOffAtOnceAndTheOtherIsNot() {
        assertEquals(0, curl(BROWSER).code)
        assertEquals(0, curl(ANALYTICS).code)
        val undo = phone.app.policy.setMode("com.miui.analytics", AppMode.BLOCK)
        phone.await("the policy") { explained(ANALYTICS) == "app-blocked" }
        assertNotEquals(0, curl(ANALYTICS).code)
        assertEquals(0, curl(BROWSER).code)
        undo.undo()
        phone.await("the policy") { explained(ANALYTICS) != "app-blocked" }
        assertEquals(0, curl(ANALYTICS).code)
    }

    @Test
    fun theLogTellsWhoseConnectionItWasAndWhatBecameOfIt() {
        phone.app.policy.setMode("com.miui.analytics", AppMode.BLOCK)
        phone.await("the policy") { explained(ANALYTICS) == "app-blocked" }
        curl(BROWSER)
        curl(ANALYTICS)
        phone.await("both in the log") { rows().map { it.owner.name }.containsAll(listOf("org.example.browser", "com.miui.analytics")) }
        val blocked = rows().first { it.owner.name == "com.miui.analytics" }
        assertTrue(blocked.blocked)
        assertEquals(ANALYTICS, blocked.owner.uid)
        assertEquals("${Lab.SERVER}:80", blocked.remote)
        assertEquals("app-blocked", blocked.reason.code)
        phone.await("the bytes of the other") {
            rows().any { it.owner.uid == BROWSER && !it.blocked && it.bytesDown > LabServer.PAGE.length }
        }
        assertEquals(listOf("wifi"), rows().mapNotNull { it.network }.distinct())
        assertTrue(phone.beside { phone.app.log.today() }.stopped >= 1)
    }

    @Test
    fun aBlockedAppReachesTheServerWithNoConnectionAtAll() {
        phone.app.policy.setMode("com.miui.analytics", AppMode.BLOCK)
        phone.await("the policy") { explained(ANALYTICS) == "app-blocked" }
        val before = server.requests.get()
        curl(ANALYTICS)
        curl(BROWSER)
        assertEquals(before + 1, server.requests.get())
    }

    @Test
    fun aWatchedAppIsHeardAndTheOtherIsNot() {
        val watch = phone.app.watch
        watch.begin(checkNotNull(phone.app.apps.byUid(BROWSER)), 5, letsThrough = false) { }
        phone.await("the watch") { watch.state is WatchState.Running }
        assertEquals(0, curl(BROWSER).code)
        assertEquals(0, curl(ANALYTICS).code)
        var tries = 0L
        phone.await("what was seen so far") {
            watch.look { tries = it.tries }
            tries > 0
        }
        watch.finish()
        phone.await("the result") { watch.state is WatchState.Done }
        val contact = (watch.state as WatchState.Done).seen.contacts.single()
        assertEquals(listOf(Lab.SERVER, 1L, 0L), listOf(contact.who, contact.tries, contact.stopped))
        assertEquals(listOf("GET", "/", "sent"), contact.said.single().run { listOf(method, path, outcome) })
    }

    @Test
    fun aTrackerIsStoppedAtItsNameWithoutAnythingChosen() {
        val dns = Tunnels.asked.single().dns.first()
        assertEquals("0.0.0.0", phone.beside { Question.ask(lab, dns, "sa.api.intl.miui.com") })
        phone.await("it in the log") { rows().any { it.isQuestion && it.blocked && it.host == "sa.api.intl.miui.com" } }
        assertEquals("listed", rows().first { it.isQuestion }.reason.code)
    }

    @Test
    fun aNewTunnelTakesOverWithoutAGap() {
        phone.app.policy.setMode("org.example.browser", AppMode.OUTSIDE)
        phone.await("the old TUN's end") { lab.devices() == listOf("tun1") }
        // The lab routes everybody into the tunnel, so the app is still seen, and allowed.
        assertEquals(0, curl(BROWSER).code)
        assertEquals(0, curl(ANALYTICS).code)
    }

    @Test
    fun theCarriersGatewayForCallsOverWifiStaysOutsideOnceTheSystemSpokeToIt() {
        ipsec(BROWSER)
        phone.await("the app's datagram in the log") { rows().any { it.owner.uid == BROWSER && it.remote.endsWith(":4500") } }
        assertTrue(wayToTheServer().contains("tun0"))
        ipsec(SYSTEM)
        phone.await("a tunnel without it") { !wayToTheServer().contains("tun") }
        assertEquals(2, Tunnels.asked.size)
    }

    @Test
    fun ifTheCoreFailsNothingPassesUntilItIsBack() {
        phone.app.core.close()
        assertEquals(listOf("tun0"), lab.devices())
        assertNotEquals(0, phone.beside { lab.run(lab.app, "curl", "-sS", "--max-time", "1", URL) }.code)
        phone.app.protection.test()
        phone.awaitState(ProtectionState.FAILED)
        lab.inside(lab.wan) { phone.app.protection.restartFilter() }
        phone.vpnComesUp()
        phone.awaitState(ProtectionState.ON)
        assertEquals(0, curl(BROWSER).code)
    }

    @Test
    fun aPauseLetsABlockedAppThroughAndItsEndDoesNot() {
        phone.app.policy.setMode("com.miui.analytics", AppMode.BLOCK)
        phone.app.protection.pause(null)
        phone.await("the pause") { explained(ANALYTICS) == "paused" }
        assertEquals(0, curl(ANALYTICS).code)
        phone.app.protection.resume()
        phone.await("its end") { explained(ANALYTICS) == "app-blocked" }
        assertNotEquals(0, curl(ANALYTICS).code)
    }

    /** As a person does it: screens, service, core, TUN and log are the real ones, and so is the app that is cut off. */
    @Test
    @Config(qualifiers = "en-w411dp-h891dp-hdpi")
    fun aModeThatIsTappedCutsTheAppOffAndTheLogOnTheScreenTellsIt() {
        SetupMemory(phone.app).isFirstRunDone = true
        val screen = Stage.open(MainActivity::class.java).get()
        val root = Stage.root(screen)
        screen.goTo(MainActivity.APPS)
        phone.await("the app in the list") { analyticsIn(root) != null }
        assertEquals(0, curl(ANALYTICS).code)
        Stage.tap(requireNotNull(analyticsIn(root)), "Filter")
        Stage.tap(Stage.sheet(), "Block")
        phone.await("the policy") { explained(ANALYTICS) == "app-blocked" }
        assertNotEquals(0, curl(ANALYTICS).code)
        screen.goTo(MainActivity.ACTIVITY)
        phone.await("it on the screen") {
            Stage.pass(1)
            Stage.says(root, "you blocked this app") && Stage.says(root, Lab.SERVER)
        }
        screen.finish()
    }

    private fun analyticsIn(root: View): View? {
        Stage.settle()
        return Stage.shown(root).filterIsInstance<AppRow>().firstOrNull { it.contentDescription.startsWith("com.miui.analytics,") }
    }

    /** Turned on with the core's threads, and so its sockets, in the namespace outside the tunnel. */
    private fun protect() {
        lab.inside(lab.wan) {
            phone.turnOn()
        }
    }

    private fun establish(asked: Asked) = RealFd(lab.tun(asked.addresses, asked.routes, asked.excluded, asked.mtu))

    private fun curl(uid: Int) = phone.beside { lab.curl(uid, URL) }

    /** A datagram to an IPsec gateway at the server's address, and the wait for an answer, in which its owner is found. */
    private fun ipsec(uid: Int) = phone.beside {
        val script = "exec 3<>/dev/udp/${Lab.SERVER}/4500; echo ike >&3; read -t 2 -u 3"
        lab.run(lab.app, "setpriv", "--reuid", "$uid", "--clear-groups", "bash", "-c", script)
    }

    private fun wayToTheServer() = lab.run(lab.app, "ip", "route", "get", Lab.SERVER).text

    private fun rows() = phone.beside { phone.app.log.page(LogFilter()).rows }

    private fun explained(uid: Int) = phone.beside { phone.app.log.explain(uid, null, Lab.SERVER, 80).reason.code }

    private companion object {
        const val SYSTEM = 1_000
        const val BROWSER = 10_123
        const val ANALYTICS = 10_124
        const val URL = "http://${Lab.SERVER}/"
    }
}
