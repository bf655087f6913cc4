package org.hushwall.apps

/** User ids as Android makes them: user 10's app 10123 is 1010123 (android.os.UserHandle). */
internal object Uids {
    private const val OF_A_USER = 100_000

    /** Below are the system's own (android.os.Process.FIRST_APPLICATION_UID). */
    const val FIRST_APP = 10_000

    /** The user in which makers' "dual apps" put their copies. */
    const val CLONE_USER = 999

    fun user(uid: Int) = uid / OF_A_USER

    fun app(uid: Int) = uid % OF_A_USER

    /** The same app under another user of the device. */
    fun under(user: Int, uid: Int) = user * OF_A_USER + app(uid)

    /** The platform's names of its fixed uids (android_filesystem_config.h), as far as they use the network. */
    val SYSTEM_NAMES = mapOf(
        0 to "root",
        1000 to "system",
        1001 to "radio",
        1002 to "bluetooth",
        1010 to "wifi",
        1013 to "media",
        1014 to "dhcp",
        1016 to "vpn",
        1019 to "drm",
        1020 to "mdnsr",
        1021 to "gps",
        1029 to "clat",
        1051 to "dns",
        1052 to "dns_tether",
        1073 to "network_stack",
        2000 to "shell",
        9999 to "nobody",
    )
}
