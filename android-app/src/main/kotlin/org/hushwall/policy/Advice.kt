// "Recommended for this phone". Which protections fit, which of them are on, and what switching all on or off comes to is the
// core's to say; the lists that it tells are kept as they came.
package org.hushwall.policy

import org.hushwall.log.Known
import org.json.JSONObject

/** A list that stands for one protection, in the core's words (docs/policy.md). */
data class AdvisedList(val name: String, private val text: String) {
    fun json() = JSONObject(text)

    companion object {
        /** @throws org.json.JSONException it has no name. */
        fun of(json: JSONObject) = AdvisedList(json.getString("name"), json.toString())
    }
}

/**
 * One protection.
 *
 * @property title the company and its product, "Xiaomi: OneTrack".
 * @property known what it stops, and what may break.
 * @property packages of the installed apps that send there.
 * @property isFromStart it is on in a Hushwall that nobody changed.
 * @property isOn it is on by the present choices.
 * @property isRecommended nothing stops working with it; what else there is costs something.
 * @property list what switches it on; null where nothing is needed for that.
 */
data class Protection(
    val title: String,
    val known: Known,
    val packages: List<String>,
    val isFromStart: Boolean,
    val isOn: Boolean,
    val isRecommended: Boolean,
    val list: AdvisedList?,
)

/** Each function asks the core, so none belongs on the main thread, and throws [org.hushwall.core.CoreException]. */
interface Advice {
    /** The protections for the apps of this phone, the recommended first. */
    fun protections(): List<Protection>

    /** What [UserPolicy.switchOn] needs to have all that is recommended on. */
    fun toFollow(): List<AdvisedList>

    /** What [UserPolicy.switchOff] needs to have no protection on but those from the start. */
    fun toUndo(): List<String>
}
