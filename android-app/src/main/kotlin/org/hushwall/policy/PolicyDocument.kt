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
    "rules" to JSONArray(networkRules(choices.networks) + pauseRules(choices.pauses) + choices.rules.flatMap(::hostRules)),
    "lists" to JSONArray(choices.builtIn.documentLists() + choices.advised.map(AdvisedList::json)),
    "pause" to pause?.let { jsonOf("until" to it.until?.let(::seconds)) },
)

/** Package by package, so that a choice for a shared user id outlives a package that joins it or leaves. */
private fun modeEntries(key: String, mode: AppMode): List<JSONObject> =
    packagesOf(key).map { jsonOf("app" to it, "mode" to documentMode(mode)) }

/** An app outside the tunnel is only seen where a lockdown keeps it in; then it may do what it could do outside. */
private fun documentMode(mode: AppMode): String = when (mode) {
    AppMode.FILTER -> "filtered"
    AppMode.ALLOW, AppMode.OUTSIDE -> "allow"
    AppMode.BLOCK -> "block"
}

private fun networkRules(networks: Map<String, NetworkUse>): List<JSONObject> =
    networks.toSortedMap().flatMap { (key, use) ->
        packagesOf(key).flatMap { app ->
            listOfNotNull(
                blockWhen(app, "networks", JSONArray(listOf("wifi", "ethernet"))).takeUnless { use.wifi },
                blockWhen(app, "networks", JSONArray(listOf("mobile"))).takeUnless { use.mobile },
                blockWhen(app, "screen", "off").takeIf { use.onlyScreenOn },
            )
        }
    }

private fun blockWhen(app: String, condition: String, value: Any) =
    jsonOf("verdict" to "block", "app" to app, "when" to jsonOf(condition to value))

/** A rule with an end is stronger than the app's mode, and weaker than one about a host or a network. */
private fun pauseRules(pauses: Map<String, Long>): List<JSONObject> =
    pauses.toSortedMap().flatMap { (key, until) ->
        packagesOf(key).map { jsonOf("verdict" to "allow", "app" to it, "until" to seconds(until)) }
    }

private fun hostRules(rule: HostRule): List<JSONObject> {
    val apps = if (rule.key == null) listOf(null) else packagesOf(rule.key)
    return apps.map {
        jsonOf(
            "verdict" to if (rule.allow) "allow" else "block",
            "app" to it,
            "host" to rule.host,
            "until" to rule.until?.let(::seconds),
        )
    }
}

private fun seconds(milliseconds: Long) = milliseconds / 1000
