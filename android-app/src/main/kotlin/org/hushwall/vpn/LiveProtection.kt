package org.hushwall.vpn

import android.app.Notification
import android.content.Context
import android.content.Intent
import android.net.VpnService
import android.os.Build
import android.os.Handler
import android.os.Looper
import java.io.File
import java.util.concurrent.CopyOnWriteArrayList
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
 *
 * A filter that hangs would hold the tunnel, and with it all internet, for ever: the process ends itself then, and Android starts
 * the service anew, as it is sticky.
 */
internal class LiveProtection(
    private val context: Context,
    private val core: Core,
    private val policy: FilePolicy,
    private val apps: AppCatalogue,
    private val log: CoreLog,
    private val record: ProtectionRecord,
    private val logFile: File,
    private val now: () -> Long,
    private val endProcess: () -> Unit,
) : Protection, Filter.Listener, Screen.Listener {
    private val main = Handler(Looper.getMainLooper())
    private val wish = Wish(context)
    private val others = OtherVpns(context)
    internal val networks = Networks(context, main, ::onNetworks)
    private val screen = Screen(context, this)
    private val filter = Filter(core, OwnerLookup(context), main, this)
    private val gateways = CallGateways(context)
    private val session = Session(context, filter, policy, apps, networks, screen, gateways)
    private val notifications = Notifications(context, log, filter, main)
    private val listeners = CopyOnWriteArrayList<(ProtectionStatus) -> Unit>()

    private var service: FirewallService? = null
    private var consentMissing = false
    private var noVpn = false
    private var failure: String? = null
    private var restarting = false
    private var failures = 0

    /** When the engine last answered since the tunnel came up. */
    private var beat: Long? = null

    /** The user turned it on just now, and Android took another VPN's place away for that. */
    private var takeOver = false

    /** Something was begun, and the time that it may take is not over. */
    private var patient = false
    private val endOfPatience = Later(main) {
        patient = false
        refresh()
    }

    /** Another VPN took the place; it is taken back when that one has gone. */
    private var waiting = false
    private val takeBack = Later(main) { if (waiting && wish.on && !networks.otherVpn(session.addresses)) bringUp() }
    private val again = Later(main, ::restart)
    private val endOfPause = Later(main, ::resume)
    private val deadline = Deadline(filter, main, ::onHang)
    private val noAnswer = Later(main) {
        beat = null
        refresh()
    }

    override var status = ProtectionStatus(ProtectionState.OFF)
        private set

    init {
        networks.start()
        screen.start()
        policy.listen(::onChoices)
        apps.listen(session::policyChanged)
        if (wish.on) await()
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
        } catch (e: NullPointerException) {
            // The system's service for VPNs is not there.
            return hasNoVpn()
        } catch (e: RuntimeException) {
            // Seen of some makers' systems: SecurityException.
            fail("Android refuses to ask for consent: $e")
            return null
        }
        if (consent != null) return if (consent.resolveActivity(context.packageManager) == null) hasNoVpn() else consent
        noVpn = false
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
        closeSession()
        service?.end()
        refresh()
    }

    override fun pause(until: Long?) {
        if (!session.isUp) return
        session.pause = Pause(until)
        if (until == null) endOfPause.cancel() else endOfPause.after((until - now()).coerceAtLeast(0))
        refresh()
    }

    override fun resume() {
        endOfPause.cancel()
        session.pause = null
        refresh()
    }

    override fun test() {
        if (!session.isUp) return refresh()
        noAnswer.after(ANSWER_MS)
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
        // Where it is up already the system's settings may be others: the lockdown.
        if (session.isUp) renewIfOutdated() else bringUp()
        takeOver = false
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
        closeSession()
        refresh()
    }

    /** Android took the tunnel away. Any thread. */
    fun onRevoked() {
        main.post {
            beat = null
            consentMissing = true
            closeSession()
            onNetworks()
            record.down(if (waiting) GapCause.OTHER_VPN else GapCause.CONSENT_LOST)
            refresh()
        }
    }

    override fun onFiltering(plan: TunnelPlan) {
        failure = null
        restarting = false
        beat = null
        record.up()
        refresh()
        test()
    }

    override fun onFailed(message: String) = fail(message)

    override fun onAnswer(status: CoreStatus?) {
        noAnswer.cancel()
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
        if (screen.isOn && events.any { it is CoreEvent.Connection }) main.post(notifications::onTraffic)
        for (event in events) {
            when (event) {
                is CoreEvent.Connection -> if (gateways.learn(event.row)) main.post(::renewIfOutdated)
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
        filter.order { log.takeBuffer(logFile) }
    }

    private fun hasNoVpn(): Intent? {
        noVpn = true
        refresh()
        return null
    }

    private fun startService() {
        try {
            context.startForegroundService(Intent(context, FirewallService::class.java))
        } catch (e: IllegalStateException) {
            // From the background Android may refuse (ForegroundServiceStartNotAllowedException, API 31).
            fail("Android refuses to start the service: $e")
        }
        await()
        refresh()
    }

    private fun bringUp() {
        val service = service ?: return
        if (!takeOver && networks.otherVpn(session.addresses)) {
            waiting = true
            return refresh()
        }
        takeOver = false
        val consent = try {
            VpnService.prepare(service)
        } catch (e: RuntimeException) {
            return fail("Android refuses to ask for consent: $e")
        }
        if (consent != null) return lostConsent()
        when (val outcome = session.open(service)) {
            Session.Outcome.Up -> {
                waiting = false
                consentMissing = false
                await()
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
        restarting = false
        record.down(GapCause.FILTER_FAILED, message)
        refresh()
        if (wish.on && service != null) again.after(RETRIES_MS[failures.coerceAtMost(RETRIES_MS.size - 1)])
        failures++
    }

    private fun restart() {
        again.cancel()
        if (!wish.on) return
        if (service == null) return startService()
        restarting = true
        filter.close()
        deadline.watch()
        bringUp()
    }

    private fun closeSession() {
        session.close()
        deadline.watch()
    }

    private fun onHang() {
        if (wish.on) record.down(GapCause.FILTER_FAILED, "it could not be ended")
        endProcess()
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
        takeBack.cancel()
        if (networks.otherVpn(session.addresses)) waiting = true else if (waiting) takeBack.after(OTHER_GONE_MS)
    }

    private fun await() {
        patient = true
        endOfPatience.after(STARTS_MS)
    }

    private fun refresh() {
        val next = observe()
        if (next == status) return
        val isSame = next.state == status.state
        val readsSame = isSame && next.holdsBack == status.holdsBack
        status = if (isSame) next else next.copy(since = now())
        if (!readsSame) FirewallTile.renew(context)
        notifications.show(status, service != null)
        listeners.forEach { it(status) }
    }

    private fun observe(): ProtectionStatus {
        val other = networks.otherVpn(session.addresses)
        val tunnelUp = session.isUp && networks.isUp(session.addresses)
        val facts = Facts(
            obstacle = obstacle(),
            trouble = core.trouble?.message,
            wanted = wish.on,
            otherVpn = other,
            otherAlwaysOn = other && others.alwaysOn() != null,
            consentMissing = consentMissing,
            failure = failure,
            up = tunnelUp,
            patient = patient,
            paused = session.pause != null,
            answered = beat != null,
            network = networks.state,
        )
        return ProtectionStatus(
            state = facts.state,
            testedAt = beat,
            pausedUntil = session.pause?.until,
            otherVpn = if (other) others.label() else null,
            detail = facts.detail,
            since = status.since,
            tunnelUp = tunnelUp,
            alwaysOn = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) service?.isAlwaysOn else null,
            lockdown = Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q && service?.isLockdownEnabled == true,
            restarting = restarting,
            obstacle = obstacle(),
        )
    }

    private fun obstacle(): Obstacle? = when (core.trouble?.isMissing) {
        true -> Obstacle.NO_CORE
        false -> Obstacle.OTHER_CORE
        null -> if (noVpn) Obstacle.NO_VPN else null
    }

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
