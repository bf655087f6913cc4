package org.hushwall.lists

import java.io.File
import java.io.IOException
import java.io.InputStream
import java.io.OutputStream

/**
 * Adds and updates lists: brings the text, hands it to the core, and leaves no file behind. Each call blocks, from the web for minutes.
 *
 * @param folder for texts on their way.
 */
internal class ListOrders(private val lists: BlockLists, private val source: ListSource, private val folder: File) {
    /** @throws org.hushwall.core.CoreException no list can be called so, or it cannot be kept. */
    fun addFromWeb(list: NewList): ListOutcome {
        val text = try {
            source.fetch(checkNotNull(list.url), null)
        } catch (e: FetchException) {
            return NOTHING.copy(trouble = trouble(e))
        }
        return checkNotNull(text) { "nobody asked whether there is another" }.use { lists.add(list, it) }
    }

    /** The text is what [open] opens. Otherwise as [addFromWeb]. */
    fun addFromFile(name: String, open: () -> InputStream): ListOutcome = bring(open).use { lists.add(NewList(name, url = null), it) }

    /** Fetches [list] again. What goes wrong is noted with it, and its text stays. */
    fun update(list: BlockList, acceptShrunken: Boolean): ListOutcome {
        val kept = checkNotNull(list.kept)
        val text = try {
            source.fetch(checkNotNull(kept.url), kept.mark)
        } catch (e: FetchException) {
            return lists.noteUpdate(list.name, e.fault.word)
        }
        return text?.use { lists.update(list.name, it, acceptShrunken) } ?: lists.noteUpdate(list.name, null)
    }

    private fun bring(open: () -> InputStream): ListText {
        folder.mkdirs()
        val file = File.createTempFile("list", null, folder)
        try {
            open().use { from -> file.outputStream().use { copy(from, it) } }
        } catch (e: IOException) {
            file.delete()
            throw e
        }
        return ListText(file)
    }

    /** What is larger than a list may be is copied no further than needed for the core to say so. */
    private fun copy(from: InputStream, to: OutputStream) {
        val piece = ByteArray(PIECE)
        var length = 0L
        while (length <= MOST_BYTES) {
            val read = from.read(piece)
            if (read < 0) return
            to.write(piece, 0, read)
            length += read
        }
    }

    private fun trouble(e: FetchException) = ListTrouble("not-fetched", message = e.fault.word)

    private fun ListText.use(take: (ListText) -> ListOutcome): ListOutcome = try {
        take(this)
    } finally {
        file.delete()
    }

    private companion object {
        const val MOST_BYTES = 64L * 1024 * 1024
        const val PIECE = 64 * 1024
        val NOTHING = ListOutcome(false, 0, 0, "", 0, 0, null)
    }
}
