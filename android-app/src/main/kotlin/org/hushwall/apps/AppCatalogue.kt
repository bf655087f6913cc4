package org.hushwall.apps

import android.graphics.drawable.Drawable

/**
 * Who a connection can belong to: all that runs under one user id.
 *
 * @property key its packages, sorted and joined by commas; for the system's own users their name. Rules are kept under it.
 * @property label what to call it; for a shared user id the label of its first package.
 * @property isSystem part of the phone's own software.
 * @property usesInternet a package of it asks for the permission INTERNET.
 * @property installedAt Unix milliseconds of the first installation; null for the system's own users.
 */
data class AppInfo(
    val uid: Int,
    val key: String,
    val label: String,
    val packages: List<String>,
    val isSystem: Boolean,
    val usesInternet: Boolean,
    val installedAt: Long?,
)

/** The installed apps by user id. */
interface AppCatalogue {
    /** Everything known, sorted by label as the user's language sorts. */
    fun all(): List<AppInfo>

    fun byUid(uid: Int): AppInfo?

    fun byKey(key: String): AppInfo?

    /** The icon, [px] wide and high; null where there is none. Reads from disk: call it off the main thread. */
    fun icon(app: AppInfo, px: Int): Drawable?

    /** Calls [listener] on the main thread whenever an app came, went or changed, until closed. */
    fun listen(listener: () -> Unit): AutoCloseable
}
