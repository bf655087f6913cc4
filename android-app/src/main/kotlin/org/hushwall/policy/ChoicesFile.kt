package org.hushwall.policy

import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import org.json.JSONException
import org.json.JSONObject

/** The user's choices on disk. A file that cannot be used is never overwritten. */
internal class ChoicesFile(private val file: File) {
    /** What was read, and what is wrong with the file. */
    class Read(val choices: Choices, val trouble: PolicyTrouble?)

    fun read(): Read {
        val text = try {
            if (!file.exists()) return Read(Choices(), null)
            file.readText()
        } catch (_: IOException) {
            return Read(Choices(), PolicyTrouble.DAMAGED)
        }
        return try {
            val json = JSONObject(text)
            val version = json.getInt("version")
            if (version > Choices.VERSION) Read(Choices(), PolicyTrouble.NEWER_VERSION) else Read(Choices.read(json), null)
        } catch (_: JSONException) {
            Read(Choices(), PolicyTrouble.DAMAGED)
        } catch (_: IllegalArgumentException) {
            Read(Choices(), PolicyTrouble.DAMAGED)
        }
    }

    /**
     * Replaces the file in one step: after a crash or a loss of power there is the old one or the new one, whole.
     *
     * @throws IOException nothing was changed.
     */
    fun write(choices: Choices) {
        val fresh = File(file.path + ".new")
        FileOutputStream(fresh).use {
            it.write(choices.toJson().toString(1).toByteArray())
            it.fd.sync()
        }
        if (!fresh.renameTo(file)) throw IOException("cannot replace ${file.name}")
    }

    /** Puts a file that cannot be used beside, under a name that says so, to begin afresh. */
    fun setAside(now: Long) {
        val aside = File(file.path + ".unusable-$now")
        if (!file.renameTo(aside)) throw IOException("cannot rename ${file.name}")
    }
}
