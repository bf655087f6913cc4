package org.hushwall.policy

import java.util.Locale
import org.hushwall.core.jsonOf
import org.hushwall.core.longOrNull
import org.hushwall.core.objectOrNull
import org.hushwall.core.stringOrNull
import org.json.JSONArray
import org.json.JSONObject

/**
 * A rule of the user's. What is null is not asked for: without [host] and [country] it is about everything.
 *
 * @property id names it in [UserPolicy.removeRule].
 * @property key the app's key; null for all apps.
 * @property host it and all names below it.
 * @property country two letters.
 * @property until its end in Unix milliseconds; null for none.
 * @property isOn off: it is kept and says nothing.
 */
data class UserRule(
    val id: String,
    val key: String?,
    val allow: Boolean,
    val host: String? = null,
    val country: String? = null,
    val time: RuleTime = RuleTime(),
    val until: Long? = null,
    val isOn: Boolean = true,
) {
    /** As the file of choices has it. */
    internal fun toJson(): JSONObject = jsonOf(
        "id" to id,
        "app" to key,
        "host" to host,
        "country" to country,
        "allow" to allow,
        "when" to time.toJson(),
        "until" to until,
        "off" to true.takeUnless { isOn },
    )

    internal companion object {
        /**
         * What [toJson] made.
         *
         * @throws org.json.JSONException something is missing or of another kind.
         * @throws IllegalArgumentException a network or a time that there is not.
         */
        fun read(json: JSONObject) = UserRule(
            id = json.getString("id"),
            key = json.stringOrNull("app"),
            allow = json.getBoolean("allow"),
            host = json.stringOrNull("host"),
            country = json.stringOrNull("country"),
            time = RuleTime.read(json),
            until = json.longOrNull("until"),
            isOn = !json.optBoolean("off"),
        )
    }
}

/** The network that a rule asks for. */
enum class RuleNetwork(internal val kinds: List<String>) {
    /** Or a cable, as the switches of an app have it. */
    WIFI(listOf("wifi", "ethernet")),
    MOBILE(listOf("mobile")),
}

/** When a rule speaks; as it stands here, always. [hours] may end on the next day. */
data class RuleTime(
    val network: RuleNetwork? = null,
    val roaming: Boolean = false,
    val screenOff: Boolean = false,
    val hours: Hours? = null,
) {
    /** From the first minute of the day up to, without, the last. */
    data class Hours(val from: Int, val to: Int) {
        override fun toString() = clock(from) + "-" + clock(to)

        companion object {
            /** Of "22:00-06:00". */
            internal fun of(text: String): Hours {
                val times = text.split('-').map { it.substringBefore(':').toInt() * HOUR + it.substringAfter(':').toInt() }
                require(times.size == 2 && times.all { it in 0 until DAY }) { "not a span of time: $text" }
                return Hours(times[0], times[1])
            }
        }
    }

    /** As the core's document and the file have it; null for always. */
    internal fun toJson(): JSONObject? = jsonOf(
        "networks" to network?.let { JSONArray(it.kinds) },
        "roaming" to true.takeIf { roaming },
        "screen" to "off".takeIf { screenOff },
        "time" to hours?.toString(),
    ).takeIf { it.length() > 0 }

    internal companion object {
        private const val HOUR = 60
        private const val DAY = 24 * HOUR

        private fun clock(minute: Int) = "%02d:%02d".format(Locale.ROOT, minute / HOUR, minute % HOUR)

        /** What [toJson] made. */
        fun read(rule: JSONObject): RuleTime {
            val json = rule.objectOrNull("when") ?: return RuleTime()
            val network = json.optJSONArray("networks")?.getString(0)
            return RuleTime(
                network?.let { kind -> requireNotNull(RuleNetwork.values().find { kind in it.kinds }) { "no network: $kind" } },
                json.optBoolean("roaming"),
                json.stringOrNull("screen") == "off",
                json.stringOrNull("time")?.let(Hours::of),
            )
        }
    }
}
