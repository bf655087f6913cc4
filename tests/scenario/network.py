"""The scenario's network: two namespaces of our own and a wire between them; nothing touches the machine's network.

`uplink` stands for the phone's network access: the firewall's own sockets live there. `servers` stands for the
internet: it has every host's addresses.
"""

import os
import shutil
import subprocess
from pathlib import Path

from cast import HOSTS

NAME_SERVER = "192.0.2.53"

_NETNS_ETC = Path("/etc/netns")


class Network:
    """Use it in a `with`: what it makes is taken away at the end, whatever happened."""

    def __init__(self) -> None:
        # Unique while this process lives; an interface's name may have 15 characters.
        self.uplink = f"hushplay-{os.getpid()}-up"
        self.servers = f"hushplay-{os.getpid()}-srv"
        self.wire = f"hp{os.getpid()}s"
        self._made_etc = False

    def __enter__(self) -> "Network":
        try:
            self._build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for name in (self.uplink, self.servers):
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL, check=False)
        shutil.rmtree(_NETNS_ETC / self.uplink, ignore_errors=True)
        if self._made_etc:
            _NETNS_ETC.rmdir()

    def inside(self, name: str) -> list[str]:
        """What to put before a command to run it in this namespace."""
        return ["ip", "netns", "exec", name]

    def _build(self) -> None:
        uplink_end = f"hp{os.getpid()}u"
        _ip("netns", "add", self.uplink)
        _ip("netns", "add", self.servers)
        _ip("link", "add", uplink_end, "netns", self.uplink, "type", "veth", "peer", "name", self.wire,
            "netns", self.servers)
        for name, end, ipv4, ipv6 in (
            (self.uplink, uplink_end, "192.0.2.1/24", "2001:db8:1::1/64"),
            (self.servers, self.wire, "192.0.2.2/24", "2001:db8:1::2/64"),
        ):
            _ip("-n", name, "link", "set", "lo", "up")
            _ip("-n", name, "address", "add", ipv4, "dev", end)
            _ip("-n", name, "address", "add", ipv6, "dev", end, "nodad")
            _ip("-n", name, "link", "set", end, "up")
        _ip("-n", self.uplink, "route", "add", "default", "via", "192.0.2.2")
        _ip("-n", self.uplink, "-6", "route", "add", "default", "via", "2001:db8:1::2")
        _ip("-n", self.servers, "address", "add", f"{NAME_SERVER}/24", "dev", self.wire)
        for host in HOSTS:
            _ip("-n", self.servers, "address", "add", f"{host.ipv4}/32", "dev", "lo")
            _ip("-n", self.servers, "address", "add", f"{host.ipv6}/128", "dev", "lo")
        self._made_etc = not _NETNS_ETC.exists()
        folder = _NETNS_ETC / self.uplink
        folder.mkdir(parents=True)
        # Mounted over /etc/resolv.conf by `ip netns exec`.
        (folder / "resolv.conf").write_text(f"nameserver {NAME_SERVER}\n")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
