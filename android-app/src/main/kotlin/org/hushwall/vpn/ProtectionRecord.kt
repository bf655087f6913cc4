package org.hushwall.vpn

import java.io.File
import java.io.IOException
import org.hushwall.core.jsonOf
import org.hushwall.core.longOrNull
import org.hushwall.core.objectOrNull
import org.hushwall.core.objects
import org.hushwall.core.stringOrNull
import org.json.JSONArray
import org.json.JSONException
import org.json.JSONObject

/**
 * When protection was wanted and when it was there, in a file. [Gaps] reads it. It tells the past only; what is shown as the
 * present is asked anew each time ([Protection]). Any thread.
 *
 * @param previousEnd how the process ended of which the last sign of life was then.
 */
internal class ProtectionRecord(
    folder: File,
    private val now: () -> Long,
    private val previousEnd: (Long) -> Ending,
) : Gaps {
    /** A time that is over: without protection, or ([cause] null) switched off by the user. */
    private class Span(val from: Long, val to: Long, val cause: GapCause?, val detail: String?)

    /** What has been so since [since]: [UP], [DOWN] or [OFF]. */
    private class Now(val state: String, val since: Long, val cause: GapCause? = null, val detail: String? = null)

    val heartbeat = Heartbeat(File(folder, "heartbeat"), now)
    private val file = File(folder, "protection.json")
    private val spans = ArrayList<Span>()

    /** When protection was first there; null: never. */
    private var first: Long? = null
    private var current: Now? = null

    init {
        read()
        // This process has only begun: whatever was up has ended.
        current?.let { if (it.state == UP) current = ended(it) }
    }

    /** Protection is there. */
    @Synchronized
    fun up() {
        val before = current
        if (before?.state != UP) {
            before?.let { add(Span(it.since, now(), it.cause, it.detail)) }
            if (first == null) first = now()
            become(Now(UP, now()))
        }
        heartbeat.beat()
    }

    /** Protection is wanted and not there. The first cause counts until it is back. */
    @Synchronized
    fun down(cause: GapCause, detail: String? = null) {
        if (current?.state == UP) become(Now(DOWN, now(), cause, detail))
    }

    /** The user has switched it off. */
    @Synchronized
    fun off() {
        val before = current ?: return
        if (before.state == DOWN) add(Span(before.since, now(), before.cause, before.detail))
        if (before.state != OFF) become(Now(OFF, now()))
    }

    @Synchronized
    override fun since(t: Long): List<Gap> {
        val past = spans.filter { it.to > t }.mapNotNull { span -> span.cause?.let { Gap(span.from, span.to, it, span.detail) } }
        val open = current?.takeIf { it.state == DOWN }?.let { Gap(it.since, null, it.cause ?: GapCause.UNKNOWN, it.detail) }
        return past + listOfNotNull(open)
    }

    @Synchronized
    override fun protectedShare(from: Long, to: Long): Double {
        val begin = maxOf(from, first ?: return 1.0)
        val end = minOf(to, now())
        val open = current?.takeIf { it.state != UP }?.let { Span(it.since, end, it.cause, it.detail) }
        fun within(off: Boolean) = (spans + listOfNotNull(open)).filter { (it.cause == null) == off }
            .sumOf { (minOf(it.to, end) - maxOf(it.from, begin)).coerceAtLeast(0) }
        val wanted = end - begin - within(off = true)
        return if (wanted <= 0) 1.0 else (1 - within(off = false).toDouble() / wanted).coerceIn(0.0, 1.0)
    }

    private fun ended(up: Now): Now {
        val ending = previousEnd(maxOf(up.since, heartbeat.last()))
        return Now(DOWN, ending.at, ending.cause, ending.detail)
    }

    private fun add(span: Span) {
        if (span.to - span.from < SHORTEST_MS) return
        spans += span
        if (spans.size > MOST) spans.removeAt(0)
    }

    private fun become(next: Now) {
        current = next
        write()
    }

    private fun read() {
        val json = try {
            JSONObject(file.readText())
        } catch (_: IOException) {
            return
        } catch (_: JSONException) {
            // A record of the past; without it the next one begins.
            return
        }
        first = json.longOrNull("first")
        json.objects("spans").mapTo(spans) { Span(it.getLong("from"), it.getLong("to"), causeOf(it), it.stringOrNull("detail")) }
        current = json.objectOrNull("now")?.let {
            Now(it.getString("state"), it.getLong("since"), causeOf(it), it.stringOrNull("detail"))
        }
    }

    private fun write() {
        val told = spans.map { jsonOf("from" to it.from, "to" to it.to, "cause" to it.cause?.name, "detail" to it.detail) }
        val now = current?.run { jsonOf("state" to state, "since" to since, "cause" to cause?.name, "detail" to detail) }
        val fresh = File(file.path + ".new")
        try {
            fresh.writeText(jsonOf("first" to first, "spans" to JSONArray(told), "now" to now).toString())
            fresh.renameTo(file)
        } catch (_: IOException) {
            // No space: the past is not recorded; protection goes on.
        }
    }

    private fun causeOf(json: JSONObject): GapCause? {
        val name = json.stringOrNull("cause") ?: return null
        return GapCause.entries.firstOrNull { it.name == name } ?: GapCause.UNKNOWN
    }

    private companion object {
        const val UP = "up"
        const val DOWN = "down"
        const val OFF = "off"

        /** What is shorter is the hand-over from one process to the next. */
        const val SHORTEST_MS = 1_000L

        /** Enough for months; some 30 KB. */
        const val MOST = 300
    }
}
