// What the user reads: plain words, in every language the same texts with the same gaps to fill.
package org.hushwall.ui

import java.io.File
import javax.xml.parsers.DocumentBuilderFactory
import org.junit.Assert.assertEquals
import org.junit.Test
import org.w3c.dom.Element

class WordsTest {
    @Test
    fun noTechnicalNameStandsInANormalText() {
        val normal = texts("values").filterKeys { !it.startsWith("tech_") }
        val found = normal.filterValues { BANNED.containsMatchIn(it.replace("Private DNS", "")) }
        assertEquals(emptyMap<String, String>(), found)
    }

    @Test
    fun everyTextIsThereInEveryLanguageWithTheSameGaps() {
        val english = texts("values", onlyTranslated = true)
        for (language in listOf("values-de", "values-ar")) {
            val other = texts(language)
            assertEquals(language, english.keys, other.keys)
            for ((name, text) in english) assertEquals("$language: $name", gaps(text), gaps(other.getValue(name)))
        }
    }

    private fun gaps(text: String): Set<String> = GAP.findAll(text).map { it.value }.toSet()

    /** Every text by its name; of a plural the form that every language has. */
    private fun texts(folder: String, onlyTranslated: Boolean = false): Map<String, String> {
        val files = checkNotNull(File("src/main/res", folder).listFiles()) { "no $folder here" }
        val strings = files.filter { it.name.startsWith("strings") || it.name == "shell.xml" }.flatMap { file ->
            val root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file).documentElement
            (0 until root.childNodes.length).mapNotNull { root.childNodes.item(it) as? Element }
        }
        val chosen = strings.filter { !onlyTranslated || it.getAttribute("translatable") != "false" }
        return chosen.associate { it.getAttribute("name") to words(it) }
    }

    private fun words(element: Element): String {
        val items = element.getElementsByTagName("item")
        val other = (0 until items.length).map { items.item(it) as Element }.firstOrNull { it.getAttribute("quantity") == "other" }
        return (other ?: element).textContent
    }

    private companion object {
        val BANNED = Regex(
            "\\b(SNI|DNS|QUIC|TLS|verdict|evidence|flow|packets?|UID|ASN|CNAME|payload|whitelist|blacklist)\\b",
            RegexOption.IGNORE_CASE,
        )
        val GAP = Regex("%[0-9]\\$[sd]")
    }
}
