package org.hushwall.vpn

import android.app.Notification
import android.content.Context
import android.content.Intent
import android.net.VpnService
import android.os.Handler
import android.os.Looper
import java.util.concurrent.CopyOnWriteArrayList
import org.hushwall.Hushwall
import org.hushwall.apps.AppCatalogue
import org.hushwall.core.Core
import org.hushwall.core.CoreEvent
import org.hushwall.core.CoreStatus
import org.hushwall.log.CoreLog
import org.hushwall.policy.FilePolicy
import org.hushwall.policy.Pause

/**
 * The one switch and the one state. Main thread.
 *
 * The state is made anew from what is so: whether Android has a VPN with our tunnel's addresses, and whether the engine
 * answered since that tunnel came up. Only the user's wish is remembered.
 *
 * Another VPN is never pushed aside, except by the user's own turning on. While one is there the service waits in the
 * foreground, as from the background it could not begin again, and takes the place back once the other has been gone for a while.
 */
internal class LiveProtection(
    private val context: Context,
    private val core: Core,
    private val policy: FilePolicy,
    private val apps: AppCatalogue,
    private val log: CoreLog,
    private val record: ProtectionRecord,
    private val now: () -> Long,
) : Protection, Filter.Listener, Screen.Listener {
    private val main = Handler(Looper.getMainLooper())
    private val wish = Wish(context)
    private val others = OtherVpns(context)
    internal val networks = Networks(context, main, ::onNetworks)
    private val screen = Screen(context, this)
    private val filter = Filter(core, OwnerLookup(context), main, this)
    private val session = Session(context, filter, policy, apps, networks, screen)
    private val notifications = Notifications(context, log, filter, main)
    private val listeners = CopyOnWriteArrayList<(ProtectionStatus) -> Unit>()

    private var service: FirewallService? = null
    private var consentMissing = false
    private var failure: String? = null
    private var failures = 0

    /** When the engine last answered since the tunnel came up. */
    private var beat: Long? = null

    /** The user turned it on just now, and Android took another VPN's place away for that. */
    private var takeOver = false

    /** Something was begun, and the time that it may take is not over. */
    private var patient = false

    /** Another VPN took the place; it is taken back when that one has gone. */
    private var waiting = false

    override var status = ProtectionStatus(ProtectionState.OFF)
        private set

    init {
        networks.start()
        screen.start()
        policy.listen(::onChoices)
        apps.listen(session::policyChanged)
        if (wish.on) await(STARTS_MS)
        refresh()
    }

    override fun listen(listener: (ProtectionStatus) -> Unit): AutoCloseable {
        listeners += listener
        // Somebody looks: a service that was killed may begin again now, where it could not from the background.
        if (wish.on && service == null) startService()
        refresh()
        listener(status)
        return AutoCloseable { listeners -= listener }
    }

    override fun turnOn(): Intent? {
        if (core.trouble != null) return null
        val consent = try {
            VpnService.prepare(context)
        } catch (e: RuntimeException) {
            // Seen of some makers' systems: SecurityException.
            fail("Android refuses to ask for consent: $e")
            return null
        }
        if (consent != null) return consent
        wish.on = true
        consentMissing = false
        failure = null
        takeOver = true
        startService()
        return null
    }

    override fun turnOff() {
        wish.on = false
        waiting = false
        failure = null
        consentMissing = false
        beat = null
        record.off()
        session.close()
        service?.end()
        refresh()
    }

    override fun pause(until: Long?) {
        if (!session.isUp) return
        session.pause = Pause(until)
        main.removeCallbacks(endOfPause)
        if (until != null) main.postDelayed(endOfPause, (until - now()).coerceAtLeast(0))
        refresh()
    }

    override fun resume() {
        main.removeCallbacks(endOfPause)
        session.pause = null
        refresh()
    }

    override fun test() {
        if (!session.isUp) return refresh()
        main.removeCallbacks(noAnswer)
        main.postDelayed(noAnswer, ANSWER_MS)
        filter.test()
    }

    override fun restartFilter() {
        failures = 0
        restart()
    }

    /** What the tile and the notification offer. */
    fun pauseFromOutside() = pause(now() + SHORT_PAUSE_MS)

    fun notification(): Notification = notifications.of(status)

    /** Turns it on by itself: after a start of the phone, an update, or a kill. */
    fun startIfWanted() {
        if (wish.on) startService()
    }

    /** The service is there. [bySystem]: Android started it as the always-on VPN, which is the user's wish as well. */
    fun attach(service: FirewallService, bySystem: Boolean) {
        this.service = service
        if (bySystem) wish.on = true
        if (!wish.on) return service.end()
        if (!session.isUp) bringUp()
    }

    /** Ends the core, for a process that goes on without it. */
    fun close(then: () -> Unit) {
        session.close()
        filter.close()
        filter.order { main.post(then) }
    }

    /** The service is gone. */
    fun detach(service: FirewallService) {
        if (this.service !== service) return
        this.service = null
        if (wish.on) record.down(GapCause.STOPPED_BY_SYSTEM)
        session.close()
        refresh()
    }

    /** Android took the tunnel away. Any thread. */
    fun onRevoked() {
        main.post {
            beat = null
            consentMissing = true
            session.close()
            onNetworks()
            record.down(if (waiting) GapCause.OTHER_VPN else GapCause.CONSENT_LOST)
            refresh()
        }
    }

    override fun onFiltering(plan: TunnelPlan) {
        failure = null
        beat = null
        record.up()
        refresh()
        test()
    }

    override fun onFailed(message: String) = fail(message)

    override fun onAnswer(status: CoreStatus?) {
        main.removeCallbacks(noAnswer)
        if (!session.isUp) return
        when {
            status == null -> fail("the core does not answer")
            status.fault != null -> fail(status.fault)
            !status.running -> fail("the core does not run")
            else -> {
                beat = status.beat
                failures = 0
                refresh()
            }
        }
    }

    override fun onEvents(events: List<CoreEvent>) {
        if (events.isNotEmpty()) record.heartbeat.traffic()
        for (event in events) {
            when (event) {
                is CoreEvent.Connection -> main.post(notifications::onTraffic)
                is CoreEvent.Fault -> main.post { fail(event.message) }
                is CoreEvent.Log -> log.told(event)
            }
        }
    }

    override fun onScreen(on: Boolean) {
        notifications.onScreen(on)
        if (!session.isUp) return
        record.heartbeat.beat()
        session.policyChanged()
    }

    override fun onUserPresent() {
        if (session.pause?.until == null && session.pause != null) resume()
    }

    override fun onStorageUnlocked() {
        val log = Hushwall.of(context).logFile().path
        filter.order { core.command("move-buffer", "log" to log) }
    }

    private fun startService() {
        try {
            context.startForegroundService(Intent(context, FirewallService::class.java))
        } catch (e: IllegalStateException) {
            // From the background Android may refuse (ForegroundServiceStartNotAllowedException, API 31).
            fail("Android refuses to start the service: $e")
        }
        await(STARTS_MS)
        refresh()
    }

    private fun bringUp() {
        val service = service ?: return
        if (!takeOver && networks.otherVpn(session.addresses)) {
            waiting = true
            return refresh()
        }
        takeOver = false
        if (VpnService.prepare(service) != null) return lostConsent()
        when (val outcome = session.open(service)) {
            Session.Outcome.Up -> {
                waiting = false
                consentMissing = false
                await(STARTS_MS)
                refresh()
            }
            Session.Outcome.NoConsent -> lostConsent()
            is Session.Outcome.Failed -> fail(outcome.message)
        }
    }

    private fun lostConsent() {
        consentMissing = true
        record.down(GapCause.CONSENT_LOST)
        refresh()
    }

    /** The filter does not work. A tunnel stays up and closed, and it is tried again, less and less often. */
    private fun fail(message: String) {
        failure = message
        record.down(GapCause.FILTER_FAILED, message)
        refresh()
        main.removeCallbacks(again)
        if (wish.on && service != null) main.postDelayed(again, RETRIES_MS[failures.coerceAtMost(RETRIES_MS.size - 1)])
        failures++
    }

    private fun restart() {
        main.removeCallbacks(again)
        if (!wish.on) return
        if (service == null) return startService()
        filter.close()
        bringUp()
    }

    private fun onChoices() {
        session.policyChanged()
        renewIfOutdated()
    }

    private fun renewIfOutdated() {
        val service = service ?: return
        if (session.isUp && session.isOutdated(service)) bringUp()
    }

    private fun onNetworks() {
        val service = service
        if (service != null) {
            session.networkChanged(service)
            renewIfOutdated()
            if (wish.on && !session.isUp) awaitPlace()
        }
        refresh()
    }

    /** For another VPN to go. It may only be changing networks, so some time passes before its place is taken. */
    private fun awaitPlace() {
        main.removeCallbacks(takeBack)
        if (networks.otherVpn(session.addresses)) waiting = true else if (waiting) main.postDelayed(takeBack, OTHER_GONE_MS)
    }

    private fun await(milliseconds: Long) {
        patient = true
        main.removeCallbacks(endOfPatience)
        main.postDelayed(endOfPatience, milliseconds)
    }

    private val takeBack = Runnable { if (waiting && wish.on && !networks.otherVpn(session.addresses)) bringUp() }
    private val endOfPatience = Runnable {
        patient = false
        refresh()
    }
    private val again = Runnable(::restart)
    private val endOfPause = Runnable(::resume)
    private val noAnswer = Runnable {
        beat = null
        refresh()
    }

    private fun refresh() {
        val next = observe()
        if (next == status) return
        val isOther = next.state != status.state
        status = if (isOther) next.copy(since = now()) else next
        notifications.show(status, service != null)
        listeners.forEach { it(status) }
    }

    private fun observe(): ProtectionStatus {
        val other = networks.otherVpn(session.addresses)
        val state = state(other)
        val missing = if (state == ProtectionState.FAILED) "Android has no tunnel of ours" else null
        val detail = core.trouble ?: failure ?: missing ?: networks.state.privateDns?.let { "Private DNS: $it" }
        return ProtectionStatus(
            state = state,
            testedAt = beat,
            pausedUntil = session.pause?.until,
            otherVpn = if (other) others.label() else null,
            detail = detail,
            since = status.since,
        )
    }

    private fun state(other: Boolean): ProtectionState = when {
        core.trouble != null -> ProtectionState.IMPOSSIBLE
        !wish.on -> if (failure == null) ProtectionState.OFF else ProtectionState.FAILED
        other -> if (others.alwaysOn() != null) ProtectionState.OTHER_VPN_ALWAYS_ON else ProtectionState.OTHER_VPN
        consentMissing -> ProtectionState.CONSENT_MISSING
        failure != null -> ProtectionState.FAILED
        !isUp() -> if (patient) ProtectionState.STARTING else ProtectionState.FAILED
        session.pause != null -> ProtectionState.PAUSED
        beat == null -> ProtectionState.NOT_SURE
        networks.state == NetworkState.NONE -> ProtectionState.NO_NETWORK
        else -> ProtectionState.ON
    }

    /** Whether there is a tunnel of ours, and Android has a network of it. */
    private fun isUp() = session.isUp && networks.isUp(session.addresses)

    private companion object {
        /** How long the engine has to answer a test: its loop answers within a turn. */
        const val ANSWER_MS = 3_000L

        /** How long Android may take to start the service, or to make a network of a tunnel. */
        const val STARTS_MS = 10_000L

        const val SHORT_PAUSE_MS = 5 * 60_000L

        /** How long another VPN has to be gone. */
        const val OTHER_GONE_MS = 20_000L

        /** When to try again after a failure. */
        val RETRIES_MS = longArrayOf(1_000, 5_000, 30_000, 300_000)
    }
}
