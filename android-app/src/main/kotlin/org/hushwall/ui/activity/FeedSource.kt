// Fills the feed from the record: the newest page, older ones as the user scrolls, and what happens meanwhile.
package org.hushwall.ui.activity

import org.hushwall.Hushwall
import org.hushwall.ui.kit.Asker
import org.hushwall.ui.words.startOfDay

/** [onChange] is told after each answer. One question about what is new is under way at a time. */
internal class FeedSource(
    private val hushwall: Hushwall,
    private val questions: Asker,
    private val feed: Feed,
    private val onChange: () -> Unit,
) {
    private var filter = FeedFilter()
    private var mark = 0L
    private var older: Long? = null
    private var isAsking = false
    private var askedAt = 0L

    fun restart(next: FeedFilter, now: Long) {
        filter = next
        isAsking = true
        questions.ask({
            val page = hushwall.log.page(next.forLog(now))
            val oldest = page.rows.lastOrNull()?.started ?: now
            page to hushwall.gaps.since(Math.min(oldest, startOfDay(now, 0)))
        }) { (page, gaps) ->
            isAsking = false
            if (next != filter) return@ask
            mark = page.mark
            older = page.next
            feed.restart(page.rows, gaps)
            onChange()
        }
    }

    /** Call it each second; [hold]: keep what is new for later. */
    fun follow(now: Long, hold: Boolean) {
        if (isAsking && now - askedAt < GIVE_UP_MILLIS || now - askedAt < LIVE_MILLIS) return
        askedAt = now
        isAsking = true
        val from = mark
        val asked = filter
        questions.ask({ hushwall.log.changes(from, asked.forLog(now)) }) {
            if (asked != filter) return@ask
            isAsking = false
            mark = it.mark
            feed.addNewer(it.rows, hold)
            onChange()
        }
    }

    /** Asks for the page before those that are here, if there is one and it is not asked for yet. */
    fun more(now: Long) {
        val before = older ?: return
        older = null
        val asked = filter
        questions.ask({ hushwall.log.page(asked.forLog(now), before) }) {
            if (asked != filter) return@ask
            older = it.next
            feed.addOlder(it.rows)
            onChange()
        }
    }

    private companion object {
        const val LIVE_MILLIS = 2_000L

        /** A question that failed gives no answer; the next one is asked after this. */
        const val GIVE_UP_MILLIS = 6_000L
    }
}
