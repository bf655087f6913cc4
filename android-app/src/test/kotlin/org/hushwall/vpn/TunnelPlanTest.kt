package org.hushwall.vpn

import java.net.InetAddress
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Test

class TunnelPlanTest {
    private fun plan(
        sdk: Int = 34,
        lanInside: Boolean = false,
        lockdown: Boolean = false,
        lans: List<String> = listOf("192.168.1.23/24"),
        outside: List<String> = emptyList(),
        carrier: List<Prefix> = emptyList(),
    ) = TunnelPlan.of(
        TunnelPlan.Wishes(sdk, lanInside, lockdown, lans.map(Prefix::of), "org.hushwall", outside, carrier),
    )

    /** Whether packets to this address go into the tunnel: the longest prefix counts. */
    private fun TunnelPlan.takes(address: String): Boolean {
        val bytes = InetAddress.getByName(address)
        val one = Prefix.of(bytes, bytes.address.size * 8)
        val inside = routes.filter { it.contains(one) }.maxOfOrNull { it.length } ?: return false
        val outside = excluded.filter { it.contains(one) }.maxOfOrNull { it.length } ?: -1
        return inside > outside
    }

    @Test
    fun theInternetIsInsideAndTheLocalNetworkOutsideOnEveryAndroid() {
        for (sdk in listOf(26, 29, 32, 33, 35)) {
            val plan = plan(sdk)
            INTERNET.forEach { assertTrue("$it on $sdk", plan.takes(it)) }
            LOCAL.forEach { assertFalse("$it on $sdk", plan.takes(it)) }
        }
    }

    @Test
    fun questionsForNamesGoIntoTheTunnel() {
        for (sdk in listOf(26, 35)) {
            val plan = plan(sdk)
            plan.dns.forEach { assertTrue(plan.takes(it.inetAddress.hostAddress)) }
        }
    }

    @Test
    fun byChoiceAndUnderALockdownTheLocalNetworkIsInside() {
        for (plan in listOf(plan(lanInside = true), plan(lockdown = true), plan(sdk = 29, lockdown = true))) {
            assertTrue(plan.takes("192.168.1.1"))
            assertTrue(plan.takes("ff02::fb"))
        }
    }

    @Test
    fun theTunnelAvoidsTheNetworksOwnAddresses() {
        assertEquals("10.111.222.1/32", plan().addresses.first().toString())
        assertEquals("172.31.222.1/32", plan(lans = listOf("10.0.0.0/8")).addresses.first().toString())
        assertEquals("192.168.222.1/32", plan(lans = listOf("10.0.0.0/8", "172.16.0.0/12")).addresses.first().toString())
    }

    @Test
    fun whatTheCarrierNeedsStaysOutsideButUnderALockdown() {
        val carrier = listOf(Prefix.of("208.54.12.1/32"))
        assertFalse(plan(sdk = 29, carrier = carrier).takes("208.54.12.1"))
        assertFalse(plan(sdk = 35, lanInside = true, carrier = carrier).takes("208.54.12.1"))
        assertTrue(plan(lockdown = true, carrier = carrier).takes("208.54.12.1"))
    }

    @Test
    fun appsAreLeftOutExceptUnderALockdown() {
        assertEquals(listOf("org.hushwall", "a.b"), plan(outside = listOf("a.b")).outside)
        assertEquals(listOf("org.hushwall"), plan(lockdown = true, outside = listOf("a.b")).outside)
    }

    @Test
    fun aPrefixWithoutAHoleIsTheRestAndNothingElse() {
        assertEquals(listOf("0.0.0.0/1", "192.0.0.0/2"), Prefix.of("0.0.0.0/0").minus(Prefix.of("128.0.0.0/2")).map { "$it" })
        assertEquals(emptyList<Prefix>(), Prefix.of("10.1.0.0/16").minus(Prefix.of("10.0.0.0/8")))
        assertEquals(listOf(Prefix.of("10.0.0.0/8")), Prefix.of("10.0.0.0/8").minus(Prefix.of("11.0.0.0/8")))
        assertEquals(32, Prefix.of("0.0.0.0/0").minus(Prefix.of("255.255.255.255/32")).size)
    }

    private companion object {
        val INTERNET = listOf("1.1.1.1", "9.255.255.255", "11.0.0.0", "172.32.0.1", "223.255.255.255", "2001:4860::8888", "64:ff9b::1")
        val LOCAL = listOf(
            "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.1.1", "224.0.0.251", "255.255.255.255", "fe80::1", "fd12::1", "ff02::fb",
        )
    }
}
