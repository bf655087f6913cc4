// The catalogue's codes in the user's words.
package org.hushwall.ui

import android.app.Application
import java.io.File
import org.hushwall.AppRunner
import org.hushwall.log.About
import org.hushwall.log.Breakage
import org.hushwall.log.Known
import org.hushwall.log.Source
import org.hushwall.ui.words.Purposes
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotNull
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RuntimeEnvironment
import org.robolectric.annotation.Config

@RunWith(AppRunner::class)
@Config(sdk = [34], application = Application::class)
class PurposesTest {
    private val purposes = Purposes(RuntimeEnvironment.getApplication())
    private val row = JSONObject(File(System.getProperty("hushwall.top"), "data/trackers/schema.json").readText())
        .getJSONObject("\$defs").getJSONObject("row").getJSONObject("properties")

    @Test
    fun everyCodeOfTheDataHasAWord() {
        for (code in codes(row.getJSONObject("category"))) assertNotNull(code, purposes.word(about(code)))
        for (code in codes(row.getJSONObject("data").getJSONObject("items"))) assertNotNull(code, purposes.data(known(code)))
        val breakage = row.getJSONObject("breakage").getJSONObject("properties")
        for (code in codes(breakage.getJSONObject("severity"))) assertNotNull(code, purposes.severity(Breakage(code, null, "likely")))
        for (code in codes(breakage.getJSONObject("sure"))) assertTrue(code, "(" in purposes.breaksTitle(Breakage("none", null, code)))
    }

    @Test
    fun aCodeOfANewerCoreHasNone() {
        assertNull(purposes.word(about("newer")))
        assertEquals("Example", purposes.title(about("newer")))
        assertNull(purposes.data(known("newer")))
        assertNull(purposes.severity(Breakage("newer", null, "likely")))
        assertFalse("(" in purposes.breaksTitle(Breakage("none", null, "newer")))
    }

    @Test
    fun whoMeasuredItIsABetterSourceThanWhoListsIt() {
        val sources = listOf(Source("a", "list", "2025"), Source("b", "measurement", "2020-05"), Source("c", "measurement", "2021-09"))
        assertEquals("c", purposes.best(sources)?.name)
        assertNull(purposes.best(listOf(Source("a", "newer", "2025"))))
    }

    private fun codes(property: JSONObject): List<String> {
        val codes = property.getJSONArray("enum")
        return List(codes.length()) { codes.getString(it) }
    }

    private fun about(category: String) = About("example.row", "Example", "Product", category, "block")

    private fun known(data: String) = Known(about("content"), "Does it.", listOf(data), Breakage("none", null, "likely"), emptyList())
}
