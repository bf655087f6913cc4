// Which of the lists that come with the app count. The core has the trackers in groups (rust-core/catalog), each a list by a name.
package org.hushwall.policy

import org.hushwall.core.jsonOf
import org.hushwall.core.stringOrNull
import org.json.JSONObject

/** How much of Xiaomi's is stopped. */
enum class ProtectionLevel {
    OFF,

    /** What nobody misses. */
    STANDARD,

    /** Also where something stops working. */
    STRICT,
}

/**
 * What counts of the built-in lists.
 *
 * @property makers trackers of other makers of phones.
 * @property kits those of everybody else, most of them inside apps.
 * @property pages trackers on pages: EasyPrivacy.
 */
data class BuiltIn(
    val xiaomi: ProtectionLevel = ProtectionLevel.STANDARD,
    val makers: Boolean = true,
    val kits: Boolean = true,
    val pages: Boolean = true,
) {
    /** As the file has it; null where all is at its default. */
    internal fun toJson(): JSONObject? = jsonOf(
        "xiaomi" to xiaomi.name.lowercase().takeIf { xiaomi != ProtectionLevel.STANDARD },
        "makers" to false.takeUnless { makers },
        "kits" to false.takeUnless { kits },
        "pages" to false.takeUnless { pages },
    ).takeIf { it.length() > 0 }

    /** The lists of the core's document. Groups stand in the place of all trackers, so that each stopped connection tells its group. */
    internal fun documentLists(): List<JSONObject> = listOfNotNull(
        off(ALL),
        on(XIAOMI).takeIf { xiaomi != ProtectionLevel.OFF },
        on(XIAOMI_STRICT).takeIf { xiaomi == ProtectionLevel.STRICT },
        on(MAKERS).takeIf { makers },
        on(KITS).takeIf { kits },
        off(PAGES).takeUnless { pages },
    )

    private fun on(name: String) = jsonOf("name" to name)

    private fun off(name: String) = jsonOf("name" to name, "enabled" to false)

    companion object {
        /** All trackers in one list, and all of which the strict level is made. */
        const val ALL = "built-in trackers"
        const val ALL_STRICT = "built-in strict"
        const val XIAOMI = "built-in xiaomi"
        const val XIAOMI_STRICT = "built-in xiaomi strict"
        const val MAKERS = "built-in makers"
        const val KITS = "built-in kits"
        const val PAGES = "EasyPrivacy"

        /** What no list stops. */
        const val NEVER = "built-in never"

        /** @throws IllegalArgumentException a level that there is not. */
        internal fun read(json: JSONObject?): BuiltIn {
            if (json == null) return BuiltIn()
            val level = json.stringOrNull("xiaomi")?.let { ProtectionLevel.valueOf(it.uppercase()) }
            return BuiltIn(
                level ?: ProtectionLevel.STANDARD,
                json.optBoolean("makers", true),
                json.optBoolean("kits", true),
                json.optBoolean("pages", true),
            )
        }
    }
}
