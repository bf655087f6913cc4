package org.hushwall.core

/** Tells the core whose a connection is. The native library calls it by this name and signature. */
interface Attributor {
    /**
     * The user id that opened a connection, or -1. Called on a thread of the core's, once a connection; an exception counts as -1.
     *
     * @param protocol 6 for TCP, 17 for UDP.
     * @param local address bytes (4 or 16) and port of the app's end, as in its packets; [remote] likewise of the far end.
     */
    fun ownerUid(protocol: Int, local: ByteArray, localPort: Int, remote: ByteArray, remotePort: Int): Int
}
