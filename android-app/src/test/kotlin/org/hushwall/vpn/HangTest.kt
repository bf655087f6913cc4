package org.hushwall.vpn

import java.util.concurrent.CountDownLatch
import org.hushwall.AppRunner
import org.hushwall.Hushwall
import org.hushwall.Phone
import org.hushwall.core.Core
import org.hushwall.core.CoreStatus
import org.hushwall.shadows.RealFd
import org.junit.After
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config

/** The app with a core that can be made to hang, as one with a fault in it would. */
class HangingHushwall : Hushwall() {
    var wakes = CountDownLatch(0)
    var ended = 0

    override val core: Core by lazy {
        object : Core(::coreConfig) {
            override fun stop() = hang { super.stop() }

            override fun close() = hang { super.close() }

            override fun status(): CoreStatus = hang { super.status() }
        }
    }

    override fun onCreate() {
        super.onCreate()
        end = { ended++ }
    }

    private fun <T> hang(then: () -> T): T {
        wakes.await()
        return then()
    }
}

/** A core that never returns must not hold the phone's internet for ever. */
@RunWith(AppRunner::class)
@Config(sdk = [26, 34], application = HangingHushwall::class)
class HangTest {
    @get:Rule val phone = Phone()
    private val app get() = phone.app as HangingHushwall
    private val protection get() = app.protection

    @After
    fun wake() = app.wakes.countDown()

    private fun turnOnAndHang() {
        phone.turnOn()
        app.wakes = CountDownLatch(1)
    }

    @Test
    fun aTestWithoutAnAnswerIsNotSureAndAnAnswerThatComesLateIsOnAgain() {
        turnOnAndHang()
        protection.test()
        phone.pass(10_000)
        assertEquals(ProtectionState.NOT_SURE, phone.state)
        assertTrue(protection.status.holdsBack)
        assertEquals(0, app.ended)
        wake()
        phone.awaitState(ProtectionState.ON)
    }

    @Test
    fun restartedAHangingFilterTakesTheProcessWithItAndTheGapIsKept() {
        turnOnAndHang()
        protection.test()
        phone.pass(10_000)
        protection.restartFilter()
        assertTrue(protection.status.restarting)
        phone.pass(4_000)
        assertEquals(0, app.ended)
        phone.pass(1_000)
        assertEquals(1, app.ended)
        val gap = app.gaps.since(0).last()
        assertEquals(GapCause.FILTER_FAILED, gap.cause)
        assertEquals(null, gap.to)
    }

    @Test
    fun aFilterThatCanBeRestartedIs() {
        phone.turnOn()
        protection.restartFilter()
        assertTrue(protection.status.restarting)
        phone.await("the new filter") { !protection.status.restarting }
        phone.vpnComesUp()
        phone.awaitState(ProtectionState.ON)
        phone.pass(60_000)
        assertEquals(0, app.ended)
    }

    @Test
    fun turnedOffAHangingFilterDoesNotKeepTheInternet() {
        turnOnAndHang()
        protection.turnOff()
        phone.pass(5_000)
        assertFalse("the filter gave its tunnel back", RealFd.open.isEmpty())
        assertEquals(1, app.ended)
        assertEquals(emptyList<Gap>(), app.gaps.since(0))
    }
}
