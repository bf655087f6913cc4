package org.hushwall.policy

import org.hushwall.core.jsonOf
import org.hushwall.core.longOrNull
import org.hushwall.core.objectOrNull
import org.hushwall.core.objects
import org.hushwall.core.stringOrNull
import org.json.JSONArray
import org.json.JSONObject

/** What the user has chosen, as a value. The file has exactly this; what is at its default is left out. */
data class Choices(
    val modes: Map<String, AppMode> = emptyMap(),
    val networks: Map<String, NetworkUse> = emptyMap(),
    val rules: List<UserRule> = emptyList(),
    val lanInside: Boolean = false,
    val pauses: Map<String, Long> = emptyMap(),
    val advised: List<AdvisedList> = emptyList(),
    val builtIn: BuiltIn = BuiltIn(),
) {
    internal fun toJson(): JSONObject {
        val apps = JSONObject()
        for (key in (modes.keys + networks.keys + pauses.keys).sorted()) {
            val use = networks[key] ?: NetworkUse()
            apps.put(
                key,
                jsonOf(
                    "mode" to modes[key]?.name?.lowercase(),
                    "wifi" to false.takeUnless { use.wifi },
                    "mobile" to false.takeUnless { use.mobile },
                    "only_screen_on" to true.takeIf { use.onlyScreenOn },
                    "paused_until" to pauses[key],
                ),
            )
        }
        return jsonOf(
            "version" to VERSION,
            "apps" to apps,
            "rules" to JSONArray(rules.map { it.toJson() }),
            "lan_inside" to true.takeIf { lanInside },
            "advised" to advised.ifEmpty { null }?.let { lists -> JSONArray(lists.map(AdvisedList::json)) },
            "built_in" to builtIn.toJson(),
        )
    }

    internal companion object {
        /** The version of the file. A newer one is left alone. */
        const val VERSION = 1

        /**
         * Reads the file's object of this version.
         *
         * @throws org.json.JSONException something is missing or of another kind.
         * @throws IllegalArgumentException a mode that there is not.
         */
        fun read(json: JSONObject): Choices {
            val modes = HashMap<String, AppMode>()
            val networks = HashMap<String, NetworkUse>()
            val pauses = HashMap<String, Long>()
            val apps = json.getJSONObject("apps")
            for (key in apps.keys()) {
                val app = apps.getJSONObject(key)
                app.stringOrNull("mode")?.let { modes[key] = AppMode.valueOf(it.uppercase()) }
                val use = NetworkUse(app.optBoolean("wifi", true), app.optBoolean("mobile", true), app.optBoolean("only_screen_on"))
                if (use != NetworkUse()) networks[key] = use
                app.longOrNull("paused_until")?.let { pauses[key] = it }
            }
            val rules = json.objects("rules").map(UserRule::read)
            val advised = json.objects("advised").map(AdvisedList::of)
            val builtIn = BuiltIn.read(json.objectOrNull("built_in"))
            return Choices(modes, networks, rules, json.optBoolean("lan_inside"), pauses, advised, builtIn)
        }
    }
}
