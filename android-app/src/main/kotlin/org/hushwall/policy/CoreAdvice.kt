package org.hushwall.policy

import org.hushwall.apps.AppCatalogue
import org.hushwall.core.Core
import org.hushwall.core.Messages
import org.hushwall.core.objects
import org.hushwall.core.strings
import org.json.JSONArray

/** Advice as the core gives it, for the apps and the choices of this moment. */
internal class CoreAdvice(private val core: Core, private val policy: FilePolicy, private val apps: AppCatalogue) : Advice {
    override fun protections(): List<Protection> = Messages.protections(core.query("advice", packages(), document()))

    override fun toFollow(): List<AdvisedList> = core.query("follow-advice", packages(), document()).objects("added").map(AdvisedList::of)

    override fun toUndo(): List<String> = core.query("undo-advice", document()).strings("removed")

    private fun packages() = "packages" to JSONArray(apps.all().flatMap { it.packages })

    private fun document() = "document" to policy.document(null)
}
