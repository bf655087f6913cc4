package org.hushwall.vpn

import android.app.Notification
import android.app.NotificationManager
import android.content.ComponentName
import android.content.Intent
import android.os.UserManager
import android.service.quicksettings.Tile
import org.hushwall.AppRunner
import org.hushwall.Phone
import org.hushwall.shadows.Tunnels
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ServiceController
import org.robolectric.annotation.Config

/** What the user sees of the app outside its screens, and what Android starts it by. */
@RunWith(AppRunner::class)
@Config(sdk = [26, 29, 34, 35])
class ShellTest {
    @get:Rule val phone = Phone()
    private val notifications get() = phone.app.getSystemService(NotificationManager::class.java)

    @Test
    fun afterAStartOfThePhoneAndAnUpdateItBeginsAgainIfItWasOn() {
        val actions = listOf(Intent.ACTION_LOCKED_BOOT_COMPLETED, Intent.ACTION_BOOT_COMPLETED, Intent.ACTION_MY_PACKAGE_REPLACED)
        for (action in actions) {
            BootReceiver().onReceive(phone.app, Intent(action))
            assertNull(action, shadowOf(phone.app).nextStartedService)
        }
        phone.turnOn()
        for (action in actions) {
            BootReceiver().onReceive(phone.app, Intent(action))
            assertNotNull(action, shadowOf(phone.app).nextStartedService)
        }
        BootReceiver().onReceive(phone.app, Intent("org.example.OTHER"))
        assertNull(shadowOf(phone.app).nextStartedService)
    }

    @Test
    fun beforeTheFirstUnlockItProtectsAndTheLogFollowsAtTheUnlock() {
        shadowOf(phone.app.getSystemService(UserManager::class.java)).setUserUnlocked(false)
        phone.turnOn()
        assertFalse(phone.app.logFile().exists())
        phone.app.sendBroadcast(Intent(Intent.ACTION_USER_UNLOCKED))
        phone.await("the log") { phone.app.logFile().exists() }
        assertEquals(ProtectionState.ON, phone.state)
    }

    @Test
    fun theTileTurnsOnPausesAndResumes() {
        val tile = tile()
        assertEquals(Tile.STATE_INACTIVE, tile.get().qsTile.state)
        tile.get().onClick()
        phone.runService()
        phone.vpnComesUp()
        phone.awaitState(ProtectionState.ON)
        assertEquals(Tile.STATE_ACTIVE, tile.get().qsTile.state)
        tile.get().onClick()
        assertEquals(ProtectionState.PAUSED, phone.state)
        assertEquals(phone.now() + 300_000, phone.app.protection.status.pausedUntil)
        tile.get().onClick()
        assertEquals(ProtectionState.ON, phone.state)
        tile.get().onStopListening()
    }

    @Test
    fun onALockedPhoneTheTileAsksForTheUnlockBeforeItPauses() {
        phone.turnOn()
        val tile = tile()
        shadowOf(tile.get()).setLocked(true)
        tile.get().onClick()
        // Robolectric's user unlocks when asked.
        assertFalse(tile.get().isLocked)
        assertEquals(ProtectionState.PAUSED, phone.state)
    }

    @Test
    @Config(sdk = [26, 29])
    fun withoutConsentTheTileOpensTheApp() {
        phone.consent(false)
        tile().get().onClick()
        assertEquals(ProtectionState.OFF, phone.state)
        assertEquals(launcher(), shadowOf(phone.app).nextStartedActivity.component)
    }

    @Test
    fun theQuietNotificationSaysTheStateAndOffersAPause() {
        phone.turnOn()
        val shown = notification(Notifications.STATUS)!!
        assertEquals("Protection is on", shown.title())
        assertEquals(NotificationManager.IMPORTANCE_LOW, notifications.getNotificationChannel(shown.channelId).importance)
        assertEquals(Notification.VISIBILITY_PRIVATE, shown.visibility)
        assertNull(shown.publicVersion.actions)
        val pause = shown.actions.first()
        assertEquals("Pause 5 min", pause.title)
        phone.runService(shadowOf(pause.actionIntent).savedIntent)
        assertEquals(ProtectionState.PAUSED, phone.state)
        phone.runService(shadowOf(notification(Notifications.STATUS)!!.actions.first().actionIntent).savedIntent)
        assertEquals(ProtectionState.ON, phone.state)
    }

    @Test
    fun lostProtectionIsToldLoudlyOnceAndTakenBackWhenItIsThere() {
        phone.turnOn()
        assertNull(notification(Notifications.ALERT))
        phone.app.core.close()
        phone.app.protection.test()
        phone.awaitState(ProtectionState.FAILED)
        val alert = notification(Notifications.ALERT)!!
        assertEquals("Closed for safety", alert.title())
        assertEquals("The filter failed. Hushwall holds back all internet and tries again", notification(Notifications.STATUS)!!.title())
        assertEquals(NotificationManager.IMPORTANCE_HIGH, notifications.getNotificationChannel(alert.channelId).importance)
        phone.pass(1_000)
        phone.vpnComesUp()
        phone.awaitState(ProtectionState.ON)
        assertNull(notification(Notifications.ALERT))
    }

    @Test
    @Config(sdk = [34, 35])
    fun noneOfOurPendingIntentsCanBeChanged() {
        phone.turnOn()
        val shown = notification(Notifications.STATUS)!!
        for (pending in shown.actions.map { it.actionIntent } + shown.contentIntent) {
            assertTrue(pending.isImmutable)
        }
    }

    @Test
    @Config(sdk = [34, 35])
    fun theServiceIsOfTheKindThatAndroidAllowsAVpn() {
        val service = phone.turnOn()
        assertEquals(android.content.pm.ServiceInfo.FOREGROUND_SERVICE_TYPE_SYSTEM_EXEMPTED, service.foregroundServiceType)
    }

    @Test
    fun anAppThatIsOpenedStartsAServiceThatWasKilled() {
        phone.turnOn()
        phone.destroyService()
        phone.vpnGoes()
        phone.app.protection.listen { }.close()
        assertNotNull(phone.runService())
        assertEquals(2, Tunnels.asked.size)
    }

    @Test
    fun killedAndNotStartedAgainItDoesNotClaimToProtect() {
        phone.turnOn()
        phone.destroyService()
        phone.vpnGoes()
        phone.pass(10_000)
        assertEquals(ProtectionState.FAILED, phone.state)
        val alert = notification(Notifications.ALERT)!!
        assertEquals("Not protected", alert.title())
        assertEquals("The filter could not start. Nothing is stopped right now", alert.extras.getString(Notification.EXTRA_TEXT))
        assertEquals(GapCause.STOPPED_BY_SYSTEM, phone.app.gaps.since(0).single().cause)
    }

    private fun tile(): ServiceController<FirewallTile> {
        val controller = Robolectric.buildService(FirewallTile::class.java).create()
        controller.get().onStartListening()
        return controller
    }

    private fun notification(id: Int): Notification? = shadowOf(notifications).getNotification(id)

    private fun Notification.title() = extras.getString(Notification.EXTRA_TITLE)

    private fun launcher(): ComponentName? = phone.app.packageManager.getLaunchIntentForPackage(phone.app.packageName)?.component
}
