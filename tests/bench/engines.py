"""What is compared, and how each engine is started. A new peer is one more entry here."""

from dataclasses import dataclass

TUN2SOCKS_VERSION = "v2.6.0"
IPSTACK_VERSION = "1.0.1"

EVERY_TEST = frozenset({"tcp", "conn", "udp", "memory", "idle"})


@dataclass(frozen=True)
class Engine:
    """`kind`: "tun" takes the app's TUN, "copy" a second one at the servers too, "kernel" is no process."""

    name: str
    what: str
    kind: str
    command: tuple = ()
    tests: frozenset = EVERY_TEST


def engines(paths):
    """All engines in the order of the table's columns."""
    hushwall = (paths.hushwall, "engine", "--tun-fd", "{tunfd}", "--mtu", "{mtu}",
                "--app-netns", "{app}", "--by-user", "--log", "{work}/log.db")
    return [
        Engine("hushwall",
               "our binary, attribution (by user, as Android does) and log on, packets cut to the MTU", "tun",
               (*hushwall, "--largest-packet", "{mtu}")),
        Engine("hushwall-large", "the same with packets of up to 15,900 bytes towards the app (the default)",
               "tun", hushwall, frozenset({"tcp"})),
        Engine("tun2socks", f"tun2socks {TUN2SOCKS_VERSION} (gVisor), direct", "tun",
               (paths.tun2socks, "-device", "fd://{tunfd}", "-mtu", "{mtu}", "-proxy", "direct://",
                "-loglevel", "error")),
        Engine("ipstack", f"a direct forwarder on ipstack {IPSTACK_VERSION} and tokio", "tun",
               (paths.ipstack, "{tunfd}", "{mtu}")),
        Engine("copy", "the bare copy between two TUNs, a read and a write a packet: the yardstick", "copy",
               (paths.load, "copy", "{tunfd}", "{tunfd2}"), frozenset({"tun", "tcp", "conn", "udp"})),
        Engine("kernel", "kernel forwarding with segmentation offload: what the machine can do", "kernel",
               tests=frozenset({"tcp", "conn", "udp"})),
    ]
