// The parts of the app as a test sets them: what screens read, and what they asked for.
package org.hushwall.ui

import android.content.Intent
import android.graphics.drawable.Drawable
import java.io.File
import java.util.concurrent.CountDownLatch
import org.hushwall.Hushwall
import org.hushwall.apps.AppCatalogue
import org.hushwall.apps.AppInfo
import org.hushwall.log.ActivityLog
import org.hushwall.log.CompanyReport
import org.hushwall.log.Contact
import org.hushwall.log.DayTotals
import org.hushwall.log.Explanation
import org.hushwall.log.Hidden
import org.hushwall.log.HourBar
import org.hushwall.log.HourTotal
import org.hushwall.log.Known
import org.hushwall.log.LogChanges
import org.hushwall.log.LogFilter
import org.hushwall.log.LogPage
import org.hushwall.log.LogRow
import org.hushwall.log.LogTrouble
import org.hushwall.log.Reason
import org.hushwall.log.Report
import org.hushwall.log.ReportFormat
import org.hushwall.log.ReportPeriod
import org.hushwall.log.addressOf
import org.hushwall.policy.AdvisedList
import org.hushwall.policy.AppMode
import org.hushwall.policy.BuiltIn
import org.hushwall.policy.Choices
import org.hushwall.policy.JudgedRule
import org.hushwall.policy.NetworkUse
import org.hushwall.policy.PolicyTrouble
import org.hushwall.policy.RuleJudge
import org.hushwall.policy.Trial
import org.hushwall.policy.Undo
import org.hushwall.policy.UserPolicy
import org.hushwall.policy.UserRule
import org.hushwall.policy.documentRules
import org.hushwall.vpn.Gap
import org.hushwall.vpn.Gaps
import org.hushwall.vpn.Protection
import org.hushwall.vpn.ProtectionState
import org.hushwall.vpn.ProtectionStatus

/** The process under test: nothing behind it but these. */
class FakeHushwall : Hushwall() {
    override val apps = FakeApps()
    override val policy = FakePolicy()
    override val advice = FakeAdvice(policy)
    override val judge = FakeJudge()
    override val watch = FakeWatch()
    override val log = FakeLog()
    override val lists = FakeLists()
    internal override val listSource = FakeSource()
    override val gaps = FakeGaps()
    override val protection = FakeProtection()

    override fun onCreate() = Unit
}

class FakeProtection : Protection {
    private val listeners = ArrayList<(ProtectionStatus) -> Unit>()
    val asked = ArrayList<String>()
    var consent: Intent? = null

    override var status = ProtectionStatus(ProtectionState.OFF)
        set(value) {
            field = value
            listeners.toList().forEach { it(value) }
        }

    override fun listen(listener: (ProtectionStatus) -> Unit): AutoCloseable {
        listeners += listener
        listener(status)
        return AutoCloseable { listeners -= listener }
    }

    override fun turnOn(): Intent? {
        asked += "on"
        return consent
    }

    override fun turnOff() {
        asked += "off"
    }

    override fun pause(until: Long?) {
        asked += "pause $until"
    }

    override fun resume() {
        asked += "resume"
    }

    override fun test() = Unit

    override fun restartFilter() {
        asked += "restart"
    }
}

class FakeApps : AppCatalogue {
    var list: List<AppInfo> = emptyList()

    override fun all() = list
    override fun byUid(uid: Int) = list.find { it.uid == uid }
    override fun byKey(key: String) = list.find { it.key == key }
    override fun icon(app: AppInfo, px: Int): Drawable? = null
    override fun listen(listener: () -> Unit) = AutoCloseable { }
}

class FakePolicy : UserPolicy {
    private val listeners = ArrayList<() -> Unit>()
    val modes = HashMap<String, AppMode>()
    val uses = HashMap<String, NetworkUse>()
    val hosts = ArrayList<UserRule>()
    val pauses = HashMap<String, Long>()
    private var rulesMade = 0

    /** Whether the storage takes a new file. */
    var isWritable = true

    override var trouble: PolicyTrouble? = null

    override var lanInside = false
        private set

    override fun mode(key: String) = modes[key] ?: AppMode.FILTER

    override fun setModes(keys: List<String>, mode: AppMode): Undo {
        val before = keys.associateWith(::mode)
        keys.forEach { put(it, mode) }
        return changed { before.forEach(::put) }
    }

    private fun put(key: String, mode: AppMode) {
        if (mode == AppMode.FILTER) modes.remove(key) else modes[key] = mode
    }

    override fun networks(key: String) = uses[key] ?: NetworkUse()

    override fun setNetworks(key: String, use: NetworkUse): Undo {
        val before = networks(key)
        if (use == NetworkUse()) uses.remove(key) else uses[key] = use
        return changed { setNetworks(key, before) }
    }

    override fun hostRules(key: String?, hosts: List<String>, allow: Boolean, until: Long?): Undo {
        val rules = hosts.map { UserRule("rule-${rulesMade++}", key, allow, it, until = until) }
        this.hosts += rules
        return changed { this.hosts -= rules.toSet() }
    }

    override fun rules() = hosts.toList()

    override fun putRule(rule: UserRule): Undo {
        val before = hosts.find { it.id == rule.id }
        hosts.removeAll { it.id == rule.id }
        hosts += rule
        return changed {
            hosts -= rule
            before?.let { hosts += it }
        }
    }

    override fun sameAs(rule: UserRule) = hosts.find {
        it.id != rule.id && it.copy(id = rule.id, allow = rule.allow, until = rule.until, isOn = rule.isOn) == rule
    }

    override fun choices(with: UserRule?) =
        Choices(modes, uses, hosts.filter { it.id != with?.id } + listOfNotNull(with), lanInside, pauses, advised, builtIn)

    override fun removeRules(ids: List<String>): Undo {
        val rules = hosts.filter { it.id in ids }
        hosts -= rules.toSet()
        return changed { hosts += rules }
    }

    override fun pausedUntil(key: String) = pauses[key]

    override fun pauseApp(key: String, until: Long?): Undo {
        val before = pausedUntil(key)
        if (until == null) pauses.remove(key) else pauses[key] = until
        return changed { pauseApp(key, before) }
    }

    override fun setLanInside(inside: Boolean): Undo {
        val before = lanInside
        lanInside = inside
        return changed { setLanInside(before) }
    }

    @Volatile override var advised: List<AdvisedList> = emptyList()
        private set

    override fun switchOn(lists: List<AdvisedList>): Undo {
        advised = advised + lists
        return changed { switchOff(lists.map { it.name }) }
    }

    override fun switchOff(names: Collection<String>): Undo {
        val (gone, others) = advised.partition { it.name in names }
        advised = others
        return changed { switchOn(gone) }
    }

    override var builtIn = BuiltIn()
        private set

    override fun setBuiltIn(builtIn: BuiltIn): Undo {
        val before = this.builtIn
        this.builtIn = builtIn
        return changed { setBuiltIn(before) }
    }

    override fun startAfresh(): Boolean {
        if (isWritable) trouble = null
        return isWritable
    }

    override fun changed() = (modes.keys + uses.keys + pauses.keys).sorted()

    override fun listen(listener: () -> Unit): AutoCloseable {
        listeners += listener
        return AutoCloseable { listeners -= listener }
    }

    private fun changed(back: () -> Unit): Undo {
        listeners.toList().forEach { it() }
        return Undo {
            back()
            listeners.toList().forEach { it() }
        }
    }
}

/** Ranks rules as they were made, unless the test says otherwise. */
class FakeJudge : RuleJudge {
    @Volatile var ranked: (Choices) -> List<JudgedRule> = { choices ->
        documentRules(choices).map { it.first }.distinct().map { JudgedRule(it, holds = true, hits = 0, never = null) }
    }

    /** What the core refuses, and how it explains. */
    @Volatile var refusal: Exception? = null

    @Volatile var trial: (String) -> Trial = { Trial(Explanation(false, Seed.nothing, emptyList()), emptyMap()) }

    override fun rank(choices: Choices): List<JudgedRule> = ranked(choices)

    override fun check(choices: Choices) {
        refusal?.let { throw it }
    }

    override fun explain(choices: Choices, uid: Int, key: String, host: String) = trial(host)
}

/** Answers like the core: newest first, cut to the limit, changes after a mark. */
class FakeLog : ActivityLog {
    @Volatile var rows: List<LogRow> = emptyList()

    /** Answers wait for it. */
    @Volatile var ready = CountDownLatch(0)

    @Volatile var day = DayTotals(0, 0, 0, emptyList(), emptyList())

    @Volatile var hours: List<HourTotal> = emptyList()

    /** What the core would report. */
    @Volatile var told: (ReportPeriod) -> Report = { SeedReport.of(it, HourBar(day.stopped, day.letThrough)) }

    @Volatile private var fresh: List<LogRow> = emptyList()
    private var mark = 1L
    var cleared = false

    /** Whether the storage takes a new file, or a change of the old. */
    var isWritable = true

    @Volatile override var trouble: LogTrouble? = null

    /** A connection happens now. */
    @Synchronized
    fun happens(row: LogRow) {
        rows = listOf(row) + rows
        fresh = fresh + row
        mark++
    }

    override fun page(filter: LogFilter, before: Long?, limit: Int): LogPage {
        val chosen = rows.filter { matches(it, filter) }.sortedByDescending { it.started }
        val from = before?.toInt() ?: 0
        val page = chosen.drop(from).take(limit)
        val next = (from + page.size).takeIf { it < chosen.size }?.toLong()
        return LogPage(page, next, mark)
    }

    @Synchronized
    override fun changes(after: Long, filter: LogFilter, limit: Int): LogChanges {
        val rows = fresh.filter { matches(it, filter) }
        fresh = emptyList()
        return LogChanges(rows, mark, false)
    }

    override fun today(): DayTotals {
        ready.await()
        return day
    }

    override fun totals(since: Long, until: Long, app: String?) =
        hours.filter { it.hour in since..until && (app == null || it.owner.name == app) }

    @Volatile var active: Map<String, Long> = emptyMap()

    override fun lastActive(): Map<String, Long> = active

    override fun explain(uid: Int, host: String?, address: String?, port: Int) =
        Explanation(false, Reason("nothing-against", "No rule is against it"), emptyList())

    override fun known(row: LogRow): Known? = row.about?.let(Seed::known)

    override fun contacts(app: String, since: Long, until: Long): List<Contact> =
        rows.filter { it.owner.name == app && it.started in since until until }
            .groupBy { it.about?.id ?: it.host ?: it.asnName ?: addressOf(it.remote) }
            .map { (who, all) -> contact(who, all) }
            .sortedByDescending { it.connections }

    private fun contact(who: String, all: List<LogRow>) = Contact(
        who,
        all.first().about,
        all.size.toLong(),
        all.count { it.blocked }.toLong(),
        all.sumOf { it.bytesUp + it.bytesDown },
        all.maxOf { it.started },
        all.mapNotNull { it.host }.distinct(),
        all.filter { it.host == null }.map { addressOf(it.remote) }.distinct(),
        all.first().country,
        all.first().asnName,
    )

    override fun report(period: ReportPeriod): Report = told(period)

    /** What the core would tell of a company. */
    @Volatile var company: (String, ReportPeriod) -> CompanyReport? = { name, period -> SeedReport.company(name, period) }

    override fun company(name: String, period: ReportPeriod): CompanyReport? = company.invoke(name, period)

    override fun exportReport(period: ReportPeriod, format: ReportFormat, hidden: Hidden, to: File) {
        check(isWritable) { "no room" }
        val without = (if (hidden.apps) " without apps" else "") + if (hidden.hosts) " without hosts" else ""
        to.writeText("${format.word} since ${period.since}$without")
    }

    override fun clear() {
        check(isWritable) { "no room" }
        cleared = true
        rows = emptyList()
        trouble = null
    }

    override fun startAfresh(): Boolean {
        if (isWritable) trouble = null
        return isWritable
    }

    private fun matches(row: LogRow, filter: LogFilter): Boolean =
        (filter.app == null || row.owner.name == filter.app) &&
            (filter.blocked == null || row.blocked == filter.blocked) &&
            (filter.since?.let { row.started >= it } ?: true) &&
            (filter.host?.let { row.host == it || row.host.orEmpty().endsWith(".$it") } ?: true) &&
            (filter.text?.let { has(row, it) } ?: true) &&
            (filter.company == null || row.about?.organisation == filter.company) &&
            (filter.category == null || row.about?.category == filter.category) &&
            (filter.country == null || row.country == filter.country) &&
            (filter.network == null || row.network == filter.network) &&
            (filter.screenOff == null || row.screenOff == filter.screenOff) &&
            (filter.confidence == null || row.confidence == filter.confidence)

    private fun has(row: LogRow, text: String): Boolean =
        listOf(row.host, row.owner.name, row.about?.organisation).any { it.orEmpty().contains(text, ignoreCase = true) }
}

class FakeGaps : Gaps {
    @Volatile var list: List<Gap> = emptyList()

    @Volatile var share = 1.0

    override fun since(t: Long) = list.filter { (it.to ?: Long.MAX_VALUE) > t }

    override fun protectedShare(from: Long, to: Long) = share
}
