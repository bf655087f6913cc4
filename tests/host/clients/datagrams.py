"""UDP without a protocol around it.

    datagrams.py many PORT ADDRESS...     one socket, one datagram to each address; prints "PEER TEXT" of each answer
    datagrams.py again ADDRESS PORT COUNT LOCAL_PORT
                                          the same local port COUNT times, closed and bound again; prints "answered COUNT"
    datagrams.py size ADDRESS PORT SIZE   a datagram of this size that must not be fragmented, again and again until
                                          the error EMSGSIZE or an answer comes; prints which, and the path's MTU
    datagrams.py large ADDRESS PORT SIZE TRIES  a datagram of this size, in fragments where need be, sent so often at most,
                                                each second until it is answered; prints "answered SIZE"
    datagrams.py error ADDRESS PORT       sends until there is an error; prints its name
"""

import errno
import socket
import sys

# Of linux/in.h and linux/in6.h; Python's socket module lacks them.
IP_MTU_DISCOVER, IP_MTU = 10, 14
IPV6_MTU_DISCOVER, IPV6_MTU = 23, 24
DONT, DO = 0, 2
TRIES = 200


def main() -> None:
    what, *rest = sys.argv[1:]
    if what == "many":
        many(int(rest[0]), rest[1:])
    elif what == "again":
        again((rest[0], int(rest[1])), int(rest[2]), int(rest[3]))
    elif what == "size":
        size((rest[0], int(rest[1])), int(rest[2]))
    elif what == "large":
        large((rest[0], int(rest[1])), int(rest[2]), int(rest[3]))
    elif what == "error":
        error((rest[0], int(rest[1])))
    else:
        sys.exit(__doc__)


def many(port: int, addresses: list[str]) -> None:
    with socket.socket(family(addresses[0]), socket.SOCK_DGRAM) as stream:
        stream.settimeout(20)
        for address in addresses:
            stream.sendto(f"hello {address}".encode(), (address, port))
        for _ in addresses:
            text, peer = stream.recvfrom(2000)
            print(peer[0], text.decode())


def again(target: tuple[str, int], count: int, local_port: int) -> None:
    for number in range(count):
        with socket.socket(family(target[0]), socket.SOCK_DGRAM) as stream:
            stream.settimeout(20)
            stream.bind(("", local_port))
            stream.sendto(b"number %d" % number, target)
            answer, _ = stream.recvfrom(2000)
            if answer != b"number %d" % number:
                sys.exit(f"{answer!r} in place of number {number}")
    print("answered", count)


def size(target: tuple[str, int], length: int) -> None:
    six = ":" in target[0]
    level = socket.IPPROTO_IPV6 if six else socket.IPPROTO_IP
    with socket.socket(family(target[0]), socket.SOCK_DGRAM) as stream:
        stream.settimeout(0.1)
        stream.setsockopt(level, IPV6_MTU_DISCOVER if six else IP_MTU_DISCOVER, DO)
        stream.connect(target)
        for _ in range(TRIES):
            try:
                stream.send(bytes(length))
                stream.recv(65_536)
            except TimeoutError:
                continue
            except OSError as problem:
                mtu = stream.getsockopt(level, IPV6_MTU if six else IP_MTU)
                print(errno.errorcode[problem.errno], mtu)
                return
            print("answered")
            return
    print("neither")


def large(target: tuple[str, int], length: int, tries: int) -> None:
    payload = bytes(number % 251 for number in range(length))
    six = ":" in target[0]
    with socket.socket(family(target[0]), socket.SOCK_DGRAM) as stream:
        stream.setsockopt(
            socket.IPPROTO_IPV6 if six else socket.IPPROTO_IP, IPV6_MTU_DISCOVER if six else IP_MTU_DISCOVER, DONT)
        for again in reversed(range(tries)):
            stream.settimeout(1 if again else 20)
            stream.sendto(payload, target)
            try:
                answer, _ = stream.recvfrom(65_536)
            except TimeoutError:
                if again:
                    continue
                raise
            print("answered", length if answer == payload else "something else")
            return


def error(target: tuple[str, int]) -> None:
    with socket.socket(family(target[0]), socket.SOCK_DGRAM) as stream:
        stream.settimeout(0.1)
        stream.connect(target)
        for _ in range(TRIES):
            try:
                stream.send(b"hello")
                stream.recv(2000)
            except TimeoutError:
                continue
            except OSError as problem:
                print(errno.errorcode[problem.errno])
                return
    print("none")


def family(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


main()
