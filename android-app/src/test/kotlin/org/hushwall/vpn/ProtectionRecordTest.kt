package org.hushwall.vpn

import java.io.File
import org.hushwall.AppRunner
import org.junit.Assert.assertEquals
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith

@RunWith(AppRunner::class)
class ProtectionRecordTest {
    @get:Rule val folder = TemporaryFolder()
    private var now = 1_000_000L
    private var ending: (Long) -> Ending = { Ending(it, GapCause.UNKNOWN, null) }

    /** As a new process has it. */
    private fun record() = ProtectionRecord(folder.root, { now }) { ending(it) }

    @Test
    fun aKillIsAGapFromTheLastSignOfLifeToTheComeback() {
        val killed = record()
        killed.up()
        now += 200_000
        killed.heartbeat.traffic()
        now += 50_000
        ending = { Ending(it + 10_000, GapCause.STOPPED_BY_SYSTEM, "powerkeeper") }
        val next = record()
        assertEquals(listOf(Gap(1_210_000, null, GapCause.STOPPED_BY_SYSTEM, "powerkeeper")), next.since(0))
        now += 1_000_000
        next.up()
        val gap = Gap(1_210_000, 2_250_000, GapCause.STOPPED_BY_SYSTEM, "powerkeeper")
        assertEquals(listOf(gap), next.since(0))
        assertEquals(listOf(gap), record().since(2_000_000).take(1))
        assertEquals(emptyList<Gap>(), next.since(2_250_000))
    }

    @Test
    fun trafficBeatsOnceAMinute() {
        val record = record()
        record.up()
        now += 59_000
        record.heartbeat.traffic()
        assertEquals(1_000_000, record.heartbeat.last())
        now += 1_000
        record.heartbeat.traffic()
        assertEquals(1_060_000, record.heartbeat.last())
    }

    @Test
    fun whatTheUserSwitchedOffIsNoGap() {
        val record = record()
        record.up()
        now += 100_000
        record.off()
        now += 100_000
        record.up()
        now += 100_000
        assertEquals(emptyList<Gap>(), record.since(0))
        assertEquals(1.0, record.protectedShare(0, now), 0.0)
    }

    @Test
    fun theShareCountsTheTimeInWhichProtectionWasWanted() {
        val record = record()
        assertEquals(1.0, record.protectedShare(0, now), 0.0)
        record.up()
        now += 100_000
        record.down(GapCause.OTHER_VPN)
        now += 100_000
        assertEquals(0.5, record.protectedShare(0, now), 0.001)
        record.up()
        record.off()
        now += 800_000
        assertEquals(0.5, record.protectedShare(0, now), 0.001)
    }

    @Test
    fun theFirstCauseCountsUntilItIsBack() {
        val record = record()
        record.up()
        record.down(GapCause.FILTER_FAILED, "first")
        record.down(GapCause.STOPPED_BY_SYSTEM)
        assertEquals(GapCause.FILTER_FAILED, record.since(0).single().cause)
    }

    @Test
    fun aRecordThatCannotBeReadIsBegunAnew() {
        File(folder.root, "protection.json").writeText("{")
        val record = record()
        record.up()
        assertEquals(emptyList<Gap>(), record.since(0))
    }
}
