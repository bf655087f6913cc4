package org.hushwall.shadows

import android.net.Network
import android.net.VpnService
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadows.ShadowVpnService

/** What the system's settings say of this VPN, and what it told of its networks. */
@Implements(VpnService::class)
class ShadowVpn : ShadowVpnService() {
    @Implementation(minSdk = 29)
    fun isLockdownEnabled(): Boolean = lockdown

    @Implementation(minSdk = 29)
    fun isAlwaysOn(): Boolean = alwaysOn

    @Implementation
    fun setUnderlyingNetworks(networks: Array<Network>?): Boolean {
        underlying = networks?.toList()
        return true
    }

    companion object {
        var lockdown = false
        var alwaysOn = false
        var underlying: List<Network>? = null
    }
}
