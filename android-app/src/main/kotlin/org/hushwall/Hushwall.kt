package org.hushwall

import android.app.Application
import android.content.Context
import android.content.Intent
import android.os.Build
import android.os.Process
import android.os.UserManager
import java.io.File
import org.hushwall.apps.AppCatalogue
import org.hushwall.apps.InstalledApps
import org.hushwall.core.Core
import org.hushwall.core.jsonOf
import org.hushwall.lists.BlockLists
import org.hushwall.lists.CoreLists
import org.hushwall.lists.ListFetch
import org.hushwall.lists.ListOrders
import org.hushwall.lists.ListSource
import org.hushwall.log.ActivityLog
import org.hushwall.log.CoreLog
import org.hushwall.policy.Advice
import org.hushwall.policy.CoreAdvice
import org.hushwall.policy.CoreRuleJudge
import org.hushwall.policy.FilePolicy
import org.hushwall.policy.RuleJudge
import org.hushwall.policy.UserPolicy
import org.hushwall.ui.watch.WatchActivity
import org.hushwall.vpn.Gaps
import org.hushwall.vpn.LiveProtection
import org.hushwall.vpn.PreviousEnd
import org.hushwall.vpn.Protection
import org.hushwall.vpn.ProtectionRecord
import org.hushwall.watch.LiveWatch
import org.hushwall.watch.Watch
import org.json.JSONArray

/**
 * The process: makes each part once, when it is first asked for, and hands it out. What must be there before the first unlock is
 * kept in device-protected storage; the log of connections only in the user's own.
 */
open class Hushwall : Application() {
    /** Unix milliseconds; tests have their own. */
    internal var clock: () -> Long = System::currentTimeMillis

    /** Ends this process at once; tests only note it. */
    internal var end: () -> Unit = { Process.killProcess(Process.myPid()) }
    private val protectedFiles: File by lazy { createDeviceProtectedStorageContext().filesDir }
    private val builtIn by lazy { BuiltInFiles(this, protectedFiles) }
    internal open val core by lazy { Core(::coreConfig) }
    private val filePolicy by lazy { FilePolicy(File(protectedFiles, "policy.json"), clock) }
    private val coreLog by lazy { CoreLog(core, logFile(), clock) }
    private val record by lazy { ProtectionRecord(protectedFiles, clock, PreviousEnd(this, clock)::after) }
    internal val live: LiveProtection by lazy {
        LiveProtection(this, core, filePolicy, apps, coreLog, record, logFile(), clock) { end() }
    }

    open val apps: AppCatalogue by lazy { InstalledApps(this) }
    open val policy: UserPolicy get() = filePolicy
    open val advice: Advice by lazy { CoreAdvice(core, filePolicy, apps) }
    open val judge: RuleJudge by lazy { CoreRuleJudge(core, clock) }
    open val watch: Watch by lazy {
        LiveWatch(this, core, filePolicy, ::protection, clock) {
            Intent(this, WatchActivity::class.java).putExtra(WatchActivity.KEY, it.key)
        }
    }
    open val log: ActivityLog get() = coreLog
    open val lists: BlockLists by lazy { CoreLists(core) { filePolicy.document(null) } }
    internal open val listSource: ListSource by lazy { ListFetch(listsOnTheirWay()) }
    internal val listOrders by lazy { ListOrders(lists, listSource, listsOnTheirWay()) }
    open val gaps: Gaps get() = record
    open val protection: Protection get() = live

    /** Where the log is, once the user's own storage can be read. */
    internal fun logFile() = File(filesDir, "connections.db")

    private fun listsOnTheirWay() = File(cacheDir, "lists")

    internal fun coreConfig() = jsonOf(
        "log" to logFile().path.takeIf { getSystemService(UserManager::class.java).isUserUnlocked },
        "buffer" to File(protectedFiles, "buffer.db").path,
        "log_retention_days" to RETENTION_DAYS,
        "lists" to JSONArray(builtIn.lists().map { it.path }),
        "user_lists" to File(protectedFiles, "lists").path,
        "places" to builtIn.places()?.path,
        "sdk" to Build.VERSION.SDK_INT,
    )

    companion object {
        /** Days that the log goes back. */
        internal const val RETENTION_DAYS = 7

        fun of(context: Context): Hushwall = context.applicationContext as Hushwall
    }
}
