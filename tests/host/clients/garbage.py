"""garbage.py COUNT: throws so many bad packets into the TUN by a packet socket, from a fixed seed; prints "thrown COUNT".

Random bytes, random bytes behind a sound IP header, cut and bent packets of real kinds, and SYNs from everywhere.
"""

import random
import socket
import struct
import sys

ETH_IP, ETH_IPV6 = 0x0800, 0x86DD
PROTOCOLS = [0, 1, 2, 6, 17, 43, 44, 50, 51, 58, 60, 132, 255]
chance = random.Random(7)


def main() -> None:
    count = int(sys.argv[1])
    senders = {}
    for version, protocol in ((4, ETH_IP), (6, ETH_IPV6)):
        senders[version] = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
        senders[version].bind(("hushwall", protocol))
    for number in range(count):
        packet = KINDS[number % len(KINDS)]()
        version = 6 if packet[:1] and packet[0] >> 4 == 6 else 4
        # An empty packet is none; one larger than the MTU is refused by the kernel.
        senders[version].send(packet[:1500] or b"\0")
    print("thrown", count)


def noise() -> bytes:
    return chance.randbytes(chance.randrange(1, 1500))


def noise_in_ipv4() -> bytes:
    return ipv4(chance.choice(PROTOCOLS), chance.randbytes(chance.randrange(1400)))


def noise_in_ipv6() -> bytes:
    return ipv6(chance.choice(PROTOCOLS), chance.randbytes(chance.randrange(1400)))


def fragment() -> bytes:
    return ipv4(17, chance.randbytes(chance.randrange(1, 180) * 8), fragment=chance.randrange(1 << 16))


def bent_syn() -> bytes:
    packet = bytearray(syn())
    packet[chance.randrange(len(packet))] ^= 1 << chance.randrange(8)
    return bytes(packet[: chance.randrange(1, len(packet) + 1)])


def syn() -> bytes:
    source, target = chance.randbytes(4), socket.inet_aton("192.0.2.2")
    header = struct.pack("!HHIIBBHHH", chance.randrange(1 << 16), chance.randrange(1 << 16), 1, 0, 5 << 4, 2, 64000, 0, 0)
    pseudo = source + target + struct.pack("!BBH", 0, 6, len(header))
    header = header[:16] + struct.pack("!H", checksum(pseudo + header)) + header[18:]
    return ipv4(6, header, source=source, target=target)


def question() -> bytes:
    payload = chance.randbytes(chance.randrange(60))
    return ipv4(17, struct.pack("!HHHH", chance.randrange(1 << 16), 53, 8 + len(payload), 0) + payload)


def ipv4(protocol: int, payload: bytes, fragment: int = 0, source: bytes = b"", target: bytes = b"") -> bytes:
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), chance.randrange(1 << 16), fragment, 64, protocol, 0)
    header += (source or chance.randbytes(4)) + (target or chance.randbytes(4))
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + payload


def ipv6(protocol: int, payload: bytes) -> bytes:
    return struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + chance.randbytes(32) + payload


def checksum(data: bytes) -> int:
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


KINDS = [noise, noise_in_ipv4, noise_in_ipv6, fragment, bent_syn, syn, question]

main()
