// Light or dark, as the user chose, or as the phone is. Kept on this phone alone; every screen is drawn by it.
package org.hushwall.ui.kit

import android.content.Context
import android.content.res.Configuration

internal enum class Theme {
    AS_PHONE,
    LIGHT,
    DARK,
    ;

    /** [base], seen in this theme. */
    fun on(base: Context): Context {
        val night = when (this) {
            AS_PHONE -> return base
            LIGHT -> Configuration.UI_MODE_NIGHT_NO
            DARK -> Configuration.UI_MODE_NIGHT_YES
        }
        // What is left undefined stays as the phone has it, the size of fonts too.
        val other = Configuration()
        other.fontScale = 0f
        other.uiMode = base.resources.configuration.uiMode and Configuration.UI_MODE_NIGHT_MASK.inv() or night
        return base.createConfigurationContext(other)
    }

    companion object {
        private const val NAME = "theme"

        fun chosen(context: Context): Theme {
            val name = memory(context).getString(NAME, null)
            return values().firstOrNull { it.name == name } ?: AS_PHONE
        }

        fun choose(context: Context, theme: Theme) = memory(context).edit().putString(NAME, theme.name).apply()

        private fun memory(context: Context) = context.applicationContext.getSharedPreferences("look", Context.MODE_PRIVATE)
    }
}
