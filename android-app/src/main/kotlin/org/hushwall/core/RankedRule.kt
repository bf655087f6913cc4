package org.hushwall.core

/**
 * A rule of a policy document by its place there.
 *
 * @property holds it is on, its conditions are met now, and it has not ended.
 * @property hits how often it decided; null where the log cannot tell.
 * @property unused why it never speaks; null where it may.
 */
data class RankedRule(val rule: Int, val holds: Boolean, val hits: Long?, val unused: UnusedRule?)

/** [code]: off, ended, empty-group, app-blocked or covered, then by the rule at the place [by]. */
data class UnusedRule(val code: String, val by: Int?)
