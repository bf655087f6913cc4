// Reading org.json with what is absent told as null, which its own opt functions do not.
package org.hushwall.core

import org.json.JSONArray
import org.json.JSONObject

internal fun JSONObject.stringOrNull(name: String): String? = if (isNull(name)) null else getString(name)

internal fun JSONObject.longOrNull(name: String): Long? = if (isNull(name)) null else getLong(name)

internal fun JSONObject.intOrNull(name: String): Int? = if (isNull(name)) null else getInt(name)

internal fun JSONObject.objectOrNull(name: String): JSONObject? = if (isNull(name)) null else getJSONObject(name)

/** The objects of the array [name]; none where it is absent. */
internal fun JSONObject.objects(name: String): List<JSONObject> = optJSONArray(name)?.objects().orEmpty()

/** The texts of the array [name]; none where it is absent. */
internal fun JSONObject.strings(name: String): List<String> {
    val texts = optJSONArray(name) ?: return emptyList()
    return List(texts.length()) { texts.getString(it) }
}

internal fun JSONArray.objects(): List<JSONObject> = List(length()) { getJSONObject(it) }

/** As [JSONObject.put], leaving out what is null. */
internal fun jsonOf(vararg fields: Pair<String, Any?>): JSONObject {
    val json = JSONObject()
    for ((name, value) in fields) if (value != null) json.put(name, value)
    return json
}
