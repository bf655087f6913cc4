"""TCP connections without a browser around them.

    connect.py many ADDRESS PORT COUNT     so many at once, each echoes; prints "echoed COUNT"
    connect.py row ADDRESS PORT COUNT      one after another, each echoes; prints "echoed COUNT"
    connect.py errno ADDRESS PORT          one; prints the name of its error, or "connected"
    connect.py hold ADDRESS PORT [SECONDS] one, with keep-alives after so long; says "connected", echoes a line at each line of input, then says "echoed"
"""

import errno
import resource
import selectors
import socket
import sys


def main() -> None:
    what, address, port, *rest = sys.argv[1:]
    target = (address, int(port))
    if what == "many":
        many(target, int(rest[0]))
    elif what == "row":
        row(target, int(rest[0]))
    elif what == "errno":
        print(error_of(target))
    elif what == "hold":
        hold(target, *map(int, rest))
    else:
        sys.exit(__doc__)


def many(target: tuple[str, int], count: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    waiting = selectors.EpollSelector()
    streams = []
    for number in range(count):
        stream = socket.socket(family(target), socket.SOCK_STREAM)
        stream.setblocking(False)
        result = stream.connect_ex(target)
        if result not in (0, errno.EINPROGRESS):
            sys.exit(f"connection {number}: {errno.errorcode[result]}")
        waiting.register(stream, selectors.EVENT_WRITE, number)
        streams.append(stream)
    connected = 0
    while connected < count:
        for key, _ in waiting.select():
            result = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if result:
                sys.exit(f"connection {key.data}: {errno.errorcode[result]}")
            waiting.unregister(key.fileobj)
            connected += 1
    # All are open at this moment.
    for number, stream in enumerate(streams):
        stream.setblocking(True)
        stream.sendall(b"%09d\n" % number)
    for number, stream in enumerate(streams):
        expect(stream, b"%09d\n" % number)
    print("echoed", count)


def row(target: tuple[str, int], count: int) -> None:
    for number in range(count):
        with socket.create_connection(target) as stream:
            stream.sendall(b"%09d\n" % number)
            expect(stream, b"%09d\n" % number)
    print("echoed", count)


def error_of(target: tuple[str, int]) -> str:
    with socket.socket(family(target), socket.SOCK_STREAM) as stream:
        result = stream.connect_ex(target)
        return errno.errorcode[result] if result else "connected"


def hold(target: tuple[str, int], keep_alive: int = 0) -> None:
    with socket.create_connection(target) as stream:
        if keep_alive:
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, keep_alive)
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, keep_alive)
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        print("connected", flush=True)
        for line in sys.stdin.buffer:
            stream.sendall(line)
            expect(stream, line)
            print("echoed", line.decode().strip(), flush=True)


def expect(stream: socket.socket, wanted: bytes) -> None:
    got = b""
    while len(got) < len(wanted):
        part = stream.recv(len(wanted) - len(got))
        if not part:
            sys.exit("the connection ended early")
        got += part
    if got != wanted:
        sys.exit(f"{got!r} in place of {wanted!r}")


def family(target: tuple[str, int]) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in target[0] else socket.AF_INET


main()
