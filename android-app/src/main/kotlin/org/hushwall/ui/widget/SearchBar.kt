// Takes the place of the top bar while the user searches.
package org.hushwall.ui.widget

import android.content.Context
import android.text.Editable
import android.text.InputType
import android.text.TextWatcher
import android.view.Gravity
import android.view.inputmethod.EditorInfo
import android.view.inputmethod.InputMethodManager
import android.widget.EditText
import android.widget.LinearLayout
import org.hushwall.R
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.addRest
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.style

internal class SearchBar(context: Context, hint: Int, onText: (String) -> Unit) : LinearLayout(context), TextWatcher {
    private val input = EditText(context)
    private val tell = onText

    var onClose: () -> Unit = {}

    var isOpen = false
        private set

    /** What is searched for; empty while closed. */
    val text: String get() = if (isOpen) input.text.toString().trim() else ""

    init {
        gravity = Gravity.CENTER_VERTICAL
        minimumHeight = context.dp(64)
        pad(4, 8, 8, 8)
        add(iconButton(context, R.drawable.ic_back, R.string.close_search) { onClose() }, width = WRAP)
        input.style(Type.BODY, R.color.ink)
        input.setHintTextColor(context.getColor(R.color.ink3))
        input.setHint(hint)
        input.background = null
        input.setSingleLine()
        input.minHeight = context.dp(TARGET)
        input.inputType = InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_FLAG_NO_SUGGESTIONS
        input.imeOptions = EditorInfo.IME_ACTION_SEARCH or EditorInfo.IME_FLAG_NO_EXTRACT_UI
        input.addTextChangedListener(this)
        addRest(input)
        add(iconButton(context, R.drawable.ic_close, R.string.clear) { input.setText("") }, width = WRAP)
        showIf(false)
    }

    fun open(open: Boolean) {
        isOpen = open
        showIf(open)
        val keyboard = context.getSystemService(InputMethodManager::class.java)
        if (open) {
            input.requestFocus()
            keyboard?.showSoftInput(input, 0)
        } else {
            input.setText("")
            keyboard?.hideSoftInputFromWindow(windowToken, 0)
        }
    }

    override fun beforeTextChanged(text: CharSequence?, start: Int, count: Int, after: Int) = Unit
    override fun onTextChanged(text: CharSequence?, start: Int, before: Int, count: Int) = Unit
    override fun afterTextChanged(text: Editable?) = tell(this.text)
}
