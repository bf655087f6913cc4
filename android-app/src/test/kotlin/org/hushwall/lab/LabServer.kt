package org.hushwall.lab

import com.sun.net.httpserver.HttpServer
import java.net.InetSocketAddress
import java.util.concurrent.atomic.AtomicInteger

/** An HTTP server in the lab's namespace of servers: a listening socket stays in the namespace in which it was made. */
class LabServer(lab: Lab) : AutoCloseable {
    /** How many requests reached it. */
    val requests = AtomicInteger()

    private val server = lab.inside(lab.srv) { HttpServer.create(InetSocketAddress(Lab.SERVER, 80), 0) }

    init {
        server.createContext("/") { exchange ->
            requests.incrementAndGet()
            exchange.sendResponseHeaders(200, PAGE.length.toLong())
            exchange.responseBody.use { it.write(PAGE.toByteArray()) }
        }
        server.start()
    }

    override fun close() = server.stop(0)

    companion object {
        const val PAGE = "a page"
    }
}
