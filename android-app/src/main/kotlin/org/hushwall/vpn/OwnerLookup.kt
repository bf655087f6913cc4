package org.hushwall.vpn

import android.content.Context
import android.net.ConnectivityManager
import android.os.Build
import android.os.Process
import java.net.InetAddress
import java.net.InetSocketAddress
import org.hushwall.core.Attributor

/** Asks Android whose a connection is (ConnectivityManager.getConnectionOwnerUid, API 29). Before that the core reads it itself. */
internal class OwnerLookup(context: Context) : Attributor {
    private val manager = context.getSystemService(ConnectivityManager::class.java)

    override fun ownerUid(protocol: Int, local: ByteArray, localPort: Int, remote: ByteArray, remotePort: Int): Int {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.Q) return Process.INVALID_UID
        val near = InetSocketAddress(InetAddress.getByAddress(local), localPort)
        val far = InetSocketAddress(InetAddress.getByAddress(remote), remotePort)
        return try {
            manager.getConnectionOwnerUid(protocol, near, far)
        } catch (_: SecurityException) {
            // Android 10, for a connection that is not in this app's tunnel.
            Process.INVALID_UID
        } catch (_: IllegalArgumentException) {
            // Neither TCP nor UDP.
            Process.INVALID_UID
        }
    }
}
