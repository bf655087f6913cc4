// Adding a list: from a file, from the web, or one of those that many people use. Nothing is fetched before it is asked for here.
package org.hushwall.ui.lists

import android.content.ActivityNotFoundException
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.provider.OpenableColumns
import android.text.InputType
import android.view.View
import android.widget.EditText
import java.io.IOException
import java.util.Locale
import org.hushwall.R
import org.hushwall.lists.KnownList
import org.hushwall.lists.ListOutcome
import org.hushwall.lists.NewList
import org.hushwall.ui.kit.Compat
import org.hushwall.ui.kit.TARGET
import org.hushwall.ui.kit.Type
import org.hushwall.ui.kit.WRAP
import org.hushwall.ui.kit.Work
import org.hushwall.ui.kit.add
import org.hushwall.ui.kit.card
import org.hushwall.ui.kit.dp
import org.hushwall.ui.kit.pad
import org.hushwall.ui.kit.shape
import org.hushwall.ui.kit.style
import org.hushwall.ui.kit.text
import org.hushwall.ui.widget.PageScreen
import org.hushwall.ui.widget.Sheet
import org.hushwall.ui.widget.Weight
import org.hushwall.ui.widget.WordButton
import org.hushwall.ui.words.Words

internal class AddListActivity : PageScreen() {
    private val words by lazy { Words(this) }
    private var progress: Sheet? = null

    override fun onCreate(saved: Bundle?) {
        super.onCreate(saved)
        showPage(getString(R.string.lists_add))
        val file = LineWords(R.drawable.ic_rule, getString(R.string.lists_from_file), listOf(getString(R.string.lists_from_file_line)))
        page.add(ListLine(this, file, isFirst = true, isLast = true).leads { askForFile() })
        heading(R.string.lists_from_web)
        page.add(web())
        heading(R.string.lists_well_known)
        questions.ask(Work.data, { hushwall.lists.wellKnown() }, {}) { known ->
            known.forEachIndexed { i, list -> page.add(row(list, i == 0, i == known.size - 1)) }
        }
    }

    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        val uri = data?.data
        if (request == FILE && result == RESULT_OK && uri != null) addFile(uri)
    }

    private fun web(): View {
        val card = card(this)
        card.add(text(this, Type.SMALL, R.color.ink2, getString(R.string.lists_from_web_line)), bottom = 8)
        val address = card.add(field(R.string.lists_address, InputType.TYPE_TEXT_VARIATION_URI), bottom = 8)
        val name = card.add(field(R.string.lists_name, InputType.TYPE_TEXT_FLAG_CAP_SENTENCES), bottom = 12)
        val button = WordButton(this, Weight.TONAL, getString(R.string.lists_fetch_and_add)) {
            val url = address.text.toString().trim()
            addFromWeb(NewList(name.text.toString().trim().ifEmpty { nameOf(url) }, url))
        }
        card.add(button, width = WRAP)
        return card
    }

    private fun field(hint: Int, kind: Int) = EditText(this).apply {
        style(Type.BODY, R.color.ink)
        setHintTextColor(getColor(R.color.ink3))
        setHint(hint)
        setSingleLine()
        inputType = InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_FLAG_NO_SUGGESTIONS or kind
        minHeight = dp(TARGET)
        background = shape(this@AddListActivity, 0, 16, R.color.outline)
        pad(16, 8)
    }

    private fun row(list: KnownList, isFirst: Boolean, isLast: Boolean): View {
        val said = LineWords(R.drawable.ic_rule, words.name(list.title), listOf(words.isolate(list.blocks)))
        return ListLine(this, said, isFirst, isLast).leads { offer(list) }
    }

    /** What it stops, what breaks and its licence, before it is fetched. */
    private fun offer(list: KnownList) {
        val sheet = Sheet(this, words.name(list.title))
        for (sentence in listOf(list.blocks, list.breaks)) {
            val title = if (sentence === list.blocks) R.string.lists_blocks else R.string.lists_breaks
            sheet.body.add(text(this, Type.LABEL, R.color.ink3, getString(title)), start = 24, end = 24)
            // The makers' words, put short: English in every language.
            val line = text(this, Type.BODY, text = sentence).apply {
                textLocale = Locale.ENGLISH
                textDirection = View.TEXT_DIRECTION_LTR
            }
            sheet.body.add(line, start = 24, end = 24, bottom = 8)
        }
        sheet.note(getString(R.string.lists_licence_is, words.isolate(list.licence)))
        sheet.note(words.isolate(list.url))
        sheet.choice(R.drawable.ic_plus, getString(R.string.lists_fetch_and_add), getString(R.string.lists_fetch_line, hostOf(list.url))) {
            addFromWeb(NewList(list.name, list.url, list.licence, list.includesSubdomains))
        }
        sheet.show()
    }

    private fun addFromWeb(list: NewList) {
        val url = list.url.orEmpty()
        if (!url.startsWith("https://", ignoreCase = true)) return tell(getString(R.string.lists_fetch_not_https))
        wait(getString(R.string.lists_fetching, hostOf(url)))
        val secure = list.copy(url = "https://" + url.substring("https://".length))
        questions.ask(Work.fetches, { hushwall.listOrders.addFromWeb(secure) }, { notAdded(list.name) }) { added(list.name, it) }
    }

    private fun askForFile() {
        val intent = Intent(Intent.ACTION_OPEN_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType("*/*")
        try {
            @Suppress("DEPRECATION") // The newer way of results is not part of the platform.
            startActivityForResult(intent, FILE)
        } catch (_: ActivityNotFoundException) {
            tell(getString(R.string.lists_no_picker))
        }
    }

    private fun addFile(uri: Uri) {
        wait(getString(R.string.lists_reading))
        val name = fileName(uri)
        val open = { contentResolver.openInputStream(uri) ?: throw IOException("the provider gives no file") }
        questions.ask(Work.fetches, { hushwall.listOrders.addFromFile(name, open) }, { notAdded(name) }) { added(name, it) }
    }

    private fun fileName(uri: Uri): String {
        val shown = contentResolver.query(uri, arrayOf(OpenableColumns.DISPLAY_NAME), null, null, null)?.use {
            if (it.moveToFirst()) it.getString(0) else null
        }
        return nameOf(shown ?: uri.lastPathSegment.orEmpty())
    }

    /** The last part without its ending: "ads" of "https://lists.example/ads.txt". */
    private fun nameOf(path: String): String {
        val last = path.substringBefore('?').trimEnd('/').substringAfterLast('/')
        return last.substringBeforeLast('.').ifEmpty { last }.ifEmpty { getString(R.string.lists_unnamed) }
    }

    private fun hostOf(url: String): String = words.isolate(Uri.parse(url).host.orEmpty())

    private fun wait(sentence: String) {
        progress = Sheet(this, getString(R.string.lists_add)).apply {
            note(sentence)
            show()
        }
    }

    private fun added(name: String, outcome: ListOutcome) {
        val said = ListWords(this)
        val trouble = outcome.trouble
        if (trouble != null) return tell(getString(R.string.lists_not_added, said.trouble(trouble)))
        progress?.dismiss()
        val sheet = Sheet(this, getString(R.string.lists_added, words.name(name)))
        said.taken(outcome).forEach(sheet::note)
        sheet.choice(R.drawable.ic_check, getString(R.string.lists_done), null) { }
        sheet.setOnDismissListener { finish() }
        sheet.show()
    }

    /** The name is taken, or the storage refuses. */
    private fun notAdded(name: String) = tell(getString(R.string.lists_not_added_name, words.name(name)))

    private fun tell(sentence: String) {
        progress?.dismiss()
        Sheet(this, getString(R.string.lists_nothing_added)).apply { note(sentence) }.show()
    }

    private fun heading(words: Int) {
        Compat.heading(page.add(text(this, Type.SMALL_MEDIUM, R.color.ink2, getString(words)).pad(4, 16, 4, 8)))
    }

    private companion object {
        const val FILE = 1
    }
}
