package org.hushwall.lab

import java.io.ByteArrayOutputStream
import java.io.DataOutputStream
import java.net.DatagramPacket
import java.net.DatagramSocket
import java.net.InetAddress

/** A question for a name's IPv4 address over UDP, asked in the apps' namespace (RFC 1035, section 4). */
object Question {
    private const val DNS_PORT = 53
    private const val PATIENCE_MS = 10_000
    private const val IPV4_BYTES = 4

    /** The address in the answer, which is the last that a short answer has. */
    fun ask(lab: Lab, server: String, name: String): String = lab.apart(lab.app) {
        DatagramSocket().use { socket ->
            socket.soTimeout = PATIENCE_MS
            val question = write(name)
            socket.send(DatagramPacket(question, question.size, InetAddress.getByName(server), DNS_PORT))
            val answer = DatagramPacket(ByteArray(512), 512)
            socket.receive(answer)
            check(answer.length >= question.size + IPV4_BYTES) { "no address in the answer" }
            val address = answer.data.copyOfRange(answer.length - IPV4_BYTES, answer.length)
            requireNotNull(InetAddress.getByAddress(address).hostAddress)
        }
    }

    private fun write(name: String): ByteArray {
        val bytes = ByteArrayOutputStream()
        DataOutputStream(bytes).run {
            // Number, "recursion desired", one question.
            listOf(7, 0x0100, 1, 0, 0, 0).forEach(::writeShort)
            for (label in name.split('.')) {
                writeByte(label.length)
                writeBytes(label)
            }
            writeByte(0)
            // A, IN.
            listOf(1, 1).forEach(::writeShort)
        }
        return bytes.toByteArray()
    }
}
