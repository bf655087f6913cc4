package org.hushwall

import java.io.File
import javax.xml.parsers.DocumentBuilderFactory
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test
import org.w3c.dom.Element

/** What the app offers to others, and asks of Android. */
class ManifestTest {
    private val app = File(System.getProperty("hushwall.top"), "android-app")
    private val manifest = DocumentBuilderFactory.newInstance().newDocumentBuilder()
        .parse(File(app, "src/main/AndroidManifest.xml")).documentElement

    private fun all(tag: String): List<Element> {
        val found = manifest.getElementsByTagName(tag)
        return List(found.length) { found.item(it) as Element }
    }

    private val components = listOf("activity", "service", "receiver", "provider", "activity-alias").flatMap(::all)

    private fun Element.of(name: String) = getAttribute("android:$name")

    @Test
    fun onlyTheFirstScreenAndTheTileCanBeReachedFromOutside() {
        assertTrue(components.all { it.of("exported") in listOf("true", "false") })
        val exported = components.filter { it.of("exported") == "true" }.associate { it.of("name") to it.of("permission") }
        assertEquals(mapOf(".ui.main.MainActivity" to "", ".vpn.FirewallTile" to "android.permission.BIND_QUICK_SETTINGS_TILE"), exported)
    }

    @Test
    fun onlyAndroidMayBindTheVpn() {
        val vpn = components.single { it.of("name") == ".vpn.FirewallService" }
        assertEquals("android.permission.BIND_VPN_SERVICE", vpn.of("permission"))
        assertEquals("systemExempted|specialUse", vpn.of("foregroundServiceType"))
        assertEquals(1, vpn.getElementsByTagName("property").length)
    }

    @Test
    fun whatProtectsRunsBeforeTheFirstUnlock() {
        for (name in listOf(".vpn.FirewallService", ".vpn.BootReceiver")) {
            assertEquals(name, "true", components.single { it.of("name") == name }.of("directBootAware"))
        }
    }

    @Test
    fun eachComponentIsThere() {
        for (component in components) Class.forName("org.hushwall" + component.of("name"), false, javaClass.classLoader)
    }

    @Test
    fun eachPermissionHasItsReason() {
        val asked = all("uses-permission").map { it.of("name") }
        val reasons = File(app, "permissions.txt").readLines().filter { it.isNotBlank() && !it.startsWith("#") }
        assertEquals(asked.sorted(), reasons.map { it.substringBefore(':') }.sorted())
        assertTrue(reasons.all { it.substringAfter(':').isNotBlank() })
    }
}
