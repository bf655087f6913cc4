// A connection travels to its own screen as plain values: the screen comes back with them after the process has ended.
package org.hushwall.ui.connection

import android.os.Bundle
import org.hushwall.log.About
import org.hushwall.log.Confidence
import org.hushwall.log.LogRow
import org.hushwall.log.Owner
import org.hushwall.log.Reason

internal object RowBundle {
    fun of(row: LogRow, count: Int): Bundle = Bundle().apply {
        putInt("count", count)
        putLongArray(
            "numbers",
            longArrayOf(row.id, row.started, row.updated, row.bytesUp, row.bytesDown, row.packetsUp, row.packetsDown),
        )
        row.ended?.let { putLong("ended", it) }
        row.owner.uid?.let { putInt("uid", it) }
        row.asn?.let { putLong("asn", it) }
        row.reason.rule?.let { putInt("rule", it) }
        putBoolean("question", row.isQuestion)
        putBoolean("blocked", row.blocked)
        putString("confidence", row.confidence?.name)
        row.about?.let { putStringArray("about", arrayOf(it.id, it.organisation, it.product, it.category, it.level)) }
        putBoolean("own", row.about?.isOwn == true)
        putStringArray(
            "words",
            arrayOf(
                row.owner.kind, row.owner.name, row.protocol, row.local, row.remote, row.host, row.nameSource, row.state,
                row.network, row.country, row.asnName, row.reason.code, row.reason.text, row.reason.list, row.reason.entry,
            ),
        )
    }

    /** Null where the bundle is not of ours. */
    fun row(from: Bundle?): LogRow? {
        val numbers = from?.getLongArray("numbers")?.takeIf { it.size == NUMBERS } ?: return null
        val words = from.getStringArray("words")?.takeIf { it.size == WORDS } ?: return null
        return LogRow(
            id = numbers[0], started = numbers[1], updated = numbers[2], ended = long(from, "ended"),
            owner = Owner(words[0].orEmpty(), int(from, "uid"), words[1]),
            protocol = words[2].orEmpty(), local = words[3].orEmpty(), remote = words[4].orEmpty(),
            host = words[5], nameSource = words[6], confidence = Confidence.values().find { it.name == from.getString("confidence") },
            isQuestion = from.getBoolean("question"), blocked = from.getBoolean("blocked"),
            reason = Reason(words[11].orEmpty(), words[12].orEmpty(), words[13], words[14], int(from, "rule")),
            state = words[7].orEmpty(), bytesUp = numbers[3], bytesDown = numbers[4], packetsUp = numbers[5],
            packetsDown = numbers[6], network = words[8], country = words[9], asn = long(from, "asn"), asnName = words[10],
            about = about(from),
        )
    }

    /** How often the same thing was tried within the minute. */
    fun count(from: Bundle?): Int = from?.getInt("count", 1) ?: 1

    private fun about(from: Bundle): About? =
        from.getStringArray("about")?.takeIf { it.size == ABOUT }?.let { About(it[0], it[1], it[2], it[3], it[4], from.getBoolean("own")) }

    private fun long(from: Bundle, key: String): Long? = if (from.containsKey(key)) from.getLong(key) else null

    private fun int(from: Bundle, key: String): Int? = if (from.containsKey(key)) from.getInt(key) else null

    private const val NUMBERS = 7
    private const val WORDS = 15
    private const val ABOUT = 5
}
