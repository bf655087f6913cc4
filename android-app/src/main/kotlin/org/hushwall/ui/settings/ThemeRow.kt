// The row of Settings about light and dark.
package org.hushwall.ui.settings

import org.hushwall.R
import org.hushwall.ui.kit.Theme
import org.hushwall.ui.widget.Sheet

internal class ThemeRow(private val screen: SettingsActivity) {
    fun content() = SettingsRow.Content(R.string.theme, screen.getString(word(Theme.chosen(screen)))) { choose() }

    private fun choose() {
        val sheet = Sheet(screen, screen.getString(R.string.theme))
        for (theme in Theme.values()) {
            sheet.choice(0, screen.getString(word(theme)), null, theme == Theme.chosen(screen)) {
                Theme.choose(screen, theme)
                screen.recreate()
            }
        }
        sheet.show()
    }

    private fun word(theme: Theme) = when (theme) {
        Theme.AS_PHONE -> R.string.theme_as_phone
        Theme.LIGHT -> R.string.theme_light
        Theme.DARK -> R.string.theme_dark
    }
}
