package org.hushwall.vpn

/**
 * What carriers' own services need to reach beside the tunnel: calls over Wi-Fi end in a gateway of the carrier (ePDG, 3GPP
 * TS 23.402), which some phones look for through the VPN and then cannot use. Not verified on a phone, nor against the
 * carrier's present list; a phone of another carrier makes such calls over its modem's own path, or not at all.
 */
internal object Carriers {
    /** By the SIM's country and network code (TelephonyManager.getSimOperator). */
    private val RANGES = mapOf(
        // T-Mobile US, "Wi-Fi Calling on a corporate network".
        "310260" to listOf("208.54.0.0/16", "66.94.0.0/19"),
    )

    fun ranges(simOperator: String?): List<Prefix> = RANGES[simOperator].orEmpty().map(Prefix::of)
}
