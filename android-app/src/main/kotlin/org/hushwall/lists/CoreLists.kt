package org.hushwall.lists

import org.hushwall.core.Core
import org.hushwall.core.ListMessages
import org.hushwall.core.jsonOf
import org.hushwall.policy.BuiltIn
import org.json.JSONObject

/**
 * The lists as the core has them.
 *
 * @param document the policy document of the user's choices, which a core that does not run need not know yet.
 */
internal class CoreLists(private val core: Core, private val document: () -> JSONObject) : BlockLists {
    override fun all(since: Long) = ListMessages.lists(core.query("lists", "since" to since))

    override fun rows(name: String) = ListMessages.rows(core.query("list-rows", "name" to name))

    /** Where the app has groups, the lists that have them all say nothing more. */
    override fun lookup(host: String): Looked {
        val looked = ListMessages.looked(core.query("lookup", "host" to host, "document" to document()))
        return looked.copy(entries = looked.entries.filter { it.list != BuiltIn.ALL && it.list != BuiltIn.ALL_STRICT })
    }

    override fun wellKnown() = ListMessages.wellKnown(core.query("known-lists"))

    override fun reading(name: String) = ListMessages.reading(core.query("list-read", "name" to name))

    override fun add(list: NewList, text: ListText) = ListMessages.outcome(
        core.command(
            "add-list",
            "name" to list.name,
            "url" to list.url,
            "text" to message(text),
            "licence" to list.licence,
            "include_subdomains" to list.includesSubdomains,
        ),
    )

    override fun update(name: String, text: ListText, acceptShrunken: Boolean) = ListMessages.outcome(
        core.command("update-list", "name" to name, "text" to message(text), "accept_shrunken" to acceptShrunken),
    )

    override fun noteUpdate(name: String, failure: String?) =
        ListMessages.outcome(core.command("update-list", "name" to name, "failure" to failure))

    override fun setOn(name: String, on: Boolean) {
        core.command("set-list", "name" to name, "on" to on)
    }

    override fun setIncludesSubdomains(name: String, includes: Boolean) {
        core.command("set-list", "name" to name, "include_subdomains" to includes)
    }

    override fun remove(name: String) {
        core.command("remove-list", "name" to name)
    }

    override fun undo(name: String) {
        core.command("undo-list", "name" to name)
    }

    private fun message(text: ListText): JSONObject =
        jsonOf("path" to text.file.path, "etag" to text.mark.etag, "last_modified" to text.mark.lastModified)
}
