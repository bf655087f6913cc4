"""The place of a measurement: three network namespaces with one engine between app and servers.

    app (only tun0, 10.88.0.2)  --TUN--  engine in fw  --veth--  srv (10.99.0.2, 10.99.0.10 and on)

The TUN's descriptor belongs to the engine, its device to `app`, so that the engine's own sockets leave
over the veth as those of a VPN app on a phone do. Made afresh for each measurement, with names that
hold this process's pid, and removed with everything in it however the measurement ends.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import process

HERE = os.path.dirname(os.path.abspath(__file__))
PREFIX = "hw-bench-"
WORK = "lab-"
SERVER = "10.99.0.2"
# Load is spread over these, so that ports in TIME-WAIT never run out.
FIRST_TARGET = "10.99.0.10"
TARGETS = 20
IPERF_PORT = 5201

# IPv6 is off: a new device would be greeted with router solicitations, and an engine that sleeps would
# be woken by the kernel instead of by what is measured.
SYSCTLS = """
echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
echo cubic > /proc/sys/net/ipv4/tcp_congestion_control
echo '1024 65535' > /proc/sys/net/ipv4/ip_local_port_range
echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter
echo 0 > /proc/sys/net/ipv4/conf/default/rp_filter
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/ipv4/tcp_tw_reuse
echo 4096 > /proc/sys/net/core/somaxconn
"""


class LabError(Exception):
    """The measurement could not be set up, with what to look at."""


class Lab:
    """`with Lab(engine, mtu, paths) as lab:` runs the engine; `lab.pid` is its process, if it has one."""

    def __init__(self, engine, mtu, paths):
        self.engine, self.mtu, self.paths = engine, mtu, paths
        self.app, self.fw, self.srv = (f"{PREFIX}{role}-{os.getpid()}" for role in ("app", "fw", "srv"))
        self.work = None
        self.process = None
        self.servers = []

    def __enter__(self):
        try:
            self.begin()
        except BaseException:
            self.finish()
            raise
        return self

    def __exit__(self, *_):
        self.finish()

    @property
    def pid(self):
        return self.process.pid if self.process else None

    def begin(self):
        os.makedirs(self.paths.logs, exist_ok=True)
        self.work = tempfile.mkdtemp(prefix=f"{WORK}{os.getpid()}-", dir=self.paths.build)
        for namespace in (self.app, self.fw, self.srv):
            run("ip", "netns", "add", namespace)
            ip(namespace, "link set lo up")
            run("ip", "netns", "exec", namespace, "sh", "-c", SYSCTLS, stderr=subprocess.DEVNULL)
        self.add_veth(self.fw, "v0", "10.99.0.1/24", self.srv, "v1", f"{SERVER}/24")
        first = int(FIRST_TARGET.rsplit(".", 1)[1])
        ip(self.srv, *(f"addr add 10.99.0.{first + i}/24 dev v1" for i in range(TARGETS)))
        if self.engine.kind == "kernel":
            self.add_veth(self.app, "a0", "10.88.0.2/24", self.fw, "a1", "10.88.0.1/24", self.mtu)
            ip(self.app, "route add default via 10.88.0.1")
            ip(self.srv, "route add 10.88.0.0/24 via 10.99.0.1")
        else:
            self.start_engine()
            try:
                ip(self.app, "route add default dev tun0")
            except subprocess.CalledProcessError as error:
                raise LabError(f"its TUN went away as it began; see {self.log_file}") from error
        self.start_servers()

    def finish(self):
        exit_code = self.process.poll() if self.process else None
        for child in [self.process, *self.servers]:
            if child:
                process.end(child)
        for namespace in (self.app, self.fw, self.srv):
            remove_namespace(namespace)
        if self.work:
            shutil.rmtree(self.work, ignore_errors=True)
        if exit_code is not None:
            print(f"  {self.engine.name} ended by itself with {exit_code}; see {self.log_file}")

    @property
    def log_file(self):
        return os.path.join(self.paths.logs, f"{self.engine.name}.log")

    def add_veth(self, one, name, address, other, other_name, other_address, mtu=1500):
        ip(one, f"link add {name} type veth peer name {other_name}", f"link set {other_name} netns {other}")
        ip(one, f"addr add {address} dev {name}", f"link set {name} mtu {mtu} up")
        ip(other, f"addr add {other_address} dev {other_name}", f"link set {other_name} mtu {mtu} up")

    def start_engine(self):
        devices = [f"--device={self.app}:tun0:10.88.0.2/24"]
        if self.engine.kind == "copy":
            devices.append(f"--device={self.srv}:tun1:10.88.0.1/24")
        values = {"{app}": f"/run/netns/{self.app}", "{work}": self.work}
        command = [values.get(word, word).replace("{work}", self.work) for word in self.engine.command]
        self.process = self.exec_on_tun(devices, command)

    def exec_on_tun(self, devices, command, **options):
        """Starts a command with TUN descriptors and returns once the command itself runs."""
        done, ready = os.pipe()
        with open(self.log_file, "ab") as log, open(done, "rb") as done:
            options = {"stdout": log, "stderr": log, **options}
            words = [sys.executable, os.path.join(HERE, "tun_exec.py"), f"--mtu={self.mtu}",
                     f"--ready={ready}", *devices, "--", *command]
            child = process.start(self.fw, words, pass_fds=[ready], **options)
            os.close(ready)
            done.read()
        return child

    def start_servers(self):
        echo = process.start(self.srv, [self.paths.load, "serve", FIRST_TARGET, str(TARGETS)],
                             stdout=subprocess.PIPE, text=True)
        self.servers.append(echo)
        if not echo.stdout.readline():
            raise LabError("the echo server did not start")
        iperf = process.start(self.srv, ["iperf3", "-s", "-p", str(IPERF_PORT)], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
        self.servers.append(iperf)
        self.wait_until(lambda: process.listens(iperf.pid, IPERF_PORT), "iperf3 did not start")

    def wait_until_it_forwards(self):
        """Returns once a connection through the engine has carried a byte."""
        self.wait_until(lambda: (self.load("connect", 1, 1) or {}).get("ok"), "nothing came through")

    def wait_until(self, condition, complaint, seconds=10):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline or not self.alive():
                raise LabError(f"{complaint}; see {self.log_file}")
            time.sleep(0.05)

    def alive(self):
        return self.process is None or self.process.poll() is None

    def load(self, mode, *numbers):
        """Runs the load tool in `app`; its JSON object, or None if it gave none."""
        words = [self.paths.load, mode, FIRST_TARGET, str(TARGETS), *map(str, numbers)]
        return last_json(self.run_in_app(words, 90))

    def iperf(self, streams, seconds, reverse):
        """Runs the iperf3 client in `app`; its JSON object, empty if it gave none."""
        words = ["iperf3", "-c", SERVER, "-p", str(IPERF_PORT), "-t", str(seconds), "-P", str(streams),
                 "-J", "--connect-timeout", "3000", *(["-R"] if reverse else [])]
        try:
            return json.loads(self.run_in_app(words, seconds + 20))
        except ValueError:
            return {}

    def tun_cost(self, length):
        """What a read and a write of a TUN cost at packets of `length` bytes, on a TUN of its own."""
        command = [self.paths.load, "tun-cost", "{tunfd}", "10.77.0.1", "10.77.0.2", str(length)]
        child = self.exec_on_tun([f"--device={self.fw}:tun9:10.77.0.1/24"], command,
                                 stdout=subprocess.PIPE, text=True)
        return last_json(finish(child, 60))

    def run_in_app(self, words, timeout):
        quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        return finish(process.start(self.app, words, text=True, **quiet), timeout)

    def hold(self, number):
        return Held(self, number)


class Held:
    """`with lab.hold(n) as held:` keeps n connections open; `held.opened` of them were."""

    def __init__(self, lab, number):
        words = [lab.paths.load, "hold", FIRST_TARGET, str(TARGETS), str(number)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.child = process.start(lab.app, words, text=True, **pipes)
        self.opened = 0

    def __enter__(self):
        self.opened = (last_json(self.child.stdout.readline()) or {}).get("ok", 0)
        return self

    def alive(self):
        """How many of the connections still carry a byte both ways."""
        self.child.stdin.write("\n")
        self.child.stdin.flush()
        return (last_json(self.child.stdout.readline()) or {}).get("alive", 0)

    def __exit__(self, *_):
        process.end(self.child)


def finish(child, timeout):
    """What a process prints until it ends by itself; nothing if that takes too long."""
    try:
        return child.communicate(timeout=timeout)[0]
    except subprocess.TimeoutExpired:
        return ""
    finally:
        process.end(child)


def remove_leftovers(build):
    """Removes what a benchmark that was killed left: namespaces and folders whose pid is gone."""
    for namespace in os.listdir("/run/netns") if os.path.isdir("/run/netns") else []:
        if namespace.startswith(PREFIX) and is_gone(namespace.rsplit("-", 1)[-1]):
            remove_namespace(namespace)
    for folder in os.listdir(build):
        if folder.startswith(WORK) and is_gone(folder.split("-")[1]):
            shutil.rmtree(os.path.join(build, folder), ignore_errors=True)


def is_gone(pid):
    return not os.path.exists(f"/proc/{pid}")


def remove_namespace(namespace):
    subprocess.run(["ip", "netns", "del", namespace], stderr=subprocess.DEVNULL, check=False)


def run(*words, **options):
    subprocess.run(words, check=True, **options)


def ip(namespace, *commands):
    run("ip", "-n", namespace, "-batch", "-", input="\n".join(commands) + "\n", text=True)


def last_json(text):
    lines = (text or "").strip().splitlines()
    try:
        return json.loads(lines[-1]) if lines else None
    except ValueError:
        return None
