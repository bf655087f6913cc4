package org.hushwall.log

import java.io.File

/** The file of the log, and what lies beside it because it could not be used: damaged ones that the core put there, and newer ones. */
internal class LogFiles(private val file: File) {
    /** Puts the log beside, with what SQLite keeps next to it. The core must be closed. False: the storage refuses. */
    fun setAside(now: Long): Boolean {
        val aside = file.path + ".newer-" + now
        // The file itself goes last: a kill in between leaves a log that is found again.
        return listOf("-wal", "-shm", "").all {
            val part = File(file.path + it)
            !part.exists() || part.renameTo(File(aside + it))
        }
    }

    fun deleteAside() {
        file.parentFile?.listFiles { other -> ASIDE.any { other.name.startsWith(file.name + it) } }.orEmpty().forEach { it.delete() }
    }

    private companion object {
        val ASIDE = listOf(".corrupt-", ".newer-")
    }
}
