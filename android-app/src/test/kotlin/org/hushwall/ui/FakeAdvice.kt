// Advice as a test sets it: five protections of a Redmi, on and off as the policy has them.
package org.hushwall.ui

import org.hushwall.apps.AppInfo
import org.hushwall.log.About
import org.hushwall.log.Breakage
import org.hushwall.log.Known
import org.hushwall.policy.Advice
import org.hushwall.policy.AdvisedList
import org.hushwall.policy.Protection
import org.json.JSONObject

class FakeAdvice(private val policy: FakePolicy) : Advice {
    /** Whether the core answers. */
    @Volatile var works = true

    @Volatile var all: List<Protection> = listOf(
        protection(
            "Xiaomi: Sensors Analytics", "analytics", "block", listOf(Seed.browser, Seed.themes, Seed.getApps, Seed.weather),
            "Reports the pages, searches and downloads of Xiaomi’s browsers, also in incognito mode.", listOf("pages", "searches"),
            Breakage("none", null, "confirmed"),
        ),
        protection(
            "Xiaomi: OneTrack", "analytics", "block", listOf(Seed.msa, Seed.analytics),
            "Counts what you do in Xiaomi’s own apps.", listOf("usage", "device-id"), Breakage("none", null, "likely"),
        ),
        protection(
            "Xiaomi: Contact cards", "content", "strict", listOf(Seed.system),
            "Asks Xiaomi whose a number is.", listOf("phone-numbers"),
            Breakage("cosmetic", "Unknown callers show their number alone.", "likely"),
        ),
        protection(
            "Xiaomi: Weather", "content", "strict", listOf(Seed.weather),
            "Fetches advice on clothes and health.", listOf("location"), Breakage("cosmetic", null, "untested"),
        ),
        protection(
            "Xiaomi: Mi Push", "push", "strict", listOf(Seed.system),
            "Brings notifications of some apps.", listOf("device-id"), Breakage("feature", "Some notifications come late.", "confirmed"),
        ),
    )

    override fun protections(): List<Protection> {
        check(works) { "no core" }
        val on = policy.advised.map { it.name }
        return all.map { it.copy(isOn = it.isFromStart || it.title in on) }
    }

    override fun toFollow(): List<AdvisedList> {
        check(works) { "no core" }
        return protections().filter { it.isRecommended && !it.isOn }.mapNotNull { it.list }
    }

    override fun toUndo(): List<String> = policy.advised.map { it.name }

    private fun protection(
        title: String,
        category: String,
        level: String,
        apps: List<AppInfo>,
        purpose: String,
        data: List<String>,
        breakage: Breakage,
    ): Protection {
        val about = About(title, title.substringBefore(":"), title.substringAfter(": "), category, level)
        val isFromStart = level == "block"
        return Protection(
            title,
            Known(about, purpose, data, breakage, emptyList()),
            apps.map { it.packages.first() },
            isFromStart,
            isFromStart,
            isFromStart || breakage.severity != "feature",
            AdvisedList.of(JSONObject().put("name", title)).takeIf { !isFromStart },
        )
    }
}
