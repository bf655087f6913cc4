package org.hushwall.vpn

import android.annotation.SuppressLint
import android.app.PendingIntent
import android.content.ComponentName
import android.content.Context
import android.content.Intent
import android.os.Build
import android.service.quicksettings.Tile
import android.service.quicksettings.TileService
import org.hushwall.Hushwall
import org.hushwall.R

/** The quick-settings tile: off to on, on to a short pause (only by who can unlock the phone), paused to on. */
class FirewallTile : TileService() {
    private val protection by lazy { Hushwall.of(this).live }
    private var listening: AutoCloseable? = null

    override fun onStartListening() {
        listening?.close()
        listening = protection.listen(::show)
    }

    override fun onStopListening() {
        listening?.close()
        listening = null
    }

    override fun onClick() {
        when (protection.status.state) {
            ProtectionState.ON, ProtectionState.NO_NETWORK, ProtectionState.NOT_SURE -> unlockAndRun(protection::pauseFromOutside)
            ProtectionState.PAUSED -> protection.resume()
            ProtectionState.STARTING -> Unit
            ProtectionState.IMPOSSIBLE -> open(launch())
            ProtectionState.FAILED -> protection.restartFilter()
            ProtectionState.OFF,
            ProtectionState.CONSENT_MISSING,
            ProtectionState.OTHER_VPN,
            ProtectionState.OTHER_VPN_ALWAYS_ON,
            -> if (protection.turnOn() != null) open(launch())
        }
    }

    /** The app asks for consent with an explanation, so it is opened and not Android's question itself. */
    private fun launch(): Intent? = packageManager.getLaunchIntentForPackage(packageName)

    @SuppressLint("StartActivityAndCollapseDeprecated") // what there is before API 34
    @Suppress("DEPRECATION")
    private fun open(intent: Intent?) {
        if (intent == null) return
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) {
            startActivityAndCollapse(PendingIntent.getActivity(this, 0, intent, PendingIntent.FLAG_IMMUTABLE))
        } else {
            startActivityAndCollapse(intent.addFlags(Intent.FLAG_ACTIVITY_NEW_TASK))
        }
    }

    private fun show(status: ProtectionStatus) {
        val tile = qsTile ?: return
        val (state, words) = when (status.state) {
            ProtectionState.ON, ProtectionState.NO_NETWORK, ProtectionState.NOT_SURE -> Tile.STATE_ACTIVE to R.string.shell_tile_on
            ProtectionState.PAUSED -> Tile.STATE_INACTIVE to R.string.shell_tile_paused
            ProtectionState.IMPOSSIBLE -> Tile.STATE_UNAVAILABLE to R.string.shell_tile_impossible
            ProtectionState.STARTING -> Tile.STATE_INACTIVE to R.string.shell_tile_starting
            ProtectionState.OFF -> Tile.STATE_INACTIVE to R.string.shell_tile_off
            ProtectionState.FAILED ->
                Tile.STATE_INACTIVE to if (status.holdsBack) R.string.shell_tile_closed else R.string.shell_tile_lost
            ProtectionState.CONSENT_MISSING,
            ProtectionState.OTHER_VPN,
            ProtectionState.OTHER_VPN_ALWAYS_ON,
            -> Tile.STATE_INACTIVE to R.string.shell_tile_lost
        }
        tile.state = state
        tile.label = getString(R.string.app_name)
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) tile.subtitle = getString(words)
        tile.contentDescription = getString(R.string.app_name) + ", " + getString(words)
        tile.updateTile()
    }

    companion object {
        /** The state is another: Android lets the tile look again, if it is shown. */
        fun renew(context: Context) = requestListeningState(context, ComponentName(context, FirewallTile::class.java))
    }
}
