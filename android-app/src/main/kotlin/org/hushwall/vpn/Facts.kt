package org.hushwall.vpn

/**
 * What the state of protection follows from; all of it is found out anew each time but the user's wish.
 *
 * @property obstacle why this phone cannot run it, null where it can; [trouble]: the same for experts.
 * @property wanted the user's wish.
 * @property otherVpn a VPN is up that is not ours; [otherAlwaysOn]: the system's settings keep it.
 * @property failure what went wrong last, until it is right again.
 * @property up there is a tunnel of ours, and Android has a network of it.
 * @property patient something was begun, and the time that it may take is not over.
 * @property answered the engine answered since the tunnel came up.
 * @property network there is a network below.
 */
internal data class Facts(
    val obstacle: Obstacle?,
    val trouble: String?,
    val wanted: Boolean,
    val otherVpn: Boolean,
    val otherAlwaysOn: Boolean,
    val consentMissing: Boolean,
    val failure: String?,
    val up: Boolean,
    val patient: Boolean,
    val paused: Boolean,
    val answered: Boolean,
    val network: NetworkState,
) {
    val state: ProtectionState = when {
        obstacle != null -> ProtectionState.IMPOSSIBLE
        !wanted -> if (failure == null) ProtectionState.OFF else ProtectionState.FAILED
        otherVpn -> if (otherAlwaysOn) ProtectionState.OTHER_VPN_ALWAYS_ON else ProtectionState.OTHER_VPN
        consentMissing -> ProtectionState.CONSENT_MISSING
        failure != null -> ProtectionState.FAILED
        !up -> if (patient) ProtectionState.STARTING else ProtectionState.FAILED
        paused -> ProtectionState.PAUSED
        !answered -> if (patient) ProtectionState.STARTING else ProtectionState.NOT_SURE
        network == NetworkState.NONE -> ProtectionState.NO_NETWORK
        else -> ProtectionState.ON
    }

    /** In English, for the expert's view. */
    val detail: String? = when {
        trouble != null -> trouble
        failure != null -> failure
        state == ProtectionState.FAILED -> "Android has no tunnel of ours"
        network.captivePortal -> "The network wants a login first"
        network.privateDns != null -> "Private DNS seals questions for names: ${network.privateDns}"
        else -> null
    }
}
