// Fetches the text of a list from the web: the only connection that the app makes of its own, and only when the user asks for it. The
// app is outside its own tunnel. Over TLS alone, redirections too; bounded in time and size; asking for nothing but the list.
package org.hushwall.lists

import java.io.File
import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.MalformedURLException
import java.net.SocketTimeoutException
import java.net.URL
import javax.net.ssl.HttpsURLConnection
import javax.net.ssl.SSLException

/**
 * Fetches into files in [folder].
 *
 * @param most bytes of a text.
 * @param open begins a connection; tests trust a server of their own.
 */
internal class ListFetch(
    private val folder: File,
    private val most: Long = MOST_BYTES,
    private val open: (URL) -> HttpsURLConnection = { it.openConnection() as HttpsURLConnection },
) : ListSource {
    override fun fetch(url: String, known: TextMark?): ListText? {
        val deadline = System.nanoTime() + WHOLE_NANOS
        val connection = connect(url, known)
        try {
            if (connection.responseCode == HttpURLConnection.HTTP_NOT_MODIFIED && known != null) return null
            if (connection.responseCode != HttpURLConnection.HTTP_OK) throw FetchException(FetchFault.NO_LIST)
            val length = connection.contentLengthLong
            if (length > most) throw FetchException(FetchFault.TOO_LARGE)
            val file = save(connection.inputStream, length, deadline)
            return ListText(file, TextMark(header(connection, "ETag"), header(connection, "Last-Modified")))
        } catch (e: IOException) {
            throw fault(e, FetchFault.NOT_WHOLE)
        } finally {
            connection.disconnect()
        }
    }

    /** The connection that answers without a redirection. */
    private fun connect(from: String, known: TextMark?): HttpsURLConnection {
        var url = parse(from)
        repeat(REDIRECTIONS + 1) {
            val connection = begin(url, known)
            val code = try {
                connection.responseCode
            } catch (e: IOException) {
                connection.disconnect()
                throw fault(e, FetchFault.NO_SERVER)
            }
            val place = connection.getHeaderField("Location")
            if (code !in REDIRECTED || place == null) return connection
            connection.disconnect()
            url = parse(place, url)
        }
        throw FetchException(FetchFault.NO_LIST)
    }

    private fun begin(url: URL, known: TextMark?): HttpsURLConnection {
        val connection = open(url)
        connection.instanceFollowRedirects = false
        connection.connectTimeout = CONNECT_MILLIS
        connection.readTimeout = CONNECT_MILLIS
        connection.useCaches = false
        // No version and no device.
        connection.setRequestProperty("User-Agent", "hushwall")
        known?.etag?.let { connection.setRequestProperty("If-None-Match", it) }
        known?.lastModified?.let { connection.setRequestProperty("If-Modified-Since", it) }
        return connection
    }

    private fun parse(text: String, from: URL? = null): URL {
        val url = try {
            URL(from, text)
        } catch (e: MalformedURLException) {
            throw FetchException(FetchFault.NOT_HTTPS, e)
        }
        if (url.protocol != "https" || url.host.isNullOrEmpty()) throw FetchException(FetchFault.NOT_HTTPS)
        return url
    }

    /** [announced]: how long it is to be; less than 0 where the server does not say. */
    private fun save(from: InputStream, announced: Long, deadline: Long): File {
        folder.mkdirs()
        val file = File.createTempFile("list", null, folder)
        try {
            file.outputStream().use { to ->
                val piece = ByteArray(PIECE)
                var length = 0L
                while (true) {
                    val read = from.read(piece)
                    if (read < 0) break
                    length += read
                    if (length > most) throw FetchException(FetchFault.TOO_LARGE)
                    if (System.nanoTime() - deadline > 0) throw FetchException(FetchFault.TOO_SLOW)
                    to.write(piece, 0, read)
                }
                // An early end is no error to every Android.
                if (announced >= 0 && length != announced) throw FetchException(FetchFault.NOT_WHOLE)
            }
            return file
        } catch (e: IOException) {
            file.delete()
            throw e
        }
    }

    private fun header(connection: HttpURLConnection, name: String): String? =
        connection.getHeaderField(name)?.takeIf { it.length <= LONGEST_MARK }

    private fun fault(error: IOException, otherwise: FetchFault): FetchException = when (error) {
        is FetchException -> error
        is SocketTimeoutException -> FetchException(FetchFault.TOO_SLOW, error)
        is SSLException -> FetchException(FetchFault.NOT_SAFE, error)
        else -> FetchException(otherwise, error)
    }

    private companion object {
        /** As the core takes: 64 MiB. */
        const val MOST_BYTES = 64L * 1024 * 1024

        /** To reach the server, and for each of its pauses. */
        const val CONNECT_MILLIS = 20_000

        /** For everything: a list of the largest size at 2 Mbit/s. */
        const val WHOLE_NANOS = 300_000_000_000L
        const val REDIRECTIONS = 5
        val REDIRECTED = setOf(301, 302, 303, 307, 308)

        /** The longest name of a text that is kept. */
        const val LONGEST_MARK = 1_024
        const val PIECE = 64 * 1024
    }
}
