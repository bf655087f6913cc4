package org.hushwall.lists

import java.io.IOException

/** Why no text came. [word] is kept with the list, and the screens have a sentence for it. */
enum class FetchFault(val word: String) {
    /** The address is none, or it or a redirection does not begin with https://. */
    NOT_HTTPS("not-https"),
    NO_SERVER("no-server"),
    TOO_SLOW("too-slow"),

    /** Nobody whom the phone trusts says that this is the server. */
    NOT_SAFE("not-safe"),

    /** The server has something else to say. */
    NO_LIST("no-list"),
    TOO_LARGE("too-large"),

    /** The connection ended before the text did. */
    NOT_WHOLE("not-whole"),
}

class FetchException(val fault: FetchFault, cause: Throwable? = null) : IOException(fault.word, cause)

/** Where the texts of lists come from. */
fun interface ListSource {
    /**
     * The text at this address; null: it is still the one that [known] marks. The file is the caller's to delete. Blocks for minutes.
     *
     * @throws FetchException there is none.
     */
    fun fetch(url: String, known: TextMark?): ListText?
}
