package org.hushwall.vpn

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.os.PowerManager

/** The screen and its lock, told on the main thread. */
internal class Screen(private val context: Context, private val listener: Listener) {
    interface Listener {
        fun onScreen(on: Boolean)

        /** The user unlocked the screen. */
        fun onUserPresent()

        /** The first unlock since the start of the phone: the user's own storage can be read from now on. */
        fun onStorageUnlocked()
    }

    @Volatile
    var isOn = context.getSystemService(PowerManager::class.java).isInteractive
        private set

    private val receiver = object : BroadcastReceiver() {
        override fun onReceive(context: Context, intent: Intent) {
            when (intent.action) {
                Intent.ACTION_SCREEN_ON -> screen(true)
                Intent.ACTION_SCREEN_OFF -> screen(false)
                Intent.ACTION_USER_PRESENT -> listener.onUserPresent()
                Intent.ACTION_USER_UNLOCKED -> listener.onStorageUnlocked()
            }
        }
    }

    fun start() {
        val filter = IntentFilter().apply {
            addAction(Intent.ACTION_SCREEN_ON)
            addAction(Intent.ACTION_SCREEN_OFF)
            addAction(Intent.ACTION_USER_PRESENT)
            addAction(Intent.ACTION_USER_UNLOCKED)
        }
        // Only the system may send these, so no flag about exporting is asked for (Context.registerReceiver).
        context.registerReceiver(receiver, filter)
    }

    private fun screen(on: Boolean) {
        isOn = on
        listener.onScreen(on)
    }
}
