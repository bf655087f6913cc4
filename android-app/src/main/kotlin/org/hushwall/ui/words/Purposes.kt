// What the catalogue knows of a place, in the user's words. It brings codes; a code of a newer core that this app does not know has no
// word, and whoever shows it goes without. What a place does and what breaks without it are the catalogue's own English sentences.
package org.hushwall.ui.words

import android.content.Context
import android.icu.text.ListFormatter
import java.util.Locale
import org.hushwall.R
import org.hushwall.log.About
import org.hushwall.log.Breakage
import org.hushwall.log.Known
import org.hushwall.log.Source

internal class Purposes(private val context: Context) {
    private val locale: Locale = context.resources.configuration.locales[0]

    /** Lower case, to stand after a verdict: "usage statistics". */
    fun word(about: About): String? = word(about.category)

    fun word(category: String): String? = WORDS[category]?.let(context::getString)

    /** "Xiaomi · usage statistics". */
    fun title(about: About): String {
        val company = Words(context).name(about.organisation)
        return word(about)?.let { context.getString(R.string.two_parts, company, it) } ?: company
    }

    /** "Usage statistics to Xiaomi". */
    fun toCompany(about: About): String {
        val company = Words(context).name(about.organisation)
        return word(about)?.let { atStart(context.getString(R.string.purpose_to, it, company)) } ?: company
    }

    /** What a list has against it: "It only reports what you do". */
    fun against(about: About): String? = AGAINST[about.category]?.let(context::getString) ?: word(about)?.let(::atStart)

    /** Something is sent there, rather than fetched or asked. */
    fun isReport(about: About): Boolean = about.category in REPORTS

    /** "pages opened, search words and device number"; null where nothing is known. */
    fun data(known: Known): String? = data(known.data)

    /** The same of codes of what is sent. */
    fun data(codes: List<String>): String? {
        val words = codes.mapNotNull { DATA[it]?.let(context::getString) }
        return words.ifEmpty { null }?.let { ListFormatter.getInstance(locale).format(it) }
    }

    /** "What breaks when stopped (likely)". */
    fun breaksTitle(breakage: Breakage): String =
        SURE[breakage.sure]?.let { context.getString(R.string.breaks_sure, context.getString(it)) } ?: context.getString(R.string.breaks)

    /** What breaks, where the catalogue has no sentence of its own. */
    fun severity(breakage: Breakage): String? = SEVERITY[breakage.severity]?.let(context::getString)

    /** The source that says most: who measured it before who lists it, and of these the newest. */
    fun best(sources: List<Source>): Source? =
        sources.filter { it.kind in KINDS }.minWithOrNull(compareBy<Source> { KINDS.indexOf(it.kind) }.thenByDescending { it.date })

    private fun atStart(words: String): String = words.replaceFirstChar { it.titlecase(locale) }

    private companion object {
        val REPORTS = setOf("analytics", "crash-reports")
        val KINDS = listOf("measurement", "capture", "code", "report", "list", "purpose")

        val WORDS = mapOf(
            "account" to R.string.purpose_account,
            "advertising" to R.string.purpose_advertising,
            "analytics" to R.string.purpose_analytics,
            "attribution" to R.string.purpose_attribution,
            "caller-id" to R.string.purpose_caller_id,
            "captive-portal" to R.string.purpose_captive_portal,
            "cloud" to R.string.purpose_cloud,
            "content" to R.string.purpose_content,
            "content-delivery" to R.string.purpose_content_delivery,
            "crash-reports" to R.string.purpose_crash_reports,
            "devices" to R.string.purpose_devices,
            "find-device" to R.string.purpose_find_device,
            "location" to R.string.purpose_location,
            "name-lookup" to R.string.purpose_name_lookup,
            "payment" to R.string.purpose_payment,
            "push" to R.string.purpose_push,
            "remote-config" to R.string.purpose_remote_config,
            "security" to R.string.purpose_security,
            "store" to R.string.purpose_store,
            "time" to R.string.purpose_time,
            "update" to R.string.purpose_update,
        )

        val AGAINST = mapOf(
            "advertising" to R.string.against_advertising,
            "analytics" to R.string.against_analytics,
            "attribution" to R.string.against_attribution,
            "crash-reports" to R.string.against_crash_reports,
            "name-lookup" to R.string.against_name_lookup,
        )

        val DATA = mapOf(
            "account" to R.string.data_account,
            "advertising-id" to R.string.data_advertising_id,
            "apps" to R.string.data_apps,
            "contacts" to R.string.data_contacts,
            "crash" to R.string.data_crash,
            "device-id" to R.string.data_device_id,
            "downloads" to R.string.data_downloads,
            "location" to R.string.data_location,
            "mail-opened" to R.string.data_mail_opened,
            "messages" to R.string.data_messages,
            "network" to R.string.data_network,
            "pages" to R.string.data_pages,
            "phone-numbers" to R.string.data_phone_numbers,
            "photos" to R.string.data_photos,
            "purchases" to R.string.data_purchases,
            "searches" to R.string.data_searches,
            "settings" to R.string.data_settings,
            "usage" to R.string.data_usage,
        )

        val SEVERITY = mapOf(
            "none" to R.string.breaks_nothing,
            "cosmetic" to R.string.breaks_looks,
            "feature" to R.string.breaks_feature,
            "hard" to R.string.breaks_hard,
        )

        val SURE = mapOf("confirmed" to R.string.sure_confirmed, "likely" to R.string.sure_likely, "untested" to R.string.sure_untested)
    }
}
