package org.hushwall.core

/**
 * The native library's entries; messages are UTF-8 JSON. Only [Core] calls them. Each throws [CoreException]. Handles are
 * numbers that the library checks, so a stale one is an error and no crash.
 */
internal object Native {
    /** Loads the library; an UnsatisfiedLinkError says that there is none for this processor. */
    @JvmStatic fun load() = System.loadLibrary("hushwall")

    @JvmStatic external fun version(): ByteArray

    @JvmStatic external fun open(config: ByteArray): Long

    /** Takes [tunFd] over, whatever comes of it; a running session goes on with the new one. */
    @JvmStatic external fun start(handle: Long, tunFd: Int, attributor: Attributor, start: ByteArray)

    /** Returns when the TUN is closed. */
    @JvmStatic external fun stop(handle: Long)

    @JvmStatic external fun close(handle: Long)

    @JvmStatic external fun setPolicy(handle: Long, policy: ByteArray)

    @JvmStatic external fun setNetwork(handle: Long, network: ByteArray)

    /** Waits up to [timeoutMillis] on the caller's thread. */
    @JvmStatic external fun nextEvents(handle: Long, timeoutMillis: Long): ByteArray

    @JvmStatic external fun query(handle: Long, request: ByteArray): ByteArray

    @JvmStatic external fun command(handle: Long, request: ByteArray): ByteArray
}
