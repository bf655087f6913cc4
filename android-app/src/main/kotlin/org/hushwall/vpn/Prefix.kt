package org.hushwall.vpn

import java.net.InetAddress

/** A range of addresses: the first [length] bits of [address] (RFC 4632, section 3.1; RFC 4291, section 2.3). */
internal class Prefix private constructor(private val address: List<Byte>, val length: Int) {
    val inetAddress: InetAddress get() = InetAddress.getByAddress(address.toByteArray())
    val isIpv4: Boolean get() = address.size == IPV4_BYTES

    fun contains(other: Prefix): Boolean =
        address.size == other.address.size && length <= other.length && masked(other.address, length) == address

    fun overlaps(other: Prefix): Boolean = contains(other) || other.contains(this)

    /** What is left of it without [hole], in the fewest prefixes. */
    fun minus(hole: Prefix): List<Prefix> = when {
        hole.contains(this) -> emptyList()
        !contains(hole) -> listOf(this)
        else -> halves().flatMap { it.minus(hole) }
    }

    private fun halves(): List<Prefix> {
        val upper = address.toMutableList()
        upper[length / BITS] = (upper[length / BITS].toInt() or (1 shl (BITS - 1 - length % BITS))).toByte()
        return listOf(Prefix(address, length + 1), Prefix(upper, length + 1))
    }

    override fun equals(other: Any?) = other is Prefix && other.address == address && other.length == length

    override fun hashCode() = 31 * address.hashCode() + length

    override fun toString() = "${inetAddress.hostAddress}/$length"

    companion object {
        private const val BITS = 8
        private const val IPV4_BYTES = 4

        /** The prefix in which [address] lies. */
        fun of(address: InetAddress, length: Int): Prefix {
            val bytes = address.address.toList()
            require(length in 0..bytes.size * BITS) { "no prefix length for $address: $length" }
            return Prefix(masked(bytes, length), length)
        }

        /** Reads `203.0.113.0/24`; the address is a number, so nothing is looked up. */
        fun of(text: String): Prefix = of(InetAddress.getByName(text.substringBefore('/')), text.substringAfter('/').toInt())

        /** [all] without any of [holes]. */
        fun without(all: List<Prefix>, holes: List<Prefix>): List<Prefix> =
            holes.fold(all) { left, hole -> left.flatMap { it.minus(hole) } }

        private fun masked(bytes: List<Byte>, length: Int): List<Byte> = bytes.mapIndexed { place, byte ->
            val bits = (length - place * BITS).coerceIn(0, BITS)
            (byte.toInt() and (0xFF shl (BITS - bits))).toByte()
        }
    }
}
