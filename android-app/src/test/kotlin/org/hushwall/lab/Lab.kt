package org.hushwall.lab

import java.io.File
import java.util.concurrent.Callable
import java.util.concurrent.FutureTask
import java.util.concurrent.TimeUnit

/**
 * Three network namespaces: [app] with the apps and the TUN, [wan] where the core's own sockets are, [srv] with the servers; wan
 * and srv are joined by a veth pair. Each is held by a `cat` that ends, and takes its namespace along, when this JVM closes its
 * pipe or dies. So there is nothing to clean up, whatever happens. Needs root, or a user namespace.
 */
class Lab : AutoCloseable {
    private val anchors = ArrayList<Process>()
    val app = anchor()
    val wan = anchor()
    val srv = anchor()
    private val sockets = SocketTable(this)
    private var devices = 0

    init {
        listOf(app, wan, srv).forEach { sh(it, "ip link set lo up") }
        sh(wan, "ip link add w0 type veth peer name s0 netns $srv && ip addr add $WAN/24 dev w0 && ip link set w0 up")
        sh(srv, "ip addr add $SERVER/24 dev s0 && ip link set s0 up")
    }

    class Out(val code: Int, val text: String) {
        override fun toString() = "exit code $code: $text"
    }

    /** Runs a command in a namespace, to its end. */
    fun run(namespace: Int, vararg command: String): Out {
        val process = ProcessBuilder(listOf("nsenter", "-t", "$namespace", "-n", "--") + command).redirectErrorStream(true).start()
        process.outputStream.close()
        val text = process.inputStream.readBytes().decodeToString()
        check(process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) { "${command.toList()} does not end" }
        return Out(process.exitValue(), text.trim())
    }

    fun sh(namespace: Int, script: String): String =
        run(namespace, "sh", "-ec", script).also { check(it.code == 0) { "$script: $it" } }.text

    /** curl as an app of this uid. */
    fun curl(uid: Int, url: String): Out =
        run(app, "setpriv", "--reuid", "$uid", "--clear-groups", "curl", "-sS", "--noproxy", "*", "--max-time", "10", url)

    /** Runs [task] with the calling thread, and all threads that it starts meanwhile, in [namespace]. */
    fun <T> inside(namespace: Int, task: Callable<T>): T {
        val back = namespaceOf("thread-self")
        enter(namespace)
        try {
            return task.call()
        } finally {
            LibC.sure(LibC.setns(back, LibC.CLONE_NEWNET))
            LibC.close(back)
        }
    }

    /** As [inside], on a thread of its own that ends with it. */
    fun <T> apart(namespace: Int, task: Callable<T>): T {
        val future = FutureTask {
            enter(namespace)
            task.call()
        }
        Thread(future).start()
        return future.get()
    }

    /** What Android does to establish a tunnel: makes the device, non-blocking, with its addresses and routes. */
    fun tun(addresses: List<String>, routes: List<String>, mtu: Int): Int {
        val name = "tun${devices++}"
        val fd = apart(app) {
            val fd = LibC.sure(LibC.open("/dev/net/tun", LibC.O_RDWR or LibC.O_NONBLOCK or LibC.O_CLOEXEC))
            val request = name.toByteArray().copyOf(IFREQ_BYTES)
            request[IFNAMSIZ] = (IFF_TUN or (IFF_NO_PI and 0xFF)).toByte()
            request[IFNAMSIZ + 1] = (IFF_NO_PI shr 8).toByte()
            LibC.sure(LibC.ioctl(fd, TUNSETIFF, request))
            fd
        }
        val configure = addresses.map { "ip addr add $it dev $name" } +
            "ip link set $name mtu $mtu up" +
            routes.map { "ip route replace $it dev $name" }
        sh(app, configure.joinToString("\n"))
        return fd
    }

    /** The devices of the apps' namespace but its loopback. */
    fun devices(): List<String> =
        File("/proc/$app/net/dev").readLines().drop(2).map { it.substringBefore(':').trim() }.filter { it != "lo" }

    /** The uid of a connection of the apps' namespace as the kernel has it; -1 for none. */
    fun ownerUid(protocol: Int, local: ByteArray, localPort: Int, remote: ByteArray, remotePort: Int): Int =
        sockets.ownerUid(protocol, SocketTable.End(local, localPort), SocketTable.End(remote, remotePort))

    override fun close() {
        sockets.close()
        anchors.forEach { it.outputStream.close() }
        anchors.forEach { check(it.waitFor(PATIENCE_S, TimeUnit.SECONDS)) }
    }

    private fun anchor(): Int {
        val process = ProcessBuilder("unshare", "-n", "sh", "-c", "echo ready; exec cat").redirectErrorStream(true).start()
        anchors += process
        val word = process.inputStream.bufferedReader().readLine()
        check(word == "ready") { "no network namespace: $word" }
        return process.pid().toInt()
    }

    private fun enter(namespace: Int) {
        val fd = namespaceOf("$namespace")
        LibC.sure(LibC.setns(fd, LibC.CLONE_NEWNET))
        LibC.close(fd)
    }

    private fun namespaceOf(process: String) = LibC.sure(LibC.open("/proc/$process/ns/net", LibC.O_CLOEXEC))

    companion object {
        const val WAN = "10.9.0.1"
        const val SERVER = "10.9.0.2"
        private const val PATIENCE_S = 20L
        private const val IFNAMSIZ = 16
        private const val IFREQ_BYTES = 40
        private const val IFF_TUN = 0x1
        private const val IFF_NO_PI = 0x1000
        private const val TUNSETIFF = 0x400454caL

        /** The one of the running test. */
        @Volatile
        @JvmStatic
        var current: Lab? = null
    }
}
