// Numbers, times and lengths as the user's language writes them. Host names and addresses are kept together from left to
// right wherever they stand in a sentence.
package org.hushwall.ui.words

import android.content.Context
import android.icu.text.DateFormat
import android.icu.text.NumberFormat
import android.icu.text.SimpleDateFormat
import android.text.BidiFormatter
import android.text.TextDirectionHeuristics
import android.text.format.Formatter
import java.util.Calendar
import java.util.Date
import java.util.Locale
import org.hushwall.R

internal class Words(private val context: Context) {
    private val locale: Locale = context.resources.configuration.locales[0]
    private val resources = context.resources
    private val numbers = NumberFormat.getIntegerInstance(locale)
    private val is24 = android.text.format.DateFormat.is24HourFormat(context)

    fun number(value: Long): String = numbers.format(value)

    fun plural(id: Int, value: Long, vararg more: Any): String =
        resources.getQuantityString(id, Math.min(value, Int.MAX_VALUE.toLong()).toInt(), number(value), *more)

    /** [share] 0 to 1, cut and not rounded: 99.97 % of protection is not 100 %. */
    fun percent(share: Double): String {
        val format = NumberFormat.getPercentInstance(locale)
        format.maximumFractionDigits = 1
        return format.format(Math.floor(share * PER_MILLE) / PER_MILLE)
    }

    /** "6%", rounded. */
    fun wholePercent(share: Double): String = NumberFormat.getPercentInstance(locale).apply { maximumFractionDigits = 0 }.format(share)

    /** A part of a whole: rounded, but what is hardly anything or hardly all does not become nothing or all. */
    fun share(share: Double): String = if (share in 0.01..0.99) wholePercent(share) else percent(share)

    fun bytes(value: Long): String = Formatter.formatShortFileSize(context, value)

    fun time(at: Long): String = format(if (is24) "Hm" else "hm", at)

    fun timeWithSeconds(at: Long): String = format(if (is24) "Hms" else "hms", at)

    /** "02:13 to 06:40", "02:13 until now", or "02:13" where both are the same minute. */
    fun range(from: Long, to: Long?): String =
        when {
            to == null -> context.getString(R.string.time_until_now, time(from))
            time(from) == time(to) -> time(from)
            else -> context.getString(R.string.time_range, time(from), time(to))
        }

    /** "Fri 20 Nov". */
    fun day(at: Long): String = format("EEEdMMM", at)

    fun weekday(at: Long): String = format("EEE", at)

    /** "Sunday". */
    fun wholeWeekday(at: Long): String = format("EEEE", at)

    /** "Sun 15 Nov, 14:32". */
    fun dayAndTime(at: Long): String = context.getString(R.string.comma, day(at), time(at))

    /** "16 to 22 November", or both with their months where they differ or the language has the month first. */
    fun days(from: Long, to: Long): String {
        val pattern = android.text.format.DateFormat.getBestDateTimePattern(locale, "dMMMM")
        val first = DAY_FIRST.find(pattern)?.value
        val isOneMonth = format("MMMM", from) == format("MMMM", to)
        val begin = if (first != null && isOneMonth) SimpleDateFormat(first, locale).format(Date(from)) else format("dMMMM", from)
        return context.getString(R.string.time_range, begin, format("dMMMM", to))
    }

    /** "Today", "Yesterday" or the day. */
    fun dayInWords(at: Long, now: Long): String =
        when (daysBetween(at, now)) {
            0 -> context.getString(R.string.today)
            1 -> context.getString(R.string.yesterday)
            else -> day(at)
        }

    /** "4 h 27 min", "38 min", "41 s". */
    fun duration(millis: Long): String {
        val seconds = millis / SECOND
        val minutes = seconds / 60
        return when {
            minutes >= 60 && minutes % 60 == 0L -> context.getString(R.string.length_hours, number(minutes / 60))
            minutes >= 60 -> context.getString(R.string.length_hours_minutes, number(minutes / 60), number(minutes % 60))
            minutes >= 1 -> context.getString(R.string.length_minutes, number(minutes))
            else -> context.getString(R.string.length_seconds, number(seconds))
        }
    }

    /** "4:12" left of a pause; hours where there are any. */
    fun countdown(millis: Long): String {
        val seconds = Math.max(0, millis) / SECOND
        val two = NumberFormat.getIntegerInstance(locale).apply { minimumIntegerDigits = 2 }
        val end = two.format(seconds % 60)
        val minutes = seconds / 60
        return if (minutes < 60) {
            "${number(minutes)}:$end"
        } else {
            "${number(minutes / 60)}:${two.format(minutes % 60)}:$end"
        }
    }

    /** "12 s ago"; [spoken] gives "12 seconds ago" for a screen reader. */
    fun ago(millis: Long, spoken: Boolean = false): String {
        val seconds = Math.max(0, millis) / SECOND
        if (seconds < 60) {
            return if (spoken) plural(R.plurals.seconds_ago, seconds) else context.getString(R.string.seconds_ago_short, number(seconds))
        }
        val minutes = seconds / 60
        return if (spoken) plural(R.plurals.minutes_ago, minutes) else context.getString(R.string.minutes_ago_short, number(minutes))
    }

    /** Names of the hours under a day's chart, every [step] hours from 0 to 24. */
    fun hourTicks(step: Int): List<String> {
        val two = NumberFormat.getIntegerInstance(locale).apply { minimumIntegerDigits = 2 }
        return (0..HOURS step step).map { if (is24) two.format(it) else format("h", dayHour(it)) }
    }

    /** "03:00 to 04:00". */
    fun hour(hour: Int): String = range(dayHour(hour), dayHour(hour + 1))

    /** "23:00 to 06:00", the second hour of the next day where it is above 24. */
    fun hours(from: Int, to: Int): String = range(dayHour(from), dayHour(to))

    /** A word or sentence as it stands at the start of a line. */
    fun atStart(words: String): String = words.replaceFirstChar { it.titlecase(locale) }

    fun country(code: String?): String? =
        code?.let { Locale("", it).getDisplayCountry(locale).ifEmpty { null } }

    /** A host name or an address inside a sentence of any direction. */
    fun isolate(host: String): String = BidiFormatter.getInstance(locale).unicodeWrap(host, TextDirectionHeuristics.LTR)

    /** An app's name inside a sentence, in its own direction. */
    fun name(name: String): String = BidiFormatter.getInstance(locale).unicodeWrap(name)

    private fun format(skeleton: String, at: Long): String {
        val pattern = android.text.format.DateFormat.getBestDateTimePattern(locale, skeleton)
        val format: DateFormat = SimpleDateFormat(pattern, locale)
        return format.format(Date(at))
    }

    private fun dayHour(hour: Int): Long = startOfDay(System.currentTimeMillis(), 0) + hour * HOUR

    companion object {
        const val SECOND = 1_000L
        const val MINUTE = 60 * SECOND
        const val HOUR = 60 * MINUTE
        const val DAY = 24 * HOUR
        private const val HOURS = 24
        private const val PER_MILLE = 1_000

        /** The day at a date's start, with its point where the language has one. */
        private val DAY_FIRST = Regex("^d+\\.?")
    }
}

internal val Context.locale: Locale get() = resources.configuration.locales[0]

/** "2026-11-16", as files are named. */
internal fun dateOf(at: Long): String = calendar(at).run {
    "%04d-%02d-%02d".format(Locale.ROOT, get(Calendar.YEAR), get(Calendar.MONTH) + 1, get(Calendar.DAY_OF_MONTH))
}

/** Midnight before [at] in the phone's time zone, [days] days earlier. */
internal fun startOfDay(at: Long, days: Int): Long {
    val calendar = calendar(at)
    calendar.set(Calendar.HOUR_OF_DAY, 0)
    calendar.set(Calendar.MINUTE, 0)
    calendar.set(Calendar.SECOND, 0)
    calendar.set(Calendar.MILLISECOND, 0)
    calendar.add(Calendar.DAY_OF_YEAR, -days)
    return calendar.timeInMillis
}

internal fun hourOf(at: Long): Int = calendar(at).get(Calendar.HOUR_OF_DAY)

/** How many midnights lie between [from] and [to]. */
internal fun daysBetween(from: Long, to: Long): Int =
    Math.round((startOfDay(to, 0) - startOfDay(from, 0)) / Words.DAY.toDouble()).toInt()

private fun calendar(at: Long): Calendar = Calendar.getInstance().apply { timeInMillis = at }
