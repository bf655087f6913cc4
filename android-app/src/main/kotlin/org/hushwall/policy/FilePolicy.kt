package org.hushwall.policy

import java.io.File
import java.io.IOException
import java.util.UUID
import java.util.concurrent.CopyOnWriteArrayList
import org.json.JSONObject

/**
 * The user's choices, kept in [file]. For the main thread. While the file is unusable a change counts until the process ends and is
 * not written; where there is no room each change tries again.
 */
class FilePolicy(file: File, private val now: () -> Long = System::currentTimeMillis) : UserPolicy {
    private val disk = ChoicesFile(file)
    private val listeners = CopyOnWriteArrayList<() -> Unit>()

    /** A value as a whole, so that [document] can be made on any thread. */
    @Volatile private var choices: Choices

    override var trouble: PolicyTrouble?
        private set

    init {
        val read = disk.read()
        choices = read.choices
        trouble = read.trouble
    }

    override fun mode(key: String): AppMode = find(choices.modes, key) ?: AppMode.FILTER

    override fun setModes(keys: List<String>, mode: AppMode): Undo {
        val before = keys.associateWith(::mode)
        setModes(keys.associateWith { mode })
        return Undo { setModes(before) }
    }

    private fun setModes(modes: Map<String, AppMode>) {
        val next = modes.entries.fold(choices.modes) { all, (key, mode) -> with(all, key, mode.takeIf { it != AppMode.FILTER }) }
        change(choices.copy(modes = next))
    }

    override fun networks(key: String): NetworkUse = find(choices.networks, key) ?: NetworkUse()

    override fun setNetworks(key: String, use: NetworkUse): Undo {
        val before = networks(key)
        change(choices.copy(networks = with(choices.networks, key, use.takeIf { it != NetworkUse() })))
        return Undo { setNetworks(key, before) }
    }

    override fun hostRules(key: String?, hosts: List<String>, allow: Boolean, until: Long?): Undo {
        val names = hosts.map { requireNotNull(hostName(it)) { "not a host name: $it" } }.toSet()
        val added = names.map { UserRule(UUID.randomUUID().toString(), key, allow, it, until = until) }
        // The core refuses two rules about the same.
        val (same, others) = rules().partition { rule -> added.any { isSame(rule, it) } }
        change(choices.copy(rules = others + added))
        val ids = added.map { it.id }.toSet()
        return Undo { change(choices.copy(rules = choices.rules.filter { it.id !in ids } + same)) }
    }

    override fun rules(): List<UserRule> = choices.rules.filter { it.until == null || it.until > now() }

    override fun putRule(rule: UserRule): Undo {
        val before = choices.rules.find { it.id == rule.id }
        change(choices.copy(rules = with(rule)))
        return if (before == null) Undo { removeRule(rule.id) } else Undo { putRule(before) }
    }

    override fun sameAs(rule: UserRule): UserRule? = rules().find { it.id != rule.id && isSame(it, rule) }

    override fun choices(with: UserRule?): Choices {
        val rules = if (with == null) rules() else with(with)
        return choices.copy(rules = rules, pauses = pauses())
    }

    /** In its old place, or at the end. */
    private fun with(rule: UserRule): List<UserRule> {
        val rules = rules()
        return if (rules.any { it.id == rule.id }) rules.map { if (it.id == rule.id) rule else it } else rules + rule
    }

    override fun removeRules(ids: List<String>): Undo {
        val (removed, others) = rules().partition { it.id in ids }
        change(choices.copy(rules = others))
        return Undo { change(choices.copy(rules = choices.rules + removed)) }
    }

    override fun pausedUntil(key: String): Long? = find(pauses(), key)

    override fun pauseApp(key: String, until: Long?): Undo {
        val before = pausedUntil(key)
        change(choices.copy(pauses = with(pauses(), key, until)))
        return Undo { pauseApp(key, before) }
    }

    override fun changed(): List<String> = (choices.modes.keys + choices.networks.keys + pauses().keys).sorted()

    override fun listen(listener: () -> Unit): AutoCloseable {
        listeners += listener
        return AutoCloseable { listeners -= listener }
    }

    override val lanInside: Boolean get() = choices.lanInside

    override fun setLanInside(inside: Boolean): Undo {
        val before = choices.lanInside
        change(choices.copy(lanInside = inside))
        return Undo { setLanInside(before) }
    }

    override val advised: List<AdvisedList> get() = choices.advised

    override fun switchOn(lists: List<AdvisedList>): Undo {
        val there = choices.advised.map { it.name }.toSet()
        val news = lists.filter { it.name !in there }
        change(choices.copy(advised = choices.advised + news))
        return Undo { switchOff(news.map { it.name }) }
    }

    override fun switchOff(names: Collection<String>): Undo {
        val (gone, others) = choices.advised.partition { it.name in names }
        change(choices.copy(advised = others))
        return Undo { switchOn(gone) }
    }

    override val builtIn: BuiltIn get() = choices.builtIn

    override fun setBuiltIn(builtIn: BuiltIn): Undo {
        val before = choices.builtIn
        change(choices.copy(builtIn = builtIn))
        return Undo { setBuiltIn(before) }
    }

    /** The keys of the apps that are to be left out of the tunnel. */
    fun outside(): List<String> = choices.modes.filterValues { it == AppMode.OUTSIDE }.keys.sorted()

    override fun startAfresh(): Boolean {
        if (!isUnusable) return true
        try {
            disk.setAside(now())
        } catch (_: IOException) {
            return false
        }
        save()
        listeners.forEach { it() }
        return true
    }

    /** The core's policy document for these choices (docs/policy.md). Any thread may ask for it. */
    fun document(pause: Pause?): JSONObject = policyDocument(choices(), pause)

    private val isUnusable get() = trouble == PolicyTrouble.NEWER_VERSION || trouble == PolicyTrouble.DAMAGED

    private fun pauses(): Map<String, Long> = choices.pauses.filterValues { it > now() }

    private fun change(to: Choices) {
        if (to == choices) return
        choices = to
        if (!isUnusable) save()
        listeners.forEach { it() }
    }

    private fun save() {
        trouble = try {
            disk.write(choices)
            null
        } catch (_: IOException) {
            PolicyTrouble.NOT_SAVED
        }
    }

    /** What was chosen for [key]; or, where packages joined or left a shared user id since, for one that shares a package with it. */
    private fun <T> find(chosen: Map<String, T>, key: String): T? =
        chosen[key] ?: chosen.entries.firstOrNull { sharesPackage(it.key, key) }?.value

    private fun <T> with(chosen: Map<String, T>, key: String, value: T?): Map<String, T> {
        val others = chosen.filterKeys { !sharesPackage(it, key) }
        return if (value == null) others else others + (key to value)
    }

    private fun isSame(one: UserRule, other: UserRule) =
        one.host == other.host && one.country == other.country && one.time == other.time && areForOne(one.key, other.key)

    private fun areForOne(one: String?, other: String?) = if (one == null || other == null) one == other else sharesPackage(one, other)

    private fun sharesPackage(a: String, b: String) = packagesOf(a).any { it in packagesOf(b) }
}
