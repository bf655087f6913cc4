// How rows become a list.
package org.hushwall.ui

import org.hushwall.ui.activity.Feed
import org.hushwall.ui.activity.FeedItem
import org.junit.Assert.assertEquals
import org.junit.Test

class FeedTest {
    private fun row(id: Long, secondsAgo: Long, host: String = "a.example", question: Boolean = false) =
        Seed.row(id, Seed.browser, host, secondsAgo, true, Seed.listed("example")).copy(isQuestion = question)

    private fun counts(feed: Feed) = feed.items().filterIsInstance<FeedItem.Connection>().map { it.count }

    @Test
    fun repeatsWithinAMinuteAreCounted() {
        val feed = Feed()
        feed.restart(listOf(row(3, 10), row(2, 50), row(1, 300)), emptyList())
        assertEquals(listOf(2, 1), counts(feed))
    }

    @Test
    fun aLookupAndItsConnectionAreOneVisit() {
        val feed = Feed()
        feed.restart(listOf(row(2, 10), row(1, 11, question = true)), emptyList())
        assertEquals(listOf(1), counts(feed))
    }

    @Test
    fun aChangedRowIsNotANewOne() {
        val feed = Feed()
        feed.restart(listOf(row(1, 10)), emptyList())
        feed.addNewer(listOf(row(1, 10).copy(state = "closed"), row(2, 5)), hold = true)
        assertEquals(1, feed.waitingCount)
        assertEquals(listOf(1), counts(feed))
        feed.flush()
        assertEquals(0, feed.waitingCount)
        assertEquals(listOf(2), counts(feed))
    }

    @Test
    fun daysHaveHeadings() {
        val feed = Feed()
        feed.restart(listOf(row(2, 10), row(1, 24 * 3_600)), emptyList())
        assertEquals(2, feed.items().count { it is FeedItem.Day })
    }
}
