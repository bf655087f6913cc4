"""Counts packets at the servers' end of the wire, with a packet socket: it knows nothing of the firewall.

Each packet is noted with the kernel's time and the server's address that it came to. Packets that the servers send are
not noted: they follow from these.
"""

import ipaddress
import socket
import struct
import threading

# ICMPv6 types 133 to 137 (RFC 4861).
_NEIGHBOUR_TALK = range(133, 138)
_ETH_P_ALL, _ETH_P_IP, _ETH_P_IPV6 = 0x0003, 0x0800, 0x86DD
_SO_TIMESTAMPNS = 35
_SO_RCVBUFFORCE = 33
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
# Holds everything the scenario sends, were this process not to run at all meanwhile.
_BUFFER = 64 * 1024 * 1024


class Wiretap(threading.Thread):
    """Listens on `interface` from the moment it is made."""

    def __init__(self, interface: str) -> None:
        super().__init__(daemon=True)
        # (nanoseconds since 1970, address of the server) of each packet.
        self.packets: list[tuple[int, str]] = []
        self._stopping = threading.Event()
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.bind((interface, _ETH_P_ALL))
        self._socket.settimeout(0.2)
        self.start()

    def run(self) -> None:
        while True:
            try:
                header, control, _, origin = self._socket.recvmsg(41, socket.CMSG_SPACE(16))
            except TimeoutError:
                if self._stopping.is_set():
                    return
                continue
            if origin[2] == socket.PACKET_OUTGOING:
                continue
            address = _destination(origin[1], header)
            if address:
                self.packets.append((_time_ns(control), address))

    def stop(self) -> int:
        """Reads what still waits, stops, and returns how many packets the kernel could not hand over."""
        self._stopping.set()
        self.join()
        _, drops = struct.unpack("II", self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        self._socket.close()
        return drops


def _destination(ether_type: int, header: bytes) -> str | None:
    """The address an IP packet goes to; None for the link's own talk (neighbours, routers, multicast)."""
    if ether_type == _ETH_P_IP and len(header) >= 20:
        address = ipaddress.ip_address(header[16:20])
    elif ether_type == _ETH_P_IPV6 and len(header) > 40:
        address = ipaddress.ip_address(header[24:40])
        if header[6] == socket.IPPROTO_ICMPV6 and header[40] in _NEIGHBOUR_TALK:
            return None
    else:
        return None
    return None if address.is_multicast or address.is_link_local else str(address)


def _time_ns(control: list[tuple[int, int, bytes]]) -> int:
    for level, kind, data in control:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("qq", data)
            return seconds * 1_000_000_000 + nanoseconds
    raise RuntimeError("the kernel gave a packet without its time")
