package org.hushwall.vpn

import org.hushwall.AppRunner
import org.hushwall.Hushwall
import org.hushwall.Phone
import org.hushwall.core.Core
import org.hushwall.core.CoreTrouble
import org.junit.Assert.assertEquals
import org.junit.Assert.assertNull
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config

/** The app on a phone for whose processor it has no core, or with one of another version. */
class HushwallWithoutCore : Hushwall() {
    var isMissing = true

    override val core: Core by lazy {
        object : Core(::coreConfig) {
            override val trouble get() = CoreTrouble(isMissing, "there is none")
        }
    }
}

@RunWith(AppRunner::class)
@Config(sdk = [26, 34], application = HushwallWithoutCore::class)
class ObstacleTest {
    @get:Rule val phone = Phone()

    @Test
    fun withoutACoreNothingStartsAndTheCauseIsTold() {
        for ((isMissing, obstacle) in listOf(true to Obstacle.NO_CORE, false to Obstacle.OTHER_CORE)) {
            (phone.app as HushwallWithoutCore).isMissing = isMissing
            assertNull(phone.app.protection.turnOn())
            assertNull(phone.runService())
            phone.app.protection.listen { }.close()
            assertEquals(ProtectionState.IMPOSSIBLE, phone.state)
            assertEquals(obstacle, phone.app.protection.status.obstacle)
        }
    }
}
