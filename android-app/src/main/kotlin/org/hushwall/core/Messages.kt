package org.hushwall.core

import org.hushwall.log.About
import org.hushwall.log.Breakage
import org.hushwall.log.Company
import org.hushwall.log.CompanyReport
import org.hushwall.log.Confidence
import org.hushwall.log.Consideration
import org.hushwall.log.Contact
import org.hushwall.log.CountryCount
import org.hushwall.log.DayBar
import org.hushwall.log.Decided
import org.hushwall.log.Explanation
import org.hushwall.log.HourBar
import org.hushwall.log.HourTotal
import org.hushwall.log.Known
import org.hushwall.log.LogChanges
import org.hushwall.log.LogPage
import org.hushwall.log.LogRow
import org.hushwall.log.NewApp
import org.hushwall.log.Owner
import org.hushwall.log.Reason
import org.hushwall.log.Report
import org.hushwall.log.Source
import org.hushwall.log.Tries
import org.hushwall.policy.AdvisedList
import org.hushwall.policy.Protection
import org.hushwall.watch.Said
import org.hushwall.watch.SaidParameter
import org.hushwall.watch.Seen
import org.hushwall.watch.SeenContact
import org.json.JSONObject

/**
 * The core's answers and events as the app's own types; tests/bridge has an example of each message. Each function throws
 * a JSONException on a message that is none, which only a library of another version could send.
 */
internal object Messages {
    /** The version of the messages that this app speaks. */
    const val VERSION = 3

    fun parse(bytes: ByteArray) = JSONObject(String(bytes, Charsets.UTF_8))

    fun bytes(message: JSONObject) = message.toString().toByteArray(Charsets.UTF_8)

    fun page(json: JSONObject) =
        LogPage(json.objects("rows").map(::row), json.longOrNull("next"), json.getLong("mark"))

    fun changes(json: JSONObject) =
        LogChanges(json.objects("rows").map(::row), json.getLong("mark"), json.getBoolean("more"))

    fun totals(json: JSONObject): List<HourTotal> = json.objects("hours").map { hour ->
        HourTotal(
            hour.getLong("hour"),
            owner(hour.getJSONObject("owner")),
            hour.getLong("connections"),
            hour.getLong("blocked"),
            hour.getLong("bytes_up"),
            hour.getLong("bytes_down"),
        )
    }

    /** Of owners with the same name, the last to be active. */
    fun lastActive(json: JSONObject): Map<String, Long> {
        val times = HashMap<String, Long>()
        for (app in json.objects("apps")) {
            val name = owner(app.getJSONObject("owner")).name ?: continue
            times[name] = Math.max(times[name] ?: 0, app.getLong("last"))
        }
        return times
    }

    fun explanation(json: JSONObject) = Explanation(
        isBlock(json),
        reason(json.getJSONObject("reason")),
        json.objects("considered").map { Consideration(reason(it), isBlock(it), it.getBoolean("decides"), it.getBoolean("holds")) },
    )

    /** The rules of a document, the strongest first. */
    fun ranked(json: JSONObject): List<RankedRule> = json.objects("rules").map {
        val unused = it.objectOrNull("unused")?.let { why -> UnusedRule(why.getString("code"), why.intOrNull("by")) }
        RankedRule(it.getInt("rule"), it.getBoolean("holds"), it.longOrNull("hits"), unused)
    }

    fun status(json: JSONObject) = CoreStatus(
        json.getBoolean("running"),
        json.objectOrNull("fault")?.getString("message"),
        json.longOrNull("beat"),
    )

    fun events(json: JSONObject): List<CoreEvent> = json.objects("events").mapNotNull { event ->
        when (event.getString("type")) {
            "connection" -> CoreEvent.Connection(row(event))
            "fault" -> CoreEvent.Fault(event.getString("message"))
            "log" -> CoreEvent.Log(event.getString("kind"), event.stringOrNull("code"), event.getString("message"))
            // What a newer core tells beyond that changes nothing for this app.
            else -> null
        }
    }

    fun row(json: JSONObject) = LogRow(
        id = json.getLong("id"),
        started = json.getLong("started"),
        updated = json.getLong("updated"),
        ended = json.longOrNull("ended"),
        owner = owner(json.getJSONObject("owner")),
        protocol = json.getString("protocol"),
        local = json.getString("local"),
        remote = json.getString("remote"),
        host = json.stringOrNull("host"),
        nameSource = json.stringOrNull("name_source"),
        confidence = json.stringOrNull("confidence")?.let { Confidence.valueOf(it.uppercase()) },
        isQuestion = json.optBoolean("is_question"),
        blocked = isBlock(json),
        reason = reason(json.getJSONObject("reason")),
        state = json.getString("state"),
        bytesUp = json.getLong("bytes_up"),
        bytesDown = json.getLong("bytes_down"),
        packetsUp = json.getLong("packets_up"),
        packetsDown = json.getLong("packets_down"),
        network = json.stringOrNull("network"),
        country = json.stringOrNull("country"),
        asn = json.longOrNull("asn"),
        asnName = json.stringOrNull("asn_name"),
        session = json.longOrNull("session"),
        screenOff = json.stringOrNull("screen")?.let { it == "off" },
        about = json.objectOrNull("about")?.let(::about),
    )

    /** The answer to `about`; null where nothing is known. */
    fun known(json: JSONObject): Known? = json.objectOrNull("about")?.let { known ->
        val breakage = known.getJSONObject("breakage")
        Known(
            about(known),
            known.getString("purpose"),
            known.strings("data"),
            Breakage(breakage.getString("severity"), breakage.stringOrNull("text"), breakage.getString("sure")),
            known.objects("evidence").map { Source(it.getString("source"), it.getString("kind"), it.getString("date")) },
        )
    }

    /** The answer to `advice`. */
    fun protections(json: JSONObject): List<Protection> = json.objects("protections").mapNotNull { protection ->
        known(protection)?.let {
            Protection(
                protection.getString("title"),
                it,
                protection.strings("apps"),
                protection.getBoolean("is_on"),
                protection.getBoolean("is_on_now"),
                protection.getBoolean("recommended"),
                protection.objectOrNull("list")?.let(AdvisedList::of),
            )
        }
    }

    /** The contacts of a report. */
    fun contacts(json: JSONObject): List<Contact> = json.objects("contacts").map { contact ->
        val sum = contact.getJSONObject("sum")
        Contact(
            who = contact.getString("who"),
            about = contact.objectOrNull("about")?.let { about(it, "category_code") },
            connections = sum.getLong("connections"),
            blocked = sum.getLong("blocked"),
            bytes = sum.getLong("bytes_up") + sum.getLong("bytes_down"),
            last = contact.getLong("last_ms"),
            hosts = contact.objects("hosts").map { it.getString("name") },
            addresses = contact.objects("addresses").map { it.getString("name") },
            country = contact.objects("countries").firstOrNull()?.stringOrNull("code"),
            network = contact.objects("networks").firstOrNull()?.getString("name"),
        )
    }

    fun report(json: JSONObject) = Report(
        knownSince = json.longOrNull("known_since_ms"),
        days = json.objects("by_day").map { DayBar(it.getLong("since_ms"), bar(it)) },
        stoppedBefore = json.getJSONObject("total_before").getLong("blocked"),
        stopped = json.getJSONObject("sum").getLong("blocked"),
        screenOffAtNight = json.getJSONObject("sum").getLong("screen_off_at_night"),
        companies = json.objects("companies").map { company ->
            Company(
                company.getString("name"),
                company.getBoolean("is_known"),
                company.getJSONObject("sum").getLong("blocked"),
                company.objects("countries").mapNotNull { it.stringOrNull("code") },
            )
        },
        countries = json.objects("blocked_by_country").map { CountryCount(it.getString("code"), it.getLong("count")) },
        newApps = json.objects("new_apps").map { NewApp(it.getString("name"), it.getLong("count")) },
        decided = json.objects("decided").map { Decided(it.getString("code"), isBlock(it), it.getLong("count")) },
    )

    fun company(json: JSONObject): CompanyReport? = json.optJSONObject("company")?.let { company ->
        CompanyReport(
            seat = company.getString("seat"),
            products = company.getLong("products"),
            hasNeeded = company.getBoolean("has_never"),
            hosts = company.strings("hosts"),
            days = company.objects("days").map { DayBar(it.getLong("since_ms"), bar(it)) },
            apps = company.objects("apps").map { tries(owner(it.getJSONObject("owner")), it) },
            categories = company.objects("categories").map { tries(it.getString("category"), it) },
            countries = company.strings("countries"),
        )
    }

    private fun <T> tries(of: T, json: JSONObject): Tries<T> = bar(json).let { Tries(of, it.stopped, it.letThrough) }

    /** What an audit has heard. */
    fun seen(json: JSONObject): Seen {
        val (sum, heard) = json.getJSONObject("sum") to json.getJSONObject("heard")
        return Seen(
            begun = json.getLong("begun_ms"),
            ended = json.getLong("ended_ms"),
            companies = json.getLong("companies"),
            needless = json.getLong("needless"),
            tries = sum.getLong("connections"),
            stopped = sum.getLong("blocked"),
            encrypted = heard.getLong("encrypted"),
            notUnderstood = heard.getLong("other"),
            contacts = json.objects("contacts").map(::seenContact),
        )
    }

    private fun seenContact(json: JSONObject): SeenContact {
        val about = json.objectOrNull("about")
        val sum = json.getJSONObject("sum")
        return SeenContact(
            who = json.getString("who"),
            isNeedless = json.getBoolean("is_needless"),
            about = about?.let { about(it, "category_code") },
            data = about?.strings("data_codes").orEmpty(),
            tries = sum.getLong("connections"),
            stopped = sum.getLong("blocked"),
            first = json.getLong("first_ms"),
            last = json.getLong("last_ms"),
            said = json.objects("said").map(::said),
        )
    }

    private fun said(json: JSONObject) = Said(
        json.getString("method"),
        json.stringOrNull("host"),
        json.getString("path"),
        json.getLong("count"),
        json.getString("outcome"),
        json.objects("parameters").map { SaidParameter(it.getString("name"), it.strings("values")) },
    )

    private fun bar(json: JSONObject): HourBar {
        val blocked = json.getLong("blocked")
        return HourBar(blocked, json.getLong("connections") - blocked)
    }

    private fun about(json: JSONObject, category: String = "category") = About(
        json.getString("id"),
        json.getString("organisation"),
        json.getString("product"),
        json.getString(category),
        json.getString("level"),
        json.optBoolean("own"),
    )

    private fun owner(json: JSONObject) =
        Owner(json.getString("kind"), json.intOrNull("uid"), json.stringOrNull("name"))

    fun reason(json: JSONObject) = Reason(
        json.getString("code"),
        json.getString("text"),
        json.stringOrNull("list"),
        json.stringOrNull("entry"),
        json.intOrNull("rule"),
    )

    private fun isBlock(json: JSONObject) = json.getString("verdict") == "block"
}
