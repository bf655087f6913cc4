package org.hushwall.lab

import com.sun.jna.Native

/** The few calls of the C library that tests need and Java lacks. Each returns -1 on failure. */
internal object LibC {
    const val CLONE_NEWNET = 0x40000000
    const val O_RDWR = 2
    const val O_NONBLOCK = 0x800
    const val O_CLOEXEC = 0x80000
    const val AF_UNIX = 1
    const val AF_NETLINK = 16
    const val SOCK_RAW = 3
    const val SOCK_SEQPACKET = 5
    const val F_DUPFD_CLOEXEC = 1030

    init {
        Native.register(LibC::class.java, "c")
    }

    @JvmStatic external fun open(path: String, flags: Int): Int

    @JvmStatic external fun close(fd: Int): Int

    @JvmStatic external fun fcntl(fd: Int, command: Int, argument: Int): Int

    @JvmStatic external fun ioctl(fd: Int, request: Long, argument: ByteArray): Int

    @JvmStatic external fun setns(fd: Int, kind: Int): Int

    @JvmStatic external fun socket(family: Int, type: Int, protocol: Int): Int

    @JvmStatic external fun socketpair(family: Int, type: Int, protocol: Int, ends: IntArray): Int

    @JvmStatic external fun send(fd: Int, bytes: ByteArray, length: Long, flags: Int): Long

    @JvmStatic external fun recv(fd: Int, bytes: ByteArray, length: Long, flags: Int): Long

    /** The result, or an exception with the number of the error. */
    fun sure(result: Int): Int {
        check(result >= 0) { "errno ${Native.getLastError()}" }
        return result
    }
}
