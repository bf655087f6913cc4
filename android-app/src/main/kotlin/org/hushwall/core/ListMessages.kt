package org.hushwall.core

import org.hushwall.lists.BlockList
import org.hushwall.lists.IgnoredLine
import org.hushwall.lists.KeptList
import org.hushwall.lists.KnownList
import org.hushwall.lists.ListEntry
import org.hushwall.lists.ListOutcome
import org.hushwall.lists.ListReading
import org.hushwall.lists.ListRow
import org.hushwall.lists.ListTrouble
import org.hushwall.lists.Looked
import org.hushwall.lists.TextMark
import org.json.JSONObject

/** The core's answers about lists as the app's own types; see [Messages]. */
internal object ListMessages {
    fun lists(json: JSONObject): List<BlockList> = json.objects("lists").map { list ->
        BlockList(
            list.getString("name"),
            list.getLong("entries"),
            list.getBoolean("enabled"),
            list.longOrNull("hits") ?: 0,
            list.objectOrNull("kept")?.let(::kept),
        )
    }

    fun rows(json: JSONObject): List<ListRow> = json.objects("rows").map { ListRow(checkNotNull(Messages.known(it)), it.strings("hosts")) }

    fun looked(json: JSONObject) = Looked(
        json.getString("verdict") == "block",
        Messages.reason(json.getJSONObject("reason")),
        json.objects("entries").map {
            ListEntry(
                it.getString("list"),
                it.getString("entry"),
                it.getString("effect"),
                it.getBoolean("enabled"),
                it.intOrNull("line"),
            )
        },
        Messages.known(json),
    )

    fun wellKnown(json: JSONObject): List<KnownList> = json.objects("known").map {
        KnownList(
            it.getString("name"),
            it.getString("title"),
            it.getString("url"),
            it.getString("licence"),
            it.getBoolean("include_subdomains"),
            it.getString("blocks"),
            it.getString("breaks"),
        )
    }

    fun reading(json: JSONObject) = ListReading(
        json.getLong("skipped"),
        json.objects("examples").map {
            IgnoredLine(it.getInt("line"), it.getString("text"), it.getString("reason"), it.getLong("count"))
        },
        json.getLong("kept_open"),
    )

    /** What came of `add-list` or `update-list`. */
    fun outcome(json: JSONObject): ListOutcome = json.getJSONObject("list").let { list ->
        ListOutcome(
            list.getString("outcome") in CHANGES,
            list.getLong("rules"),
            list.getLong("bytes"),
            list.getString("sha256"),
            list.getLong("skipped"),
            list.getLong("kept_open"),
            list.objectOrNull("trouble")?.let(::trouble),
        )
    }

    private fun kept(json: JSONObject) = KeptList(
        json.stringOrNull("url"),
        json.getString("licence"),
        json.getBoolean("include_subdomains"),
        json.getLong("bytes"),
        json.getString("sha256"),
        json.getLong("fetched"),
        json.getLong("checked"),
        json.getBoolean("can_undo"),
        TextMark(json.stringOrNull("etag"), json.stringOrNull("last_modified")),
        json.objectOrNull("trouble")?.let(::trouble),
    )

    private fun trouble(json: JSONObject) = ListTrouble(
        json.getString("kind"),
        json.longOrNull("rules") ?: 0,
        json.longOrNull("before") ?: 0,
        json.longOrNull("limit") ?: 0,
        json.stringOrNull("message"),
    )

    private val CHANGES = setOf("added", "updated")
}
