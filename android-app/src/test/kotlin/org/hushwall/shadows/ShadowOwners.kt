package org.hushwall.shadows

import android.net.ConnectivityManager
import java.net.InetSocketAddress
import org.hushwall.lab.Lab
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadows.ShadowConnectivityManager

/** Asks the kernel whose a connection is, as Android does. */
@Implements(ConnectivityManager::class)
class ShadowOwners : ShadowConnectivityManager() {
    @Implementation(minSdk = 29)
    fun getConnectionOwnerUid(protocol: Int, local: InetSocketAddress, remote: InetSocketAddress): Int {
        val lab = Lab.current ?: return -1
        return lab.ownerUid(protocol, local.address.address, local.port, remote.address.address, remote.port)
    }
}
