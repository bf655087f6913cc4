// One of many, found by typing a part of its name.
package org.hushwall.ui.rules

import android.content.Context
import android.text.Editable
import android.text.TextWatcher
import android.widget.EditText
import android.widget.LinearLayout
import java.text.Collator
import java.util.Locale
import org.hushwall.R
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.column
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.showIf
import org.hushwall.ui.kit.style
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.words.locale

internal class PickSheet(context: Context, title: CharSequence, hint: Int, private val choices: List<Choice>) {
    class Choice(val name: String, val isPresent: Boolean, val onChoose: () -> Unit)

    private val sheet = Sheet(context, title)
    private val found: LinearLayout = column(context)
    private val more = text(context, Type.SMALL, R.color.ink2, context.getString(R.string.type_for_more))

    init {
        val field = field(context, hint)
        field.addTextChangedListener(OnText(::fill))
        sheet.body.add(field, start = 24, end = 24, bottom = 8)
        sheet.body.add(found)
        sheet.body.add(more, start = 24, end = 24, top = 8)
        fill("")
    }

    fun show() = sheet.show()

    private fun fill(typed: String) {
        val fitting = choices.filter { it.name.contains(typed.trim(), ignoreCase = true) }
        // The present choice first: it is what one looks for.
        val shown = fitting.sortedByDescending { it.isPresent }.take(SHOWN)
        found.removeAllViews()
        for (choice in shown) sheet.choice(0, choice.name, null, choice.isPresent, into = found, onChoose = choice.onChoose)
        more.showIf(fitting.size > SHOWN)
    }

    private companion object {
        /** More would not be read, and take long to draw. */
        const val SHOWN = 40
    }
}

/** A line to type in. */
internal fun field(context: Context, hint: Int): EditText = EditText(context).apply {
    style(Type.BODY, R.color.ink)
    setHintTextColor(context.getColor(R.color.ink3))
    setHint(hint)
    background = shape(context, R.color.surface, 16, R.color.outline)
    setSingleLine()
    minHeight = context.dp(48)
    setPaddingRelative(context.dp(16), context.dp(8), context.dp(16), context.dp(8))
    inputType = android.text.InputType.TYPE_CLASS_TEXT or android.text.InputType.TYPE_TEXT_FLAG_NO_SUGGESTIONS
}

/** Tells what was typed. */
internal class OnText(private val tell: (String) -> Unit) : TextWatcher {
    override fun beforeTextChanged(text: CharSequence?, start: Int, count: Int, after: Int) = Unit
    override fun onTextChanged(text: CharSequence?, start: Int, before: Int, count: Int) = Unit
    override fun afterTextChanged(text: Editable?) = tell(text.toString())
}

internal object Countries {
    /** Each country's two letters and its name, sorted as the user's language sorts. */
    fun all(context: Context): List<Pair<String, String>> {
        val locale = context.locale
        val names = Locale.getISOCountries().map { it to Locale("", it).getDisplayCountry(locale) }
        return names.sortedWith(compareBy(Collator.getInstance(locale)) { it.second })
    }
}
