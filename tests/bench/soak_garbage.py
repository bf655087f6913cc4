"""Packets that no honest system sends, thrown straight into the TUN: noise, damaged headers, half fragments,
connections from addresses that nobody has and that therefore never go on."""

import asyncio
import ipaddress
import os
import socket
import struct

_DEVICE = "tun0"
_ETH_P_IP, _ETH_P_IPV6 = 0x0800, 0x86DD
_PACKETS_A_TURN, _TURN_SECONDS = 10, 0.1
_LOCAL, _SOMEBODY_ELSE = "10.88.0.2", "10.88.0.77"
_SYN = 2


async def throw_garbage(chance, left):
    """Until no time is left; how many packets it were."""
    thrown = 0
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM) as sock:
        while left() > 0:
            for _ in range(_PACKETS_A_TURN):
                make = chance.choices((_noise, _unknown_protocol, _fragment, _datagram, _segment, _ipv6, _syn),
                                      (20, 10, 20, 20, 20, 15, 2))[0]
                packet = make(chance)
                if chance.random() < 0.3:
                    packet = _damaged(chance, packet)
                protocol = _ETH_P_IPV6 if packet[0] >> 4 == 6 else _ETH_P_IP
                try:
                    sock.sendto(packet, (_DEVICE, protocol))
                    thrown += 1
                except OSError:
                    # The TUN's queue is full, or the packet is longer than it takes.
                    pass
            await asyncio.sleep(_TURN_SECONDS)
    return thrown


def _noise(chance):
    first = chance.choice((0x45, 0x4F, 0x60, chance.randrange(256)))
    return bytes([first]) + os.urandom(chance.choice((0, 1, 19, 39, 100, 1400)))


def _damaged(chance, packet):
    """With some bytes changed, or cut short."""
    packet = bytearray(packet)
    for _ in range(chance.randint(1, 4)):
        packet[chance.randrange(len(packet))] = chance.randrange(256)
    return bytes(packet[:chance.randint(1, len(packet))] if chance.random() < 0.3 else packet)


def _unknown_protocol(chance):
    return _ipv4(chance, chance.choice((0, 2, 41, 47, 50, 132, 255)), os.urandom(40))


def _fragment(chance):
    """A piece of something whose other pieces never come, or come over it."""
    offset = chance.choice((0, 0, 1, 185, 370, 8000))
    more = 0x2000 if chance.random() < 0.7 else 0
    data = os.urandom(8 * chance.randint(1, 150))
    return _ipv4(chance, 17, data, fragment=more | offset, number=chance.randrange(64))


def _datagram(chance):
    """UDP with a length, a checksum or an address that may be wrong."""
    data = os.urandom(chance.choice((0, 1, 50, 1000)))
    length = 8 + len(data) + chance.choice((0, 0, 0, 5, -5))
    ports = (chance.randrange(40_000, 40_200), chance.choice((53, 443, 17_001, 17_001, 65_535)))
    return _ipv4(chance, 17, struct.pack("!HHHH", *ports, max(0, length), 0) + data)


def _segment(chance):
    """TCP out of nowhere, with any flags but a lone SYN."""
    flags = chance.choice((0, 1, 3, 4, 16, 17, 18, 20, 24, 25, 41, 63))
    return _tcp(chance, _LOCAL, flags, os.urandom(chance.choice((0, 0, 10, 1000))))


def _syn(chance):
    """The beginning of a connection that nobody will go on with."""
    return _tcp(chance, chance.choice((_LOCAL, _SOMEBODY_ELSE)), _SYN, b"")


def _tcp(chance, local, flags, data):
    remote = _remote(chance)
    options = bytes([2, 4, 5, 180]) if chance.random() < 0.7 else os.urandom(4)
    head = struct.pack("!HHIIBBHHH", chance.randrange(1024, 65_536), chance.choice((80, 443, 17_000, 17_000, 9)),
                       chance.randrange(1 << 32), chance.randrange(1 << 32), 6 << 4, flags, 64_000, 0, 0) + options
    pseudo = socket.inet_aton(local) + socket.inet_aton(remote) + struct.pack("!HH", 6, len(head) + len(data))
    check = _checksum(pseudo + head + data)
    return _ipv4(chance, 6, head[:16] + struct.pack("!H", check) + head[18:] + data, local=local, remote=remote)


def _ipv6(chance):
    """IPv6 with a chain of extension headers that may end in nothing."""
    kinds = [chance.choice((0, 43, 44, 60, 135)) for _ in range(chance.randint(0, 4))]
    kinds.append(chance.choice((6, 17, 58, 59)))
    chain = b"".join(bytes([following, 0]) + os.urandom(6) for following in kinds[1:])
    body = chain + os.urandom(chance.choice((0, 8, 20, 200)))
    local, remote = (ipaddress.IPv6Address(address).packed for address in ("fd88::2", "fd99::2"))
    return struct.pack("!IHBB", 6 << 28, len(body), kinds[0], 64) + local + remote + body


def _ipv4(chance, protocol, body, local=_LOCAL, remote=None, fragment=0, number=0):
    source, target = socket.inet_aton(local), socket.inet_aton(remote or _remote(chance))
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(body), number, fragment, 64, protocol, 0) + source + target
    return head[:10] + struct.pack("!H", _checksum(head)) + head[12:] + body


def _remote(chance):
    return chance.choice(("10.99.0.2", "10.99.0.10", "10.99.0.250", "224.0.0.1", "255.255.255.255", "127.0.0.1",
                          "0.0.0.0", f"198.18.{chance.randrange(256)}.{chance.randrange(256)}"))


def _checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
