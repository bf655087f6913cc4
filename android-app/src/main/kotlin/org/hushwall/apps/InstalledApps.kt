package org.hushwall.apps

import android.Manifest
import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.content.pm.ApplicationInfo
import android.content.pm.PackageInfo
import android.content.pm.PackageManager
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.drawable.BitmapDrawable
import android.graphics.drawable.Drawable
import android.os.Process
import java.text.Collator
import java.util.concurrent.CopyOnWriteArrayList
import org.hushwall.R

/**
 * The catalogue as the package manager tells it: read when first asked, forgotten when a package comes, goes or changes.
 * Needs QUERY_ALL_PACKAGES from API 30 on. Any thread may ask; what changed is told on the main thread.
 */
internal class InstalledApps(private val context: Context) : AppCatalogue {
    private class Snapshot(val sorted: List<AppInfo>) {
        val byUid = sorted.associateBy { it.uid }
        val byKey = sorted.associateBy { it.key }
    }

    private val packages = context.packageManager
    private val listeners = CopyOnWriteArrayList<() -> Unit>()
    private var known: Snapshot? = null

    init {
        val filter = IntentFilter().apply {
            listOf(
                Intent.ACTION_PACKAGE_ADDED,
                Intent.ACTION_PACKAGE_REMOVED,
                Intent.ACTION_PACKAGE_REPLACED,
                Intent.ACTION_PACKAGE_CHANGED,
            ).forEach(::addAction)
            addDataScheme("package")
        }
        val receiver = object : BroadcastReceiver() {
            override fun onReceive(context: Context, intent: Intent) = forget()
        }
        // Only the system may send these, so no flag about exporting is asked for (Context.registerReceiver).
        context.registerReceiver(receiver, filter)
    }

    override fun all(): List<AppInfo> = snapshot().sorted

    override fun byUid(uid: Int): AppInfo? = snapshot().byUid[uid] ?: elsewhere(uid) ?: systemUser(uid)

    override fun byKey(key: String): AppInfo? {
        snapshot().byKey[key]?.let { return it }
        return Uids.SYSTEM_NAMES.entries.firstOrNull { it.value == key }?.let { systemUser(it.key) }
    }

    override fun icon(app: AppInfo, px: Int): Drawable? {
        val name = app.packages.firstOrNull() ?: return null
        val icon = try {
            packages.getApplicationIcon(name)
        } catch (_: PackageManager.NameNotFoundException) {
            return null
        }
        val bitmap = Bitmap.createBitmap(px, px, Bitmap.Config.ARGB_8888)
        icon.setBounds(0, 0, px, px)
        icon.draw(Canvas(bitmap))
        return BitmapDrawable(context.resources, bitmap)
    }

    override fun listen(listener: () -> Unit): AutoCloseable {
        listeners += listener
        return AutoCloseable { listeners -= listener }
    }

    private fun forget() {
        synchronized(this) { known = null }
        listeners.forEach { it() }
    }

    @Synchronized
    private fun snapshot(): Snapshot = known ?: read().also { known = it }

    private fun read(): Snapshot {
        val online = packages.getPackagesHoldingPermissions(arrayOf(Manifest.permission.INTERNET), 0)
            .mapTo(HashSet()) { it.packageName }
        val byUid = packages.getInstalledPackages(0).filter { it.applicationInfo != null }
            .groupBy { requireNotNull(it.applicationInfo).uid }
        val collator = Collator.getInstance()
        val infos = byUid.map { (uid, sharing) -> info(uid, sharing, online) }
        return Snapshot(infos.sortedWith { a, b -> collator.compare(a.label, b.label) })
    }

    private fun info(uid: Int, sharing: List<PackageInfo>, online: Set<String>): AppInfo {
        val names = sharing.map { it.packageName }.sorted()
        // A shared user id is called as the package that one can open, else as the first.
        val main = sharing.minWith(compareBy({ packages.getLaunchIntentForPackage(it.packageName) == null }, { it.packageName }))
        return AppInfo(
            uid = uid,
            key = names.joinToString(","),
            label = label(main),
            packages = names,
            isSystem = sharing.any { requireNotNull(it.applicationInfo).flags and ApplicationInfo.FLAG_SYSTEM != 0 },
            usesInternet = names.any { it in online },
            installedAt = sharing.minOf { it.firstInstallTime },
        )
    }

    private fun label(of: PackageInfo): String =
        of.applicationInfo?.loadLabel(packages)?.toString()?.trim()?.takeIf { it.isNotEmpty() } ?: of.packageName

    /** The copy of an app under another user of the device; its packages are taken to be those of the same app here. */
    private fun elsewhere(uid: Int): AppInfo? {
        val here = Uids.user(Process.myUid())
        if (Uids.user(uid) == here || Uids.app(uid) < Uids.FIRST_APP) return null
        val twin = snapshot().byUid[Uids.under(here, uid)] ?: return null
        val words = if (Uids.user(uid) == Uids.CLONE_USER) R.string.app_of_clone_space else R.string.app_of_other_profile
        return twin.copy(uid = uid, label = context.getString(words, twin.label))
    }

    private fun systemUser(uid: Int): AppInfo? {
        val name = Uids.SYSTEM_NAMES[Uids.app(uid)] ?: return null
        return AppInfo(uid, name, name, emptyList(), isSystem = true, usesInternet = true, installedAt = null)
    }
}
