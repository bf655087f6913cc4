package org.hushwall.lists

import android.app.Application
import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpsConfigurator
import com.sun.net.httpserver.HttpsServer
import java.io.File
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.net.URL
import java.security.KeyStore
import javax.net.ssl.HttpsURLConnection
import javax.net.ssl.KeyManagerFactory
import javax.net.ssl.SSLContext
import javax.net.ssl.TrustManagerFactory
import org.hushwall.AppRunner
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.annotation.Config
import org.robolectric.annotation.ConscryptMode

/** Against a server on this machine that only the test trusts. */
@RunWith(AppRunner::class)
@Config(application = Application::class)
@ConscryptMode(ConscryptMode.Mode.OFF)
class ListFetchTest {
    @get:Rule val folder = TemporaryFolder()
    private lateinit var server: HttpsServer
    private lateinit var trusting: SSLContext
    private val asked = ArrayList<Map<String, List<String>>>()
    private val texts get() = File(folder.root, "texts")
    private val address get() = "https://127.0.0.1:${server.address.port}"

    @Before
    fun serve() {
        val store = keys()
        val keys = KeyManagerFactory.getInstance("PKIX", TLS).apply { init(store, PASSWORD.toCharArray()) }
        val trust = TrustManagerFactory.getInstance("PKIX", TLS).apply { init(store) }
        trusting = SSLContext.getInstance("TLS", TLS).apply { init(keys.keyManagers, trust.trustManagers, null) }
        server = HttpsServer.create(InetSocketAddress("127.0.0.1", 0), 0)
        server.httpsConfigurator = HttpsConfigurator(trusting)
        server.createContext("/") { exchange ->
            asked += exchange.requestHeaders.toMap()
            answer(exchange)
            exchange.close()
        }
        server.start()
    }

    @After
    fun end() = server.stop(0)

    /** The JDK's own tool makes a key and a certificate for this machine. */
    private fun keys(): KeyStore {
        val file = File(folder.root, "keys.p12")
        val tool = File(System.getProperty("java.home"), "bin/keytool").path
        val make = ProcessBuilder(
            tool, "-genkeypair", "-alias", "a", "-keyalg", "EC", "-dname", "CN=list", "-ext", "san=ip:127.0.0.1",
            "-storetype", "PKCS12", "-keystore", file.path, "-storepass", PASSWORD, "-validity", "2",
        )
        assertEquals(0, make.redirectErrorStream(true).start().apply { inputStream.readAllBytes() }.waitFor())
        val store = KeyStore.getInstance("PKCS12", TLS).apply { load(file.inputStream(), PASSWORD.toCharArray()) }
        // One that is trusted, beside the key that is used.
        store.setCertificateEntry("trusted", store.getCertificate("a"))
        return store
    }

    private fun answer(exchange: HttpExchange) {
        val path = exchange.requestURI.path
        when {
            path == "/gone" -> exchange.sendResponseHeaders(404, -1)
            path == "/short" -> {
                exchange.sendResponseHeaders(200, 1_000)
                exchange.responseBody.write(TEXT.toByteArray())
            }
            path == "/moved" -> redirect(exchange, "/list")
            path == "/open" -> redirect(exchange, "http://127.0.0.1:${server.address.port}/list")
            path == "/round" -> redirect(exchange, "/round")
            exchange.requestHeaders.getFirst("If-None-Match") == MARK -> exchange.sendResponseHeaders(304, -1)
            else -> {
                exchange.responseHeaders["ETag"] = MARK
                exchange.responseHeaders["Last-Modified"] = DATE
                exchange.sendResponseHeaders(200, TEXT.length.toLong())
                exchange.responseBody.write(TEXT.toByteArray())
            }
        }
    }

    private fun redirect(exchange: HttpExchange, to: String) {
        exchange.responseHeaders["Location"] = to
        exchange.sendResponseHeaders(302, -1)
    }

    private fun fetch(path: String, known: TextMark? = null, most: Long = 1_000): ListText? {
        val open = { url: URL -> (url.openConnection() as HttpsURLConnection).apply { sslSocketFactory = trusting.socketFactory } }
        return ListFetch(texts, most, open).fetch(address + path, known)
    }

    private fun fault(path: String, most: Long = 1_000): FetchFault =
        assertThrows(FetchException::class.java) { fetch(path, most = most) }.fault

    @Test
    fun aTextComesWithWhatTheServerCallsItAndTheServerLearnsNothing() {
        val text = checkNotNull(fetch("/list"))
        assertEquals(TEXT, text.file.readText())
        assertEquals(TextMark(MARK, DATE), text.mark)
        assertEquals(listOf("hushwall"), asked.single()["User-agent"])
    }

    @Test
    fun whatIsKnownIsNotSentAgain() {
        assertNull(fetch("/list", TextMark(MARK, DATE)))
        assertEquals(listOf(DATE), asked.single()["If-modified-since"])
        assertEquals(TEXT, fetch("/list", TextMark("\"other\""))?.file?.readText())
    }

    @Test
    fun redirectionsAreFollowedButNotInTheOpenAndNotForEver() {
        assertEquals(TEXT, fetch("/moved")?.file?.readText())
        assertEquals(FetchFault.NOT_HTTPS, fault("/open"))
        assertEquals(FetchFault.NO_LIST, fault("/round"))
        assertTrue(asked.size < 12)
    }

    @Test
    fun whatIsNoListTooLargeOrNotWholeIsToldAndLeavesNoFile() {
        assertEquals(FetchFault.NO_LIST, fault("/gone"))
        assertEquals(FetchFault.TOO_LARGE, fault("/list", most = 5))
        assertEquals(FetchFault.NOT_WHOLE, fault("/short"))
        assertEquals(emptyList<String>(), texts.list().orEmpty().toList())
    }

    @Test
    fun onlySafeConnectionsToServersThatThePhoneTrustsAreMade() {
        val plain = ListFetch(texts)
        fun refused(url: String) = assertThrows(FetchException::class.java) { plain.fetch(url, null) }.fault
        assertEquals(FetchFault.NOT_SAFE, refused("$address/list"))
        for (url in listOf("http://127.0.0.1/list", "ftp://127.0.0.1/list", "list", "https://")) {
            assertEquals(url, FetchFault.NOT_HTTPS, refused(url))
        }
        assertEquals(emptyList<Any>(), asked)
        val nobody = ServerSocket(0).use { it.localPort }
        assertEquals(FetchFault.NO_SERVER, refused("https://127.0.0.1:$nobody/list"))
    }

    private companion object {
        /** The JDK's own: its server does not go together with another. */
        const val TLS = "SunJSSE"
        const val PASSWORD = "password"
        const val TEXT = "0.0.0.0 ads.example\n"
        const val MARK = "\"1\""
        const val DATE = "Thu, 01 Jan 2026 00:00:00 GMT"
    }
}
