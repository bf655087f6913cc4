package org.hushwall.core

/** What the core says when it does not do what was asked. The native library makes it by this name and constructor. */
class CoreException(val code: String, message: String) : Exception(message) {
    companion object {
        /** The handle is stale: the core was closed. */
        const val CLOSED = "closed"

        /** The log's database cannot be used. */
        const val LOG = "log"

        /** The database is of a newer version; it is left as it is and nothing is logged. */
        const val LOG_VERSION = "log-version"
        const val STORAGE_FULL = "storage-full"

        /** No list can be called so, or one is called so already. */
        const val LIST_NAME = "list-name"
        const val NOT_RUNNING = "not-running"

        /** Ours alone: there is no library for this phone, or one of another version. */
        const val NO_LIBRARY = "no-library"
    }
}
