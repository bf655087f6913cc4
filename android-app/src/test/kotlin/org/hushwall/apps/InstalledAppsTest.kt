package org.hushwall.apps

import android.Manifest
import android.app.Application
import android.content.Intent
import android.graphics.Color
import android.graphics.drawable.ColorDrawable
import android.net.Uri
import android.os.Looper
import org.hushwall.AppRunner
import org.hushwall.vpn.packageOf
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

@RunWith(AppRunner::class)
@Config(sdk = [26, 29, 34, 35], application = Application::class)
class InstalledAppsTest {
    private val app = RuntimeEnvironment.getApplication()
    private val packages = shadowOf(app.packageManager)
    private lateinit var apps: InstalledApps

    @Before
    fun install() {
        val browser = packageOf("org.example.browser", 10_123, "Browser")
        browser.requestedPermissions = arrayOf(Manifest.permission.INTERNET)
        browser.requestedPermissionsFlags = intArrayOf(2)
        packages.installPackage(browser)
        packages.installPackage(packageOf("org.example.z", 10_200, "Zed"))
        packages.installPackage(packageOf("org.example.a", 10_200, "Also"))
        packages.installPackage(packageOf("com.android.settings", 1000, "Settings", system = true))
        apps = InstalledApps(app)
    }

    @Test
    fun anAppIsFoundByItsUserIdAndByItsKey() {
        val browser = apps.byUid(10_123)!!
        assertEquals("org.example.browser", browser.key)
        assertEquals("Browser", browser.label)
        assertTrue(browser.usesInternet)
        assertFalse(browser.isSystem)
        assertEquals(1_000L, browser.installedAt)
        assertEquals(browser, apps.byKey("org.example.browser"))
    }

    @Test
    fun packagesOfOneUserIdAreOne() {
        val shared = apps.byUid(10_200)!!
        assertEquals("org.example.a,org.example.z", shared.key)
        assertEquals(listOf("org.example.a", "org.example.z"), shared.packages)
        assertEquals(1, apps.all().count { it.uid == 10_200 })
    }

    @Test
    fun theSystemsOwnUsersHaveTheirNames() {
        assertTrue(apps.byUid(1000)!!.isSystem)
        assertEquals("dns_tether", apps.byUid(1052)!!.key)
        assertEquals(0, apps.byKey("root")!!.uid)
        assertNull(apps.byUid(10_999))
    }

    @Test
    fun copiesUnderOtherUsersAreCalledWhatTheyAre() {
        assertEquals("Browser (second copy)", apps.byUid(99_910_123)!!.label)
        assertEquals("Browser (other profile)", apps.byUid(1_010_123)!!.label)
    }

    @Test
    fun appsThatComeAndGoAreTold() {
        var told = 0
        val listening = apps.listen { told++ }
        assertNull(apps.byUid(10_300))
        packages.installPackage(packageOf("org.example.fresh", 10_300, "Fresh"))
        broadcast(Intent.ACTION_PACKAGE_ADDED, "org.example.fresh")
        assertEquals("Fresh", apps.byUid(10_300)!!.label)
        packages.deletePackage("org.example.fresh")
        broadcast(Intent.ACTION_PACKAGE_REMOVED, "org.example.fresh")
        assertNull(apps.byUid(10_300))
        assertEquals(2, told)
        listening.close()
        broadcast(Intent.ACTION_PACKAGE_CHANGED, "org.example.a")
        assertEquals(2, told)
    }

    @Test
    fun iconsComeInTheSizeThatIsAskedFor() {
        packages.setApplicationIcon("org.example.browser", ColorDrawable(Color.RED))
        val icon = apps.icon(apps.byUid(10_123)!!, 48)!!
        assertEquals(48, icon.intrinsicWidth)
        assertNull(apps.icon(apps.byUid(1052)!!, 48))
    }

    private fun broadcast(action: String, name: String) {
        app.sendBroadcast(Intent(action, Uri.parse("package:$name")))
        shadowOf(Looper.getMainLooper()).idle()
    }
}
