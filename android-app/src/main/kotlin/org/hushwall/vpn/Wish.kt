package org.hushwall.vpn

import android.content.Context

/** Whether the user wants protection, kept where it can be read before the first unlock. It says nothing of whether there is any. */
internal class Wish(context: Context) {
    private val settings = context.createDeviceProtectedStorageContext().getSharedPreferences("wish", Context.MODE_PRIVATE)

    var on: Boolean
        get() = settings.getBoolean("on", false)
        set(value) = settings.edit().putBoolean("on", value).apply()
}
