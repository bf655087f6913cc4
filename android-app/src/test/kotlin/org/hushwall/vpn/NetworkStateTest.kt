package org.hushwall.vpn

import android.app.Application
import android.net.LinkAddress
import android.net.LinkProperties
import android.net.NetworkCapabilities
import java.net.InetAddress
import org.hushwall.AppRunner
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowNetworkCapabilities
import org.robolectric.util.ReflectionHelpers

@RunWith(AppRunner::class)
@Config(sdk = [26, 29, 34, 35], application = Application::class)
class NetworkStateTest {
    private fun state(
        transport: Int,
        vararg addresses: String,
        clat: Boolean = false,
        change: LinkProperties.() -> Unit = {},
    ): NetworkState {
        val capabilities = ShadowNetworkCapabilities.newInstance()
        shadowOf(capabilities).addTransportType(transport)
        val link = LinkProperties().apply {
            interfaceName = "rmnet0"
            setLinkAddresses(addresses.map(::linkAddress))
            change()
        }
        return NetworkState.of(capabilities, link, roaming = false) { clat && it == "rmnet0" }
    }

    private fun linkAddress(text: String): LinkAddress {
        val make = LinkAddress::class.java.getConstructor(InetAddress::class.java, Int::class.javaPrimitiveType)
        return make.newInstance(InetAddress.getByName(text.substringBefore('/')), text.substringAfter('/').toInt())
    }

    @Test
    fun aNetworkOfBothFamilies() {
        val state = state(NetworkCapabilities.TRANSPORT_WIFI, "192.168.1.5/24", "fe80::1/64", "2001:db8::5/64")
        assertEquals("wifi", state.kind)
        assertTrue(state.ipv4 && state.ipv6)
    }

    @Test
    fun aRoutersOwnAddressesAndLinkLocalOnesReachNoInternet() {
        val state = state(NetworkCapabilities.TRANSPORT_WIFI, "169.254.3.3/16", "fe80::1/64", "fd00::5/64")
        assertFalse(state.ipv4 || state.ipv6)
    }

    @Test
    fun aNetworkOfIpv6AloneCarriesIpv4WhereAndroidTranslatesIt() {
        val plain = state(NetworkCapabilities.TRANSPORT_CELLULAR, "2001:db8::5/64")
        assertFalse(plain.ipv4)
        val translated = state(NetworkCapabilities.TRANSPORT_CELLULAR, "2001:db8::5/64", clat = true)
        assertTrue(translated.ipv4 && translated.ipv6)
        assertEquals("mobile", translated.kind)
    }

    @Test
    @Config(sdk = [29, 34, 35])
    fun aStrictPrivateDnsIsSeen() {
        val strict = state(NetworkCapabilities.TRANSPORT_WIFI, "192.168.1.5/24") {
            ReflectionHelpers.setField(this, "mPrivateDnsServerName", "dns.example")
        }
        assertEquals("dns.example", strict.privateDns)
        assertNull(state(NetworkCapabilities.TRANSPORT_WIFI, "192.168.1.5/24").privateDns)
    }
}
