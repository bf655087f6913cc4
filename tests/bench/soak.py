"""Lets the engine carry mixed traffic for a while, and checks that nothing is left of it; `./scripts/soak` starts this.

Traffic of many kinds, with the uplink gone for some seconds every few minutes; then silence, until even UDP flows are
forgotten. Memory, descriptors, threads and open flows are looked at throughout and must come back to where they began.
Exit codes: 0 all is well, 1 something was left or went wrong, 2 the soak could not be held.
"""

import argparse
import glob
import json
import os
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from statistics import median

import build
import machine
import process
from bench import become_root
from engines import Engine
from lab import SERVER, Lab, LabError, finish, ip, last_json, remove_leftovers, run
from soak_traffic import LONGEST_HOLD, PATIENCE, RESOLVER, TRACKERS

HERE = os.path.dirname(os.path.abspath(__file__))
NETNS_ETC = "/etc/netns"

# The engine forgets a UDP flow after 300 s; what it does then shall be seen too.
UDP_IDLE_SECONDS = 300
SILENCE_SECONDS = UDP_IDLE_SECONDS + 20
OUTAGE_SECONDS = 8
# Connections made in an outage, or that wait for one to end, may still fail this long after it.
AFTERMATH_SECONDS = 30

# What the allocator, SQLite and the page cache may hold on to, in MiB.
GROWTH_BOUND = 1.0
GROWTH_SHARE = 0.05
REMAINS_BOUND = 8.0
# Descriptors of the log's own files come and go.
SPARE_DESCRIPTORS = 2

POLICY = {"version": 1, "default_mode": "filtered", "unknown_mode": "filtered", "refusal": "reset", "apps": [],
          "hosts": [], "lists": [{"name": "soak", "hosts": [TRACKERS]}]}


def main():
    options = arguments()
    if not options.built:
        build.build({"hushwall"}, not options.hushwall, False)
    become_root()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    paths = build.paths(options.hushwall and os.path.abspath(options.hushwall))
    remove_leftovers(paths.build)
    command = (paths.hushwall, "engine", "--tun-fd", "{tunfd}", "--mtu", "{mtu}", "--app-netns", "{app}",
               "--log", "{work}/log.db", "--policy", "{work}/policy.json", "--dns", RESOLVER)
    lab = SoakLab(Engine("hushwall-soak", "the soak", "tun", command), 1500, paths)
    if os.path.exists(lab.log_file):
        os.unlink(lab.log_file)
    with lab:
        soak = Soak(lab, options)
        soak.hold()
        report = soak.report()
    report["machine"] = machine.describe(shlex.join(["./scripts/soak", *sys.argv[1:]]),
                                         argparse.Namespace(rounds=1, seconds=options.minutes * 60, idle_seconds=0))
    file_name = os.path.join(paths.build, time.strftime("soak-%Y%m%d-%H%M%S.json", time.gmtime()))
    with open(file_name, "w") as file:
        json.dump(report, file, indent=1)
    show(report)
    print(f"Every sample is in {os.path.relpath(file_name, build.REPOSITORY)}")
    sys.exit(0 if all(check["right"] for check in report["checks"]) else 1)


def arguments():
    parser = argparse.ArgumentParser(
        prog="./scripts/soak",
        description="Carries mixed traffic through the engine and checks that nothing is left of it.",
        epilog=f"Below {SILENCE_SECONDS / 60 + 2:.0f} minutes the silence at the end is too short for UDP flows to be "
               "forgotten, and those still in their time are let pass.")
    parser.add_argument("--minutes", type=float, default=20, help="how long in all (20)")
    parser.add_argument("--seed", type=int, default=1, help="for the traffic's chances (1)")
    parser.add_argument("--hushwall", metavar="FILE", help="soak this binary instead of building one")
    parser.add_argument("--built", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not 1.5 <= options.minutes <= 24 * 60:
        parser.error("--minutes must be between 1.5 and 1440")
    options.silence = SILENCE_SECONDS if options.minutes * 60 > SILENCE_SECONDS + 120 else 35
    return options


class SoakLab(Lab):
    """The bench's place with what it leaves out: IPv6, name service, ping, a way out, and servers of many manners."""

    addresses = [SERVER, "10.99.0.10", "10.99.0.11", "fd99::2"]

    def start_engine(self):
        for namespace in (self.app, self.fw, self.srv):
            run("ip", "netns", "exec", namespace, "sh", "-c", """
                for name in all default lo; do echo 0 > /proc/sys/net/ipv6/conf/$name/disable_ipv6; done
                for name in v0 v1; do
                    [ ! -e /proc/sys/net/ipv6/conf/$name ] || echo 0 > /proc/sys/net/ipv6/conf/$name/disable_ipv6
                done
                echo 1 > /proc/sys/net/ipv6/conf/all/keep_addr_on_down
                echo '0 2147483647' > /proc/sys/net/ipv4/ping_group_range""")
        # Each refused datagram shall be told, not one a second.
        run("ip", "netns", "exec", self.srv, "sh", "-c", "echo 0 > /proc/sys/net/ipv4/icmp_ratelimit")
        ip(self.fw, "addr add fd99::1/64 dev v0 nodad")
        ip(self.srv, "addr add fd99::2/64 dev v1 nodad")
        self.add_ways_out()
        with open(os.path.join(self.work, "policy.json"), "w") as file:
            json.dump(POLICY, file)
        # Mounted over /etc/resolv.conf by `ip netns exec`.
        folder = os.path.join(NETNS_ETC, self.fw)
        os.makedirs(folder)
        with open(os.path.join(folder, "resolv.conf"), "w") as file:
            file.write(f"nameserver {SERVER}\n")
        super().start_engine()
        ip(self.app, "addr add fd88::2/64 dev tun0 nodad", "route add ::/0 dev tun0",
           f"route add {RESOLVER} dev tun0")

    def add_ways_out(self):
        ip(self.fw, f"route replace default via {SERVER}", "route replace default via fd99::2")

    def start_servers(self):
        super().start_servers()
        self.internet = process.start(self.srv, [sys.executable, "-B", os.path.join(HERE, "soak_servers.py"),
                                                 *self.addresses],
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.servers.append(self.internet)
        if self.internet.stdout.readline() != "ready\n":
            raise LabError("the soak's servers did not start")

    def finish(self):
        super().finish()
        shutil.rmtree(os.path.join(NETNS_ETC, self.fw), ignore_errors=True)
        if os.path.isdir(NETNS_ETC) and not os.listdir(NETNS_ETC):
            os.rmdir(NETNS_ETC)


class Soak:
    """One soak: `hold` it, then ask for the `report`."""

    def __init__(self, lab, options):
        self.lab, self.options = lab, options
        self.samples, self.outages = [], []
        self.begun = time.monotonic()
        self.traffic = {}
        self.curl_code = self.exit_code = self.log_state = None
        self.seen = {}
        self.traffic_seconds = options.minutes * 60 - options.silence - 10
        self.failures_file = os.path.join(lab.work, "failures.jsonl")

    def hold(self):
        self.lab.wait_until_it_forwards()
        # The log's last batch, and the connection's memory.
        time.sleep(3)
        print(f"{self.options.minutes:g} minutes: {self.traffic_seconds / 60:.1f} of traffic, then silence.\n")
        print(ROW.format(*HEADING), flush=True)
        self.sample("before")
        client = self.start_traffic()
        self.watch_traffic(client)
        self.traffic = last_json(finish(client, PATIENCE + LONGEST_HOLD)) or {}
        silent_until = time.monotonic() + self.options.silence
        self.watch("silence", lambda: time.monotonic() < silent_until)
        self.sample("after")
        self.curl_code = self.fetch()
        self.end()

    def start_traffic(self):
        words = [sys.executable, "-B", os.path.join(HERE, "soak_traffic.py"), str(self.traffic_seconds),
                 str(self.options.seed), self.failures_file]
        return process.start(self.lab.app, words, stdout=subprocess.PIPE, text=True)

    def watch_traffic(self, client):
        """Samples while the traffic lasts, and takes the uplink away now and then."""
        ends_at = time.monotonic() + self.traffic_seconds
        pause = max(40, min(150, self.traffic_seconds / 4))
        next_outage = time.monotonic() + pause
        longest = ends_at + PATIENCE + LONGEST_HOLD

        def goes_on():
            nonlocal next_outage
            now = time.monotonic()
            if now > next_outage and ends_at - now > OUTAGE_SECONDS + 10:
                self.outage(len(self.outages) % 2 == 0)
                next_outage = time.monotonic() + pause
            return client.poll() is None and now < longest

        self.watch("traffic", goes_on)

    def watch(self, phase, goes_on):
        step = 10 if self.options.minutes >= 5 else 5
        next_sample = time.monotonic() + step
        while goes_on() and self.lab.alive():
            time.sleep(0.2)
            if time.monotonic() >= next_sample:
                self.sample(phase)
                next_sample += step
        if not self.lab.alive():
            raise LabError(f"the engine ended by itself; see {self.lab.log_file}")

    def outage(self, far_end):
        """The uplink is gone for some seconds: by its carrier, or taken down with its routes."""
        begun = time.monotonic()
        namespace, device = (self.lab.srv, "v1") if far_end else (self.lab.fw, "v0")
        ip(namespace, f"link set {device} down")
        time.sleep(OUTAGE_SECONDS)
        ip(namespace, f"link set {device} up")
        self.lab.add_ways_out()
        self.outages.append((begun, time.monotonic()))

    def sample(self, phase):
        pid = self.lab.pid
        status = process.status(f"/proc/{pid}")
        sample = {
            "seconds": round(time.monotonic() - self.begun), "phase": phase,
            "rss_mib": round(mib(status["VmRSS"]), 2), "anonymous_mib": round(mib(status["RssAnon"]), 2),
            "threads": int(status["Threads"]), "cpu_seconds": process.cpu_seconds(pid),
            **descriptors(pid), **self.logged(),
        }
        self.samples.append(sample)
        few = phase in ("before", "after") or len(self.samples) % 6 == 0
        if few:
            print(ROW.format(*(sample[key] for key in COLUMNS)), flush=True)

    def logged(self):
        """Connections in the log, and those of them without an end; its size with all its files."""
        path = os.path.join(self.lab.work, "log.db")
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20) as log:
            rows = log.execute("SELECT count(*) FROM connection").fetchone()[0]
            still = log.execute("SELECT count(*) FROM connection WHERE ended_ms IS NULL").fetchone()[0]
        log.close()
        size = sum(os.path.getsize(file) for file in glob.glob(f"{path}*"))
        return {"flows": still, "rows": rows, "log_mib": round(size / 2**20, 1)}

    def fetch(self):
        words = ["curl", "-q", "-s", "-o", "/dev/null", "--max-time", "20", "--noproxy", "*", f"http://{SERVER}/"]
        child = process.start(self.lab.app, words)
        finish(child, 30)
        return child.returncode

    def end(self):
        """The engine ends when asked, and the log is whole; the servers tell what they saw."""
        self.exit_code = process.end(self.lab.process)
        self.lab.process = None
        log = sqlite3.connect(os.path.join(self.lab.work, "log.db"))
        self.log_state = log.execute("PRAGMA integrity_check").fetchone()[0]
        log.close()
        self.lab.internet.stdin.close()
        self.lab.internet.stdin = None
        self.seen = last_json(finish(self.lab.internet, 20)) or {}

    def report(self):
        failures = read_lines(self.failures_file)
        for failure in failures:
            failure["in_outage"] = any(failure["ended"] >= begun and failure["begun"] <= ended + AFTERMATH_SECONDS
                                       for begun, ended in self.outages)
            failure["begun"], failure["ended"] = (round(failure[key] - self.begun, 2) for key in ("begun", "ended"))
        with open(self.lab.log_file) as file:
            said = file.read().splitlines()
        report = {
            "minutes": self.options.minutes, "silence": self.options.silence,
            "outages": [[round(moment - self.begun) for moment in outage] for outage in self.outages],
            "traffic": self.traffic, "servers": self.seen, "failures": failures, "said": said[-200:],
            "samples": self.samples,
        }
        report["checks"] = list(self.checks(failures))
        return report

    def checks(self, failures):
        before, after = self.samples[0], self.samples[-1]
        carried = [sample for sample in self.samples if sample["phase"] == "traffic"]
        middle, end = (part(carried, *share) for share in ((0.4, 0.6), (0.8, 1.0)))
        grown, bound = end - middle, max(GROWTH_BOUND, middle * GROWTH_SHARE)
        # Before its idle time-out has passed once, UDP flows only become more.
        if self.traffic_seconds < 2.5 * UDP_IDLE_SECONDS:
            bound += 4
        yield check("memory while traffic lasts", grown < bound,
                    f"{middle:.1f} MiB in the middle, {end:.1f} at the end (at most {bound:.1f} more)")
        left = after["rss_mib"] - before["rss_mib"]
        yield check("memory at the end", left < REMAINS_BOUND,
                    f"{before['rss_mib']:.1f} MiB before, {after['rss_mib']:.1f} after "
                    f"(at most {REMAINS_BOUND:.0f} more)")
        waits = self.options.silence < UDP_IDLE_SECONDS
        for kind in ("tcp", "ping", "udp"):
            still_timed = waits and kind == "udp"
            remark = ", still in their time" if still_timed else ""
            yield check(f"{kind} sockets", after[kind] <= before[kind] or still_timed,
                        f"{before[kind]} before, {after[kind]} after{remark}")
        yield check("other descriptors", after["other"] <= before["other"] + SPARE_DESCRIPTORS,
                    f"{before['other']} before, {after['other']} after")
        yield check("open flows in the log", after["flows"] <= before["flows"] or waits,
                    f"{before['flows']} before, {after['flows']} after" + (", UDP still in its time" if waits else ""))
        yield check("threads", after["threads"] <= before["threads"],
                    f"{before['threads']} before, {after['threads']} after")
        unexplained = [failure for failure in failures if not failure["in_outage"]]
        done = sum(self.traffic.get("done", {}).values())
        yield check("traffic", done > 0 and not unexplained,
                    f"{done:,} operations, {len(unexplained)} went wrong, {len(failures) - len(unexplained)} more "
                    f"around {len(self.outages)} outages")
        yield check("trackers", self.seen.get("questions") == 0 and self.seen.get("requests") == 0,
                    f"{self.seen.get('questions')} questions and {self.seen.get('requests')} requests reached a server")
        yield check("a fresh curl", self.curl_code == 0, f"exit code {self.curl_code}")
        yield check("the engine's end", self.exit_code == 0, f"exit code {self.exit_code}")
        yield check("the log", self.log_state == "ok", f"{after['rows']:,} connections, integrity {self.log_state}")


COLUMNS = ("seconds", "phase", "rss_mib", "anonymous_mib", "tcp", "udp", "ping", "other", "threads", "flows", "rows",
           "log_mib", "cpu_seconds")
HEADING = ("s", "phase", "RSS MiB", "anon", "TCP", "UDP", "ping", "other fd", "threads", "flows", "logged", "log MiB",
           "CPU s")
ROW = "{:>5}  {:<8} {:>8} {:>6} {:>6} {:>6} {:>5} {:>9} {:>8} {:>7} {:>8} {:>8} {:>7}"


def show(report):
    print()
    for item in report["checks"]:
        print(f"{'ok   ' if item['right'] else 'WRONG'}  {item['name']:<28} {item['remark']}")
    unexplained = [failure for failure in report["failures"] if not failure["in_outage"]]
    for failure in unexplained[:20]:
        print(f"       {failure['kind']} from {failure['begun']} s to {failure['ended']} s: {failure['error']}")
    if report["said"]:
        print(f"The engine said {len(report['said'])} lines, the last of them:")
        for line in report["said"][-5:]:
            print(f"       {line}")


def descriptors(pid):
    """Open descriptors by kind. A TCP socket that is neither connected nor connecting counts under `other`."""
    inodes = {}
    for kind, tables in {"tcp": ("tcp", "tcp6"), "udp": ("udp", "udp6"), "ping": ("icmp", "icmp6")}.items():
        for table in tables:
            try:
                with open(f"/proc/{pid}/net/{table}") as file:
                    inodes.update((line.split()[9], kind) for line in file.readlines()[1:])
            except FileNotFoundError:
                pass
    counts = {"tcp": 0, "udp": 0, "ping": 0, "other": 0}
    for descriptor in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{descriptor}")
        except FileNotFoundError:
            continue
        counts[inodes.get(target[8:-1] if target.startswith("socket:[") else "", "other")] += 1
    return counts


def part(samples, first, last):
    """The median RSS of a part of the samples."""
    chosen = samples[int(len(samples) * first):max(int(len(samples) * last), int(len(samples) * first) + 1)]
    return median(sample["rss_mib"] for sample in chosen) if chosen else 0


def check(name, right, remark):
    return {"name": name, "right": bool(right), "remark": remark}


def mib(field):
    return int(field.split()[0]) / 1024


def read_lines(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


if __name__ == "__main__":
    try:
        main()
    except (LabError, build.BuildError, OSError, subprocess.CalledProcessError) as error:
        print(f"soak: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit("soak: interrupted")
