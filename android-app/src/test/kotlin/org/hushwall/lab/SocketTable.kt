package org.hushwall.lab

import java.nio.ByteBuffer
import java.nio.ByteOrder

/**
 * Asks the kernel whose a socket is, in the way in which Android's getConnectionOwnerUid does: sock_diag(7), as IPv6 first
 * (a dual-stack socket has IPv4 addresses mapped), then as IPv4.
 */
internal class SocketTable(lab: Lab) : AutoCloseable {
    class End(val address: ByteArray, val port: Int)

    private val netlink = lab.apart(lab.app) {
        LibC.sure(LibC.socket(LibC.AF_NETLINK, LibC.SOCK_RAW or LibC.O_CLOEXEC, NETLINK_SOCK_DIAG))
    }

    @Synchronized
    fun ownerUid(protocol: Int, local: End, remote: End): Int {
        // For UDP the kernel wants the ends the other way round.
        val (source, destination) = if (protocol == UDP) remote to local else local to remote
        for (family in listOf(AF_INET6, AF_INET)) {
            if (family == AF_INET && local.address.size != IPV4_BYTES) continue
            val uid = ask(family, protocol, source, destination)
            if (uid >= 0) return uid
        }
        return -1
    }

    override fun close() {
        LibC.close(netlink)
    }

    private fun ask(family: Int, protocol: Int, source: End, destination: End): Int {
        val request = ByteBuffer.allocate(REQUEST_BYTES).order(ByteOrder.nativeOrder())
        request.putInt(REQUEST_BYTES).putShort(SOCK_DIAG_BY_FAMILY).putShort(NLM_F_REQUEST)
        request.position(HEADER_BYTES)
        request.put(family.toByte()).put(protocol.toByte()).putShort(0).putInt(ALL_STATES)
        for (end in listOf(source, destination)) request.put((end.port shr 8).toByte()).put(end.port.toByte())
        request.put(wide(family, source.address)).put(wide(family, destination.address))
        request.putInt(0).putInt(-1).putInt(-1)
        if (LibC.send(netlink, request.array(), REQUEST_BYTES.toLong(), 0) != REQUEST_BYTES.toLong()) return -1
        val answer = ByteArray(ANSWER_BYTES)
        val length = LibC.recv(netlink, answer, answer.size.toLong(), 0)
        val read = ByteBuffer.wrap(answer).order(ByteOrder.nativeOrder())
        if (length < UID_OFFSET + 4 || read.getShort(4) != SOCK_DIAG_BY_FAMILY) return -1
        return read.getInt(UID_OFFSET)
    }

    /** An address in the 16 bytes of a request. */
    private fun wide(family: Int, address: ByteArray): ByteArray {
        if (address.size != IPV4_BYTES) return address
        return if (family == AF_INET) address.copyOf(16) else ByteArray(10) + byteArrayOf(-1, -1) + address
    }

    private companion object {
        const val UDP = 17
        const val AF_INET = 2
        const val AF_INET6 = 10
        const val IPV4_BYTES = 4
        const val NETLINK_SOCK_DIAG = 4
        const val SOCK_DIAG_BY_FAMILY: Short = 20
        const val NLM_F_REQUEST: Short = 1
        const val ALL_STATES = -1

        /** nlmsghdr, then inet_diag_req_v2 (linux/inet_diag.h). */
        const val HEADER_BYTES = 16
        const val REQUEST_BYTES = 72
        const val ANSWER_BYTES = 8192

        /** Of idiag_uid in inet_diag_msg, after the header. */
        const val UID_OFFSET = HEADER_BYTES + 64
    }
}
