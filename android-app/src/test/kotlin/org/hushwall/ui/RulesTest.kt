// The user's own rules: the list in the core's order, the editor, and who decides.
package org.hushwall.ui

import android.app.Activity
import android.view.View
import android.widget.EditText
import org.hushwall.AppRunner
import org.hushwall.core.CoreException
import org.hushwall.log.Consideration
import org.hushwall.log.Explanation
import org.hushwall.log.Reason
import org.hushwall.policy.JudgedRule
import org.hushwall.policy.NetworkUse
import org.hushwall.policy.Never
import org.hushwall.policy.RuleNetwork
import org.hushwall.policy.RuleSource
import org.hushwall.policy.RuleTime
import org.hushwall.policy.Trial
import org.hushwall.policy.UserRule
import org.hushwall.ui.app.AppActivity
import org.hushwall.ui.rules.RuleActivity
import org.hushwall.ui.rules.RulesActivity
import org.hushwall.ui.rules.TrialActivity
import org.hushwall.vpn.ProtectionState
import org.hushwall.vpn.ProtectionStatus
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertTrue
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.shadows.ShadowAlertDialog

@RunWith(AppRunner::class)
@Config(sdk = [34], application = FakeHushwall::class, instrumentedPackages = [CLOCKED], qualifiers = "en-w411dp-h891dp-hdpi")
class RulesTest {
    private val policy get() = Stage.fake.policy
    private lateinit var screen: Activity
    private val root: View get() = Stage.root(screen)
    private val china = UserRule(
        "china", Seed.browser.key, allow = false, country = "CN",
        time = RuleTime(RuleNetwork.MOBILE, hours = RuleTime.Hours(22 * 60, 6 * 60)),
    )
    private val ads = UserRule("ads", null, allow = false, host = "ads.example.com")

    @Before
    fun afternoon() = Seed.afternoon(Stage.fake)

    private fun rules() {
        screen = Stage.open(RulesActivity::class.java).get()
    }

    private fun edit(rule: UserRule?) {
        screen = Stage.open(RuleActivity::class.java, RuleActivity.intent(Stage.fake, rule)).get()
    }

    /** What the editor hands back to the list. */
    private fun result(): UserRule? = shadowOf(screen).resultIntent?.let(RuleActivity::ruleOf)

    private fun type(view: View, words: String) = Stage.shown(view).filterIsInstance<EditText>().single().setText(words)

    private fun told() = shadowOf(ShadowAlertDialog.getLatestAlertDialog())

    @Test
    fun withoutRulesItSaysThatTheyAreRarelyNeeded() {
        rules()
        assertTrue(Stage.says(root, "You rarely need one"))
        Stage.tap(root, "New rule")
        assertEquals(RuleActivity::class.java.name, shadowOf(screen).nextStartedActivity.component?.className)
    }

    @Test
    fun rulesStandInTheOrderOfTheCoreEachWithWhatItDid() {
        policy.hosts += listOf(ads, china)
        Stage.fake.judge.ranked = {
            val never = Never.Covered(RuleSource.Own(china))
            listOf(JudgedRule(RuleSource.Own(china), true, 1_204, null), JudgedRule(RuleSource.Own(ads), true, 0, never))
        }
        rules()
        val texts = Stage.texts(root)
        val first = texts.indexOf("Mi Browser may not reach China on mobile data from 22:00 to 06:00.")
        assertTrue("$texts", first > 0 && texts.indexOf("No app may reach ads.example.com.") > first)
        assertTrue(Stage.says(root, "Stopped 1,204 times this week"))
        assertTrue(Stage.says(root, "Never used: a stronger rule above covers it."))
        assertTrue(Stage.says(root, "then what is always kept open"))
    }

    @Test
    fun aRuleThatIsSwitchedOffIsKeptAndTheSwitchIsTakenBack() {
        policy.hosts += ads
        rules()
        Stage.shown(root).first { it.isClickable && it.javaClass.simpleName == "RuleSwitch" }.performClick()
        Stage.settle()
        assertFalse(policy.hosts.single().isOn)
        Stage.tap(root, "Undo")
        assertTrue(policy.hosts.single().isOn)
    }

    @Test
    fun whatTheSwitchesOfAnAppSayIsShownInWordsAndLeadsThere() {
        policy.uses[Seed.shop.key] = NetworkUse(mobile = false)
        rules()
        assertTrue(Stage.says(root, "Set on the screen of the app"))
        Stage.tap(root, "Shop may not use mobile data.")
        assertEquals(Seed.shop.key, shadowOf(screen).nextStartedActivity.getStringExtra(AppActivity.KEY))
        assertEquals(NetworkUse(mobile = false), policy.networks(Seed.shop.key))
    }

    @Test
    fun withoutTheCoreRulesAreShownAndTheMissingOrderIsTold() {
        policy.hosts += ads
        Stage.fake.judge.ranked = { throw CoreException(CoreException.NO_LIBRARY, "none") }
        rules()
        assertTrue(Stage.says(root, "The filter does not answer"))
        assertTrue(Stage.says(root, "No app may reach ads.example.com."))
    }

    @Test
    fun whatTheEditorHandsBackIsPutInForceAndTakenBack() {
        policy.hosts += ads
        rules()
        fun back(result: Int, rule: UserRule) {
            val sent = shadowOf(screen).run {
                Stage.tap(root, "New rule")
                nextStartedActivityForResult
            }
            shadowOf(screen).receiveResult(sent.intent, result, RuleActivity.intent(screen, rule))
            Stage.settle()
        }
        back(RuleActivity.SAVE, china)
        assertEquals(listOf(ads, china), policy.hosts)
        back(RuleActivity.REMOVE, ads)
        assertEquals(listOf(china), policy.hosts)
        assertTrue(Stage.says(root, "Rule removed"))
        Stage.tap(root, "Undo")
        assertEquals(setOf(ads, china), policy.hosts.toSet())
    }

    @Test
    fun aNewRuleIsMadePartByPart() {
        edit(null)
        assertTrue(Stage.says(root, "No app may reach anything."))
        Stage.tap(root, "Every app")
        type(Stage.sheet(), "brow")
        Stage.tap(Stage.sheet(), "Mi Browser")
        Stage.tap(root, "may not reach")
        Stage.tap(Stage.sheet(), "may reach")
        Stage.tap(root, "everything")
        Stage.tap(Stage.sheet(), "A country")
        type(Stage.sheet(), "germ")
        Stage.tap(Stage.sheet(), "Germany")
        Stage.tap(root, "always")
        Stage.tap(Stage.sheet(), "Only on Wi-Fi")
        Stage.tap(Stage.sheet(), "Only at certain hours")
        assertTrue(Stage.says(Stage.sheet(), "From 22:00"))
        Stage.dialog().dismiss()
        assertTrue(Stage.says(root, "Mi Browser may reach Germany on Wi-Fi from 22:00 to 06:00."))
        Stage.tap(root, "Save")
        val made = checkNotNull(result())
        val time = RuleTime(RuleNetwork.WIFI, hours = RuleTime.Hours(22 * 60, 6 * 60))
        assertEquals(UserRule(made.id, Seed.browser.key, allow = true, country = "DE", time = time), made)
        assertTrue(screen.isFinishing)
    }

    @Test
    fun aNameThatIsNoneIsNotTaken() {
        edit(china)
        Stage.tap(root, "China")
        Stage.tap(Stage.sheet(), "A site by its name")
        type(Stage.sheet(), "no such/name")
        Stage.tap(Stage.sheet(), "Use this name")
        assertTrue(Stage.says(Stage.sheet(), "This is not the name of a site"))
        type(Stage.sheet(), "Ads.Example.com")
        Stage.tap(Stage.sheet(), "Use this name")
        assertTrue(Stage.says(root, "Mi Browser may not reach ads.example.com"))
    }

    @Test
    fun aRuleThatIsThereAlreadyOrIsRefusedIsNotSaved() {
        policy.hosts += ads
        edit(ads.copy(id = "other", allow = true))
        Stage.tap(root, "Save")
        assertEquals("This rule is there already", told().title)
        assertNull(result())
        Stage.fake.judge.refusal = CoreException("policy", "no places")
        edit(china)
        Stage.tap(root, "Save")
        assertEquals("The rule was not saved", told().title)
        assertFalse(screen.isFinishing)
        assertEquals(listOf(ads), policy.hosts)
    }

    @Test
    fun whoDecidesIsToldWithWhatIsWeaker() {
        screen = Stage.open(TrialActivity::class.java).get()
        Stage.tap(root, "See who decides")
        assertTrue(Stage.says(root, "Choose an app first."))
        Stage.tap(root, "Choose an app")
        Stage.tap(Stage.sheet(), "Mi Browser")
        type(root, "ads.example.com")
        Stage.fake.judge.trial = {
            val rule = Reason("rule", "your rule", rule = 0)
            val listed = Consideration(Seed.listed("example.com"), blocked = true, decides = false, holds = true)
            val nothing = Consideration(Seed.nothing, blocked = false, decides = false, holds = true)
            val considered = listOf(Consideration(rule, blocked = true, decides = true, holds = true), listed, nothing)
            Trial(Explanation(true, rule, considered), mapOf(0 to RuleSource.Own(ads)))
        }
        Stage.tap(root, "See who decides")
        assertTrue(Stage.says(root, "Stopped"))
        assertTrue(Stage.says(root, "No app may reach ads.example.com."))
        assertTrue(Stage.says(root, "Weaker, or not now"))
        assertFalse(Stage.says(root, "Hushwall does not filter right now"))
        Stage.fake.protection.status = ProtectionStatus(ProtectionState.OFF)
        Stage.tap(root, "See who decides")
        assertTrue(Stage.says(root, "Hushwall does not filter right now"))
        Stage.fake.judge.trial = { throw CoreException(CoreException.NO_LIBRARY, "none") }
        Stage.tap(root, "See who decides")
        assertTrue(Stage.says(root, "nobody can tell"))
    }
}
