package org.hushwall.policy

import android.app.Application
import java.io.File
import org.hushwall.AppRunner
import org.hushwall.core.objects
import org.json.JSONObject
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.annotation.Config

@RunWith(AppRunner::class)
@Config(application = Application::class)
class FilePolicyTest {
    @get:Rule val folder = TemporaryFolder()
    private lateinit var file: File
    private var now = 1_000L

    @Before
    fun place() {
        file = File(folder.root, "policy.json")
    }

    private fun policy() = FilePolicy(file) { now }

    @Test
    fun whatIsChosenIsThereAfterARestartAndOnlyWhatIsChosen() {
        policy().apply {
            setMode("a.b", AppMode.BLOCK)
            setMode("c.d", AppMode.BLOCK)
            setMode("c.d", AppMode.FILTER)
            setNetworks("e.f", NetworkUse(wifi = true, mobile = false, onlyScreenOn = true))
            hostRule("a.b", "Tracker.Example.", allow = false, until = null)
        }
        val again = policy()
        assertEquals(AppMode.BLOCK, again.mode("a.b"))
        assertEquals(AppMode.FILTER, again.mode("c.d"))
        assertEquals(NetworkUse(wifi = true, mobile = false, onlyScreenOn = true), again.networks("e.f"))
        assertEquals(listOf("tracker.example"), again.rules().map { it.host })
        assertEquals(listOf("a.b", "e.f"), again.changed())
        assertFalse(file.readText().contains("c.d"))
    }

    @Test
    fun whatIsSwitchedOnByAdviceIsKeptAsTheCoreGaveItAndTakenBack() {
        val card = AdvisedList.of(JSONObject("""{"name": "Xiaomi: Cards", "hosts": ["cards.example"], "role": "block"}"""))
        val push = AdvisedList.of(JSONObject("""{"name": "Xiaomi: Push", "hosts": ["push.example"]}"""))
        val policy = policy()
        policy.switchOn(listOf(card))
        val more = policy.switchOn(listOf(card, push))
        assertEquals(listOf(card, push), policy().advised)
        fun lists() = policy().document(null).getJSONArray("lists").objects().associateBy { it.getString("name") }
        assertEquals("cards.example", lists().getValue("Xiaomi: Cards").getJSONArray("hosts").getString(0))
        more.undo()
        assertEquals(listOf(card), policy().advised)
        val gone = policy.switchOff(listOf("Xiaomi: Cards", "nothing of ours"))
        assertFalse("Xiaomi: Cards" in lists())
        gone.undo()
        assertEquals(listOf(card), policy().advised)
    }

    @Test
    fun whatCountsOfTheBuiltInListsIsKeptTakenBackAndToldByName() {
        val names = { policy: FilePolicy -> policy.document(null).getJSONArray("lists").objects().map { it.getString("name") } }
        val policy = policy()
        assertEquals(listOf(BuiltIn.ALL, BuiltIn.XIAOMI, BuiltIn.MAKERS, BuiltIn.KITS), names(policy))
        val chosen = BuiltIn(ProtectionLevel.STRICT, makers = false, kits = true, pages = false)
        val change = policy.setBuiltIn(chosen)
        assertEquals(chosen, policy().builtIn)
        assertEquals(listOf(BuiltIn.ALL, BuiltIn.XIAOMI, BuiltIn.XIAOMI_STRICT, BuiltIn.KITS, BuiltIn.PAGES), names(policy()))
        change.undo()
        assertEquals(BuiltIn(), policy().builtIn)
        assertFalse("built_in" in file.readText())
    }

    @Test
    fun eachChangeCanBeTakenBackAndLeavesLaterOnesAlone() {
        val policy = policy()
        policy.hostRule(null, "one.example", allow = true, until = null)
        val mode = policy.setMode("a.b", AppMode.ALLOW)
        val replaced = policy.hostRule(null, "one.example", allow = false, until = null)
        val removed = policy.removeRule(policy.rules().single().id)
        policy.setMode("c.d", AppMode.BLOCK)
        removed.undo()
        replaced.undo()
        mode.undo()
        assertEquals(listOf(true), policy.rules().map { it.allow })
        assertEquals(listOf("c.d"), policy.changed())
    }

    @Test
    fun oneChangeAboutSeveralHostsIsTakenBackToTheRulesThatWereThere() {
        val policy = policy()
        policy.hostRule(null, "b.example", allow = true, until = null)
        policy.hostRule("org.app", "b.example", allow = true, until = null)
        fun told() = policy().rules().map { Triple(it.key, it.host, it.allow) }.toSet()
        val before = told()
        val change = policy.hostRules(null, listOf("A.example", "b.example"), allow = false, until = null)
        val all = setOf(Triple(null, "a.example", false), Triple(null, "b.example", false), Triple("org.app", "b.example", true))
        assertEquals(all, told())
        val removed = policy.removeRules(policy.rules().map { it.id })
        assertEquals(emptySet<Any>(), told())
        removed.undo()
        assertEquals(all, told())
        change.undo()
        assertEquals(before, told())
    }

    @Test
    fun oneChangeForSeveralAppsIsTakenBackForEachToWhatItWas() {
        val policy = policy()
        policy.setMode("a.b", AppMode.ALLOW)
        val undo = policy.setModes(listOf("a.b", "c.d"), AppMode.BLOCK)
        assertEquals(listOf(AppMode.BLOCK, AppMode.BLOCK), listOf("a.b", "c.d").map { policy().mode(it) })
        undo.undo()
        assertEquals(listOf(AppMode.ALLOW, AppMode.FILTER), listOf("a.b", "c.d").map { policy().mode(it) })
    }

    @Test
    fun aChoiceForASharedUserIdOutlivesAPackageThatJoins() {
        val policy = policy()
        policy.setMode("a.b,c.d", AppMode.BLOCK)
        assertEquals(AppMode.BLOCK, policy.mode("a.b,c.d,e.f"))
        policy.setMode("a.b,c.d,e.f", AppMode.FILTER)
        assertEquals(emptyList<String>(), policy.changed())
    }

    @Test
    fun aFileOfANewerVersionAndADamagedOneStayAsTheyAre() {
        for ((text, trouble) in listOf(
            """{"version": 2, "apps": 7}""" to PolicyTrouble.NEWER_VERSION,
            """{"version": 1, "apps": {"a.b": {"mode": "sometimes"}}}""" to PolicyTrouble.DAMAGED,
            """{"version": 1, "ap""" to PolicyTrouble.DAMAGED,
        )) {
            file.writeText(text)
            val policy = policy()
            assertEquals(trouble, policy.trouble)
            assertEquals(emptyList<String>(), policy.changed())
            policy.setMode("a.b", AppMode.BLOCK)
            assertEquals(AppMode.BLOCK, policy.mode("a.b"))
            assertEquals(text, file.readText())
        }
    }

    @Test
    fun begunAfreshAnUnusableFileIsKeptBesideAndSoIsWhatWasChosenMeanwhile() {
        file.writeText("{")
        val policy = policy()
        policy.setMode("a.b", AppMode.BLOCK)
        assertTrue(policy.startAfresh())
        policy.setMode("c.d", AppMode.ALLOW)
        assertNull(policy.trouble)
        assertEquals(listOf("a.b", "c.d"), policy().changed())
        assertEquals("{", folder.root.listFiles().orEmpty().single { it.name.startsWith("policy.json.unusable") }.readText())
    }

    @Test
    fun whereTheStorageRefusesNothingIsBegunAfresh() {
        file.writeText("{")
        val policy = policy()
        file.delete()
        assertFalse(policy.startAfresh())
        assertEquals(PolicyTrouble.DAMAGED, policy.trouble)
    }

    @Test
    fun whatCannotBeWrittenCountsIsSaidAndIsWrittenWithTheNextChange() {
        val policy = policy()
        policy.setMode("a.b", AppMode.BLOCK)
        // Where the new file would be written there is something that cannot be overwritten: as good as no room.
        val inTheWay = File(file.path + ".new").apply { mkdir() }
        policy.setMode("c.d", AppMode.ALLOW)
        assertEquals(PolicyTrouble.NOT_SAVED, policy.trouble)
        assertEquals(AppMode.ALLOW, policy.mode("c.d"))
        assertEquals(listOf("a.b"), policy().changed())
        inTheWay.delete()
        policy.setMode("e.f", AppMode.BLOCK)
        assertNull(policy.trouble)
        assertEquals(listOf("a.b", "c.d", "e.f"), policy().changed())
    }

    @Test
    fun aPauseOfOneAppIsKeptAndEndsByItself() {
        policy().pauseApp("a.b", 5_000)
        val policy = policy()
        assertEquals(5_000L, policy.pausedUntil("a.b"))
        assertEquals(listOf("a.b"), policy.changed())
        policy.pauseApp("a.b", null).undo()
        assertEquals(5_000L, policy.pausedUntil("a.b"))
        now = 5_000
        assertNull(policy.pausedUntil("a.b"))
        assertEquals(emptyList<String>(), policy.changed())
    }

    @Test
    fun theLocalNetworkIsOutsideUntilItIsPutInside() {
        assertFalse(policy().lanInside)
        val undo = policy().setLanInside(true)
        assertTrue(policy().lanInside)
        undo.undo()
        assertFalse(policy().lanInside)
    }

    @Test
    fun aLossOfPowerWhileWritingLeavesTheOldFile() {
        policy().setMode("a.b", AppMode.BLOCK)
        // What a write that was cut off leaves behind.
        File(file.path + ".new").writeText("{\"versi")
        assertEquals(AppMode.BLOCK, policy().mode("a.b"))
    }

    @Test
    fun aRuleEndsByItself() {
        val policy = policy()
        policy.hostRule(null, "one.example", allow = true, until = 5_000)
        assertEquals(1, policy.rules().size)
        now = 5_000
        assertEquals(0, policy.rules().size)
    }

    @Test
    fun hostsOfOtherScriptsAreTakenAndWhatIsNoHostIsNot() {
        val policy = policy()
        policy.hostRule(null, "bücher.example", allow = false, until = null)
        assertEquals("xn--bcher-kva.example", policy.rules().single().host)
        for (bad in listOf("", "a b", "http://x", "a..b", "x".repeat(64))) {
            assertThrows(bad, IllegalArgumentException::class.java) { policy.hostRule(null, bad, allow = false, until = null) }
        }
    }

    @Test
    fun aWholeRuleIsKeptAndChangedInItsPlaceAndTakenBack() {
        val rule = UserRule(
            "id", "a.b", allow = false, country = "CN", until = 9_000, isOn = false,
            time = RuleTime(RuleNetwork.MOBILE, roaming = true, screenOff = true, RuleTime.Hours(22 * 60, 6 * 60 + 30)),
        )
        val policy = policy()
        policy.putRule(rule)
        policy.hostRule(null, "one.example", allow = true, until = null)
        assertEquals(rule, policy().rules().first())
        val undo = policy.putRule(rule.copy(isOn = true, country = null))
        assertEquals(listOf(null, null), policy().rules().map { it.country })
        undo.undo()
        assertEquals(rule, policy().rules().first())
    }

    @Test
    fun aRuleAboutTheSameIsFoundWhateverItSays() {
        val policy = policy()
        policy.putRule(UserRule("one", "a.b,c.d", allow = false, host = "one.example"))
        assertEquals("one", policy.sameAs(UserRule("two", "c.d", allow = true, host = "one.example", until = 5_000))?.id)
        assertNull(policy.sameAs(UserRule("two", "c.d", allow = true, host = "one.example", time = RuleTime(screenOff = true))))
        assertNull(policy.sameAs(policy.rules().single()))
    }
}
