// The lists that the user keeps: from adding to removing, each step with what can go wrong.
package org.hushwall.ui

import android.app.Activity
import android.app.AlertDialog
import android.content.Intent
import android.net.Uri
import android.view.View
import android.widget.EditText
import java.io.ByteArrayInputStream
import org.hushwall.AppRunner
import org.hushwall.lists.FetchFault
import org.hushwall.lists.ListTrouble
import org.hushwall.ui.lists.AddListActivity
import org.hushwall.ui.lists.ListActivity
import org.hushwall.ui.lists.ListsActivity
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowAlertDialog

@RunWith(AppRunner::class)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-w411dp-h891dp-hdpi")
class YourListsTest {
    private val fake get() = Stage.fake

    @Before
    fun afternoon() {
        Seed.afternoon(Stage.fake)
        fake.lists.kept = listOf(FakeLists.user(NAME, 84_002, URL, "MIT"))
    }

    private fun one(): View =
        Stage.root(Stage.open(ListActivity::class.java, Intent().putExtra(ListActivity.NAME, NAME)).get())

    private fun adding(): Activity = Stage.open(AddListActivity::class.java).get()

    /** What is above whatever else is open. */
    private fun sheetSays(words: String) = assertTrue(Stage.texts(Stage.sheet()).toString(), Stage.says(Stage.sheet(), words))

    @Test
    fun aListIsToldSwitchedOffAndTakenBack() {
        val screen = Stage.open(ListsActivity::class.java).get()
        val root = Stage.root(screen)
        assertTrue(Stage.says(root, "84,002 places · 375 stopped"))
        assertTrue(Stage.says(root, "Updated by hand on Tue, Nov 3"))
        Stage.tap(root, "$NAME, on or off")
        assertFalse(fake.lists.kept.single().isOn)
        Stage.tap(root, "Undo")
        Stage.settle()
        assertTrue(fake.lists.kept.single().isOn)
        Stage.tap(root, NAME)
        assertEquals(NAME, shadowOf(screen).nextStartedActivity.getStringExtra(ListActivity.NAME))
        Stage.tap(root, "Add a list")
        assertEquals(AddListActivity::class.java.name, shadowOf(screen).nextStartedActivity.component?.className)
    }

    @Test
    fun oneListTellsWhereItIsFromItsSizeChecksumAndWhatIsIgnored() {
        val root = one()
        val facts = listOf(URL, "MIT", "84,002 places", "9f86d081884c7d659a2feaa0c55ad015", "112 lines are ignored", "2 places stay open")
        for (words in facts) assertTrue(words, Stage.says(root, words))
        Stage.tap(root, "Also parts of these places")
        assertEquals(true, fake.lists.kept.single().kept?.includesSubdomains)
        Stage.tap(root, "Undo")
        Stage.settle()
        assertEquals(false, fake.lists.kept.single().kept?.includesSubdomains)
    }

    @Test
    fun aNewerTextIsFetchedOnlyWhenAskedForAndTakenBack() {
        fake.listSource.texts[URL] = "a.example\nb.example\n"
        val root = one()
        assertEquals(emptyList<String>(), fake.listSource.asked)
        Stage.tap(root, "Update now")
        assertEquals(listOf(URL), fake.listSource.asked)
        assertTrue(Stage.says(root, "Updated: 2 places"))
        Stage.tap(root, "Undo")
        assertTrue("undo $NAME" in fake.lists.asked)
        fake.listSource.isOld = true
        Stage.tap(root, "Update now")
        assertTrue(Stage.says(root, "There is nothing new."))
    }

    @Test
    fun anUpdateThatFailsIsNotedWithTheListAndItsTextStays() {
        fake.listSource.fault = FetchFault.NO_SERVER
        Stage.tap(one(), "Update now")
        assertTrue("note $NAME no-server" in fake.lists.asked)
    }

    @Test
    fun aMuchShorterTextIsKeptOutWithNumbersUntilTheUserWantsIt() {
        val kept = fake.lists.kept.single()
        val shrunken = ListTrouble("shrunken", rules = 1_200, before = 84_000)
        fake.lists.kept = listOf(kept.copy(kept = kept.kept?.copy(trouble = shrunken)))
        fake.lists.trouble = shrunken
        fake.listSource.texts[URL] = "a.example\n"
        val root = one()
        assertTrue(Stage.says(root, "The new list is much shorter (1,200 instead of 84,000). We kept the old one."))
        Stage.tap(root, "Update now")
        assertEquals(84_002L, fake.lists.kept.single().places)
        Stage.tap(root, "Take the shorter one")
        assertEquals(1L, fake.lists.kept.single().places)
    }

    @Test
    fun removingAsksFirst() {
        Stage.tap(one(), "Remove list")
        assertEquals(1, fake.lists.kept.size)
        ShadowAlertDialog.getLatestAlertDialog().getButton(AlertDialog.BUTTON_POSITIVE).performClick()
        Stage.settle()
        assertEquals(0, fake.lists.kept.size)
    }

    @Test
    fun aWellKnownListTellsLicenceAndBreakageBeforeItIsFetched() {
        fake.listSource.texts["https://lists.example/mild.txt"] = "a.example\nb.example\nc.example\n"
        Stage.tap(Stage.root(adding()), "A mild list")
        for (words in listOf("MIT", "Seldom anything.", "Ads and tracking.", "lists.example")) sheetSays(words)
        assertEquals(emptyList<String>(), fake.listSource.asked)
        Stage.tap(Stage.sheet(), "Fetch and add")
        sheetSays("mild was added")
        sheetSays("3 places")
        sheetSays("Checksum")
        assertEquals(listOf(NAME, "mild"), fake.lists.kept.map { it.name })
    }

    @Test
    fun anAddressIsTypedAndWhatIsWrongWithItIsTold() {
        fake.listSource.texts["https://lists.example/ads.txt"] = "a.example\n"
        val root = Stage.root(adding())
        val (address, name) = Stage.all(root).filterIsInstance<EditText>()
        address.setText("http://lists.example/ads.txt")
        Stage.tap(root, "Fetch and add")
        sheetSays("Only addresses that begin with https://")
        assertEquals(emptyList<String>(), fake.listSource.asked)
        address.setText("https://lists.example/gone.txt")
        Stage.tap(root, "Fetch and add")
        sheetSays("The server has no list at this address. Nothing was added.")
        address.setText("https://lists.example/ads.txt")
        name.setText(NAME)
        Stage.tap(root, "Fetch and add")
        sheetSays("There may be a list of this name already")
        name.setText("")
        Stage.tap(root, "Fetch and add")
        sheetSays("ads was added")
    }

    @Test
    fun aFileIsTakenAndATextThatIsNoneIsNot() {
        val screen = adding()
        Stage.tap(Stage.root(screen), "From a file")
        val request = shadowOf(screen).nextStartedActivityForResult
        assertEquals(Intent.ACTION_OPEN_DOCUMENT, request.intent.action)
        val uri = Uri.parse("content://files/hosts.txt")
        val answer = {
            shadowOf(screen.contentResolver).registerInputStream(uri, ByteArrayInputStream("a.example\nb.example\n".toByteArray()))
            shadowOf(screen).receiveResult(request.intent, Activity.RESULT_OK, Intent().setData(uri))
            Stage.settle()
        }
        fake.lists.trouble = ListTrouble("not-text")
        answer()
        sheetSays("What came is no plain text. Nothing was added.")
        fake.lists.trouble = null
        answer()
        sheetSays("hosts was added")
        assertEquals(null, fake.lists.kept.last().kept?.url)
    }

    private companion object {
        const val NAME = "Ad servers"
        const val URL = "https://lists.example/servers.txt"
    }
}
