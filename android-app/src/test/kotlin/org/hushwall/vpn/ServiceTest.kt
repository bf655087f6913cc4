package org.hushwall.vpn

import android.content.Intent
import android.net.VpnService
import android.os.Binder
import android.os.IBinder
import android.os.Parcel
import org.hushwall.AppRunner
import org.hushwall.Phone
import org.hushwall.lab.LibC
import org.hushwall.policy.AppMode
import org.hushwall.shadows.RealFd
import org.hushwall.shadows.ShadowVpn
import org.hushwall.shadows.Tunnels
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** The life of the service, with the real core on tunnels that carry nothing. */
@RunWith(AppRunner::class)
@Config(sdk = [26, 29, 34, 35])
class ServiceTest {
    @get:Rule val phone = Phone()
    private val protection get() = phone.app.protection

    @Test
    fun turnedOnItIsOnOnlyOnceAndroidHasTheTunnelAndTheEngineAnswered() {
        assertEquals(ProtectionState.OFF, phone.state)
        assertNull(protection.turnOn())
        phone.runService()
        phone.await("the engine's answer") { protection.status.testedAt != null }
        assertEquals(ProtectionState.STARTING, phone.state)
        phone.vpnComesUp()
        assertEquals(ProtectionState.ON, phone.state)
    }

    @Test
    fun withoutConsentNothingStartsAndAndroidsQuestionComesBack() {
        phone.consent(false)
        assertNotNull(protection.turnOn())
        assertNull(phone.runService())
        assertEquals(ProtectionState.OFF, phone.state)
        phone.consent(true)
        phone.turnOn()
    }

    @Test
    fun whereConsentCannotEvenBeAskedThereAreNoVpns() {
        phone.consentCannotBeAsked()
        assertNull(protection.turnOn())
        assertEquals(ProtectionState.IMPOSSIBLE, phone.state)
        assertEquals(Obstacle.NO_VPN, protection.status.obstacle)
        phone.consent(true)
        phone.turnOn()
    }

    @Test
    fun aTunnelThatAndroidDoesNotGiveIsConsentMissing() {
        Tunnels.establish = { null }
        protection.turnOn()
        phone.runService()
        assertEquals(ProtectionState.CONSENT_MISSING, phone.state)
    }

    @Test
    fun aTunnelThatAndroidRefusesIsAFailureThatIsTriedAgain() {
        Tunnels.establish = { throw SecurityException("INTERACT_ACROSS_USERS") }
        protection.turnOn()
        phone.runService()
        assertEquals(ProtectionState.FAILED, phone.state)
        assertFalse(protection.status.holdsBack)
        assertTrue(protection.status.detail.orEmpty().contains("INTERACT_ACROSS_USERS"))
        Tunnels.establish = Tunnels::pair
        phone.pass(1_000)
        phone.vpnComesUp()
        phone.awaitState(ProtectionState.ON)
    }

    @Test
    fun turnedOffTheTunnelIsClosedAndTheServiceEnds() {
        val service = phone.turnOn()
        protection.turnOff()
        assertEquals(ProtectionState.OFF, phone.state)
        phone.await("the tunnel's end") { RealFd.open.isEmpty() }
        assertTrue(shadowOf(service).isStoppedBySelf)
    }

    @Test
    fun revokedByAndroidItIsNotOnAnyMoreAndStaysToTakeThePlaceBack() {
        val service = phone.turnOn()
        phone.otherVpnComesUp()
        revoke(service)
        phone.vpnGoes()
        phone.awaitState(ProtectionState.OTHER_VPN)
        phone.await("the tunnel's end") { RealFd.open.isEmpty() }
        assertFalse(shadowOf(service).isStoppedBySelf)
        assertEquals(GapCause.OTHER_VPN, phone.app.gaps.since(0).last().cause)

        phone.otherVpnGoes()
        // It may only be changing networks.
        assertEquals(1, Tunnels.asked.size)
        phone.pass(20_000)
        assertEquals(2, Tunnels.asked.size)
        phone.vpnComesUp()
        phone.awaitState(ProtectionState.ON)
        assertNotNull(phone.app.gaps.since(0).last().to)
    }

    @Test
    fun revokedWithoutAnotherVpnConsentIsMissingAndNothingIsTakenBack() {
        val service = phone.turnOn()
        revoke(service)
        phone.vpnGoes()
        phone.awaitState(ProtectionState.CONSENT_MISSING)
        phone.pass(60_000)
        assertEquals(1, Tunnels.asked.size)
        assertEquals(GapCause.CONSENT_LOST, phone.app.gaps.since(0).single().cause)
    }

    @Test
    fun anotherVpnIsNotPushedAsideAtAStartOfThePhone() {
        phone.turnOn()
        phone.destroyService()
        phone.vpnGoes()
        phone.otherVpnComesUp()
        phone.runService(Intent())
        assertEquals(ProtectionState.OTHER_VPN, phone.state)
        assertEquals(1, Tunnels.asked.size)
    }

    @Test
    fun startedBySystemAsAlwaysOnItComesUp() {
        phone.runService(Intent(VpnService.SERVICE_INTERFACE))
        phone.vpnComesUp()
        phone.awaitState(ProtectionState.ON)
    }

    @Test
    fun restartedAfterAKillItGoesOnAndWhenOffItEnds() {
        val ended = phone.runService(null)
        assertTrue(shadowOf(ended).isStoppedBySelf)
        phone.destroyService()
        phone.turnOn()
        phone.destroyService()
        phone.vpnGoes()
        phone.runService(null)
        phone.vpnComesUp()
        phone.awaitState(ProtectionState.ON)
    }

    @Test
    fun swipedFromTheRecentAppsAStartIsPending() {
        val service = phone.turnOn()
        service.onTaskRemoved(Intent())
        assertEquals(FirewallService::class.java.name, shadowOf(phone.app).nextStartedService.component?.className)
    }

    @Test
    fun anAppPutOutsideMakesANewTunnelBeforeTheOldIsClosed() {
        shadowOf(phone.app.packageManager).installPackage(packageOf("org.example.car", 10_200))
        phone.turnOn()
        phone.app.policy.setMode("org.example.car", AppMode.OUTSIDE)
        assertEquals(listOf("org.hushwall", "org.example.car"), Tunnels.asked.last().disallowed)
        phone.await("the old tunnel's end") { RealFd.open.size == 1 }
        phone.awaitState(ProtectionState.ON)
    }

    @Test
    @Config(sdk = [29, 34, 35])
    fun underALockdownNobodyIsOutside() {
        ShadowVpn.lockdown = true
        shadowOf(phone.app.packageManager).installPackage(packageOf("org.example.car", 10_200))
        phone.app.policy.setMode("org.example.car", AppMode.OUTSIDE)
        phone.turnOn()
        assertEquals(listOf("org.hushwall"), Tunnels.asked.single().disallowed)
        assertEquals(emptyList<String>(), Tunnels.asked.single().excluded)
    }

    @Test
    fun whatAndroidsSettingsSayIsLookedUpAsOftenAsSomebodyLooks() {
        phone.turnOn()
        val told = RuntimeEnvironment.getApiLevel() >= 29
        assertEquals(if (told) false else null, protection.status.alwaysOn)
        ShadowVpn.alwaysOn = true
        protection.listen { }.close()
        assertEquals(if (told) true else null, protection.status.alwaysOn)
    }

    @Test
    fun withoutANetworkItSaysSoAndWithOneItIsOnAgain() {
        phone.turnOn()
        phone.offline()
        phone.awaitState(ProtectionState.NO_NETWORK)
        phone.wifi()
        phone.awaitState(ProtectionState.ON)
    }

    @Test
    fun aNetworkOnTheTunnelsOwnAddressesMovesTheTunnel() {
        phone.turnOn()
        assertTrue("10.111.222.1/32" in Tunnels.asked.last().addresses)
        phone.wifi("10.111.222.7", 24)
        assertEquals(2, Tunnels.asked.size)
        assertTrue("172.31.222.1/32" in Tunnels.asked.last().addresses)
    }

    @Test
    fun androidIsToldTheNetworksBelowWhereItDoesNotFollowThemItself() {
        phone.turnOn()
        val named = RuntimeEnvironment.getApiLevel() < 28
        assertEquals(if (named) 1 else null, ShadowVpn.underlying?.size)
    }

    @Test
    fun pausedEverythingPassesUntilTheEnd() {
        phone.turnOn()
        protection.pause(phone.now() + 300_000)
        assertEquals(ProtectionState.PAUSED, phone.state)
        assertEquals("paused", explained())
        phone.pass(300_000)
        assertEquals(ProtectionState.ON, phone.state)
    }

    @Test
    fun pausedUntilTheUnlockItResumesThen() {
        phone.turnOn()
        protection.pause(null)
        assertEquals("paused", explained())
        phone.app.sendBroadcast(Intent(Intent.ACTION_USER_PRESENT))
        phone.awaitState(ProtectionState.ON)
        assertEquals("nothing-against", explained())
    }

    @Test
    fun aFailedCoreIsToldAndBeginsAgain() {
        phone.turnOn()
        phone.app.core.close()
        protection.test()
        phone.awaitState(ProtectionState.FAILED)
        // Nobody reads from the tunnel, and it is not closed: nothing passes.
        assertEquals(1, RealFd.open.size)
        assertTrue(protection.status.holdsBack)
        phone.pass(1_000)
        phone.vpnComesUp()
        phone.awaitState(ProtectionState.ON)
        assertEquals(GapCause.FILTER_FAILED, phone.app.gaps.since(0).single().cause)
    }

    @Test
    fun aFilterWhoseTunnelIsGoneSaysSoByItself() {
        phone.turnOn()
        Tunnels.farEnds.forEach { LibC.close(it) }
        Tunnels.farEnds.clear()
        // Nobody asks: the core tells.
        phone.awaitState(ProtectionState.FAILED)
        phone.pass(1_000)
        phone.vpnComesUp()
        phone.awaitState(ProtectionState.ON)
    }

    private fun explained() = phone.beside { phone.app.log.explain(10_200, "host.example", null, 443).reason.code }

    /** As Android does it: over the service's Binder, on whichever thread. */
    private fun revoke(service: FirewallService) {
        val binder = requireNotNull(service.onBind(Intent(VpnService.SERVICE_INTERFACE))) as Binder
        phone.beside { binder.transact(IBinder.LAST_CALL_TRANSACTION, Parcel.obtain(), null, 0) }
    }
}
