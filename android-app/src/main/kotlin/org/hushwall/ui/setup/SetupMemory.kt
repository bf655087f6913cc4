// What the user said or did while setting up. Only words of the user: what the phone tells is asked afresh each time.
package org.hushwall.ui.setup

import android.content.Context

internal class SetupMemory(context: Context) {
    private val memory = context.getSharedPreferences("setup", Context.MODE_PRIVATE)

    var isFirstRunDone: Boolean
        get() = memory.getBoolean("done", false)
        set(value) = memory.edit().putBoolean("done", value).apply()

    var saidAutostart: Boolean
        get() = memory.getBoolean("autostart", false)
        set(value) = memory.edit().putBoolean("autostart", value).apply()

    var saidLocked: Boolean
        get() = memory.getBoolean("locked", false)
        set(value) = memory.edit().putBoolean("locked", value).apply()

    var wasBatteryFree: Boolean
        get() = memory.getBoolean("battery", false)
        set(value) = memory.edit().putBoolean("battery", value).apply()

    /** "Recommended for this phone" was opened, from wherever. */
    var sawAdvice: Boolean
        get() = memory.getBoolean("advice", false)
        set(value) = memory.edit().putBoolean("advice", value).apply()
}
