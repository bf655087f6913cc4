// The user's choices in the core's words (docs/policy.md has what they mean there).
package org.hushwall.policy

import org.hushwall.core.jsonOf
import org.json.JSONArray
import org.json.JSONObject

/** The version of the core's document. */
private const val DOCUMENT_VERSION = 1

/** Everything passes until [until], in Unix milliseconds; null: until it is ended. */
data class Pause(val until: Long?)

/** The packages that a key stands for. */
internal fun packagesOf(key: String): List<String> = key.split(',')

internal fun policyDocument(choices: Choices, pause: Pause?): JSONObject = jsonOf(
    "version" to DOCUMENT_VERSION,
    "apps" to JSONArray(choices.modes.toSortedMap().flatMap { (key, mode) -> modeEntries(key, mode) }),
    "rules" to JSONArray(documentRules(choices).map { it.second }),
    "lists" to JSONArray(choices.builtIn.documentLists() + choices.advised.map(AdvisedList::json)),
    "pause" to pause?.let { jsonOf("until" to it.until?.let(::seconds)) },
)

/**
 * The rules in the document's order, each with what it was made of. Of several about the same, of which the core takes one, the
 * user's own comes before the switches of an app.
 */
internal fun documentRules(choices: Choices): List<Pair<RuleSource, JSONObject>> {
    val all = choices.rules.flatMap(::ownRules) + networkRules(choices.networks) + pauseRules(choices.pauses)
    return all.distinctBy { (_, rule) -> if (rule.optBoolean("enabled", true)) matchers(rule) else rule }
}

/** Whom and what a rule is about, and when. */
private fun matchers(rule: JSONObject): List<Any?> =
    listOf("app", "host", "country", "when").map { rule.opt(it)?.toString() } + rule.has("until")

/** Package by package, so that a choice for a shared user id outlives a package that joins it or leaves. */
private fun modeEntries(key: String, mode: AppMode): List<JSONObject> =
    packagesOf(key).map { jsonOf("app" to it, "mode" to documentMode(mode)) }

/** An app outside the tunnel is only seen where a lockdown keeps it in; then it may do what it could do outside. */
private fun documentMode(mode: AppMode): String = when (mode) {
    AppMode.FILTER -> "filtered"
    AppMode.ALLOW, AppMode.OUTSIDE -> "allow"
    AppMode.BLOCK -> "block"
}

private fun networkRules(networks: Map<String, NetworkUse>): List<Pair<RuleSource, JSONObject>> =
    networks.toSortedMap().flatMap { (key, use) ->
        packagesOf(key).flatMap { app ->
            fun rule(kind: RuleSource.Kind, condition: String, value: Any) =
                RuleSource.OfApp(key, kind) to jsonOf("verdict" to "block", "app" to app, "when" to jsonOf(condition to value))
            listOfNotNull(
                rule(RuleSource.Kind.NO_WIFI, "networks", JSONArray(RuleNetwork.WIFI.kinds)).takeUnless { use.wifi },
                rule(RuleSource.Kind.NO_MOBILE, "networks", JSONArray(RuleNetwork.MOBILE.kinds)).takeUnless { use.mobile },
                rule(RuleSource.Kind.ONLY_SCREEN_ON, "screen", "off").takeIf { use.onlyScreenOn },
            )
        }
    }

/** A rule with an end is stronger than the app's mode, and weaker than one about a host or a network. */
private fun pauseRules(pauses: Map<String, Long>): List<Pair<RuleSource, JSONObject>> =
    pauses.toSortedMap().flatMap { (key, until) ->
        packagesOf(key).map {
            RuleSource.OfApp(key, RuleSource.Kind.PAUSE) to jsonOf("verdict" to "allow", "app" to it, "until" to seconds(until))
        }
    }

private fun ownRules(rule: UserRule): List<Pair<RuleSource, JSONObject>> {
    val apps = if (rule.key == null) listOf(null) else packagesOf(rule.key)
    return apps.map {
        RuleSource.Own(rule) to jsonOf(
            "verdict" to if (rule.allow) "allow" else "block",
            "enabled" to false.takeUnless { rule.isOn },
            "app" to it,
            "host" to rule.host,
            "country" to rule.country,
            "when" to rule.time.toJson(),
            "until" to rule.until?.let(::seconds),
        )
    }
}

private fun seconds(milliseconds: Long) = milliseconds / 1000
