"""The apps of a soak: many kinds of traffic at once, each checked at this end.

    soak_traffic.py SECONDS SEED LOG     for so long; a line a failure goes to LOG, one JSON object to stdout

Every operation is bounded in time and says whether it went as it must, and a reset, a refusal or a block is what
must happen where one is asked for. When it happened is noted, so that those that an outage hit can be told apart.
"""

import asyncio
import json
import os
import random
import socket
import struct
import sys
import time
from collections import Counter

from soak_garbage import throw_garbage
from soak_servers import ECHO_PORT, DNS_PORT, TCP_PORT, TRACKERS, WEB_PORT, pattern

IPV4, IPV6 = ("10.99.0.2", "10.99.0.10", "10.99.0.11"), ("fd99::2",)
RESOLVER = "10.88.0.53"
CLOSED_PORT, NOBODY, UNROUTED = 9, "10.99.0.250", "203.0.113.9"
PATIENCE = 60
LONGEST_HOLD = 150


class Unexpected(Exception):
    """It did not end as it must."""


class Play:
    """Runs the kinds side by side until the time is over, and counts."""

    def __init__(self, seconds, seed, log):
        self.random = random.Random(seed)
        self.ends_at = time.monotonic() + seconds
        self.log = log
        self.done, self.failed = Counter(), Counter()
        self.lost = Counter()

    def left(self):
        return self.ends_at - time.monotonic()

    async def repeat(self, operation, pause):
        """One after the other, with a pause of this many seconds on average."""
        await asyncio.sleep(self.random.uniform(0, min(pause, max(0, self.left()))))
        while self.left() > 0:
            begun = time.monotonic()
            try:
                async with asyncio.timeout(PATIENCE + LONGEST_HOLD):
                    await operation(self)
            except (OSError, TimeoutError, EOFError, Unexpected) as error:
                self.failed[operation.__name__] += 1
                note = {"kind": operation.__name__, "begun": begun, "ended": time.monotonic(),
                        "error": f"{type(error).__name__}: {error}"}
                print(json.dumps(note), file=self.log, flush=True)
            self.done[operation.__name__] += 1
            await asyncio.sleep(min(self.random.uniform(0, 2 * pause), max(0, self.left())))

    def remote(self):
        return self.random.choice(IPV4 if self.random.random() < 0.75 else IPV6)


async def short(play):
    """Connect, a few bytes there and back, close."""
    data = pattern(play.random.randint(1, 8000))
    async with Client(play.remote()) as client:
        await client.send(b"echo\n" + data)
        expect(await client.read(len(data)) == data, "the echo differs")


async def download(play):
    length = play.random.randint(100_000, 3_000_000)
    async with Client(play.remote()) as client:
        await client.send(b"down %d\n" % length)
        expect(await client.read_to_end() == length, "not all came down")


async def upload(play):
    await sent_whole(play, play.random.randint(100_000, 2_000_000), 0)


async def slow_server(play):
    """The server reads slower than the app writes: back-pressure upwards."""
    await sent_whole(play, play.random.randint(1_000_000, 2_000_000), 40)


async def sent_whole(play, length, pause_ms):
    async with Client(play.remote()) as client:
        await client.send(b"up %d\n" % pause_ms + pattern(length))
        client.socket.shutdown(socket.SHUT_WR)
        expect(int(await client.read(100, exactly=False)) == length, "not all went up")


async def slow_reader(play):
    """The app reads slower than the server writes, and leaves in the middle now and then."""
    length = 1_000_000
    leaves = play.random.random() < 0.5
    async with Client(play.remote(), receive_buffer=8192) as client:
        await client.send(b"down %d\n" % length)
        got = 0
        while got < (length // 3 if leaves else length):
            piece = await client.some(16_384)
            expect(piece, "the end came early")
            got += len(piece)
            await asyncio.sleep(0.05)


async def resets_itself(play):
    """The app resets a download in the middle."""
    async with Client(play.remote()) as client:
        await client.send(b"down 1000000\n")
        await client.read(play.random.randint(1, 100_000))
        client.reset_at_close()


async def is_reset(play):
    """The server resets; the app must be told."""
    async with Client(play.remote()) as client:
        await client.send(b"reset %d\n" % play.random.randint(0, 30_000))
        try:
            while await client.some(65_536):
                pass
        except ConnectionResetError:
            return
        raise Unexpected("an end in place of a reset")


async def refused(play):
    await fails_with(ConnectionRefusedError, play.remote(), CLOSED_PORT)


async def scan(play):
    """Many closed ports at once."""
    remote = play.remote()
    await asyncio.gather(*(fails_with(ConnectionRefusedError, remote, 20_000 + port) for port in range(60)))


async def unreachable(play):
    """An address that nobody has, or that no route leads to."""
    await fails_with(OSError, play.random.choice((NOBODY, UNROUTED)), TCP_PORT)


async def fails_with(kind, remote, port):
    try:
        async with Client(remote, port):
            pass
    except kind:
        return
    raise Unexpected("it was connected")


async def half_close(play):
    """The app ends its side; the server goes on for a while."""
    pieces = play.random.randint(1, 40)
    async with Client(play.remote()) as client:
        await client.send(b"trickle %d\n" % pieces)
        client.socket.shutdown(socket.SHUT_WR)
        expect(await client.read_to_end() == pieces * 100, "the half-closed connection lost data")


async def server_ends_first(play):
    async with Client(play.remote()) as client:
        await client.send(b"finish-first\n")
        expect(await client.read_to_end() == 4, "no end came")
        for _ in range(play.random.randint(1, 20)):
            await client.send(pattern(2000))
            await asyncio.sleep(0.25)


async def idle(play):
    """Open and silent, then a byte both ways."""
    async with Client(play.remote()) as client:
        await client.send(b"echo\n1")
        await client.read(1)
        await asyncio.sleep(min(play.random.uniform(10, LONGEST_HOLD), max(0, play.left())))
        await client.send(b"2")
        expect(await client.read(1) == b"2", "the idle connection did not come back")


async def web(play):
    """HTTP under an allowed name, now and then after a silence longer than the firewall waits for a name."""
    async with Client(play.remote(), WEB_PORT) as client:
        if play.random.random() < 0.1:
            await asyncio.sleep(12)
        await client.send(b"GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n")
        expect(await client.read_to_end() > 20_000, "the page is not whole")


async def blocked_web(play):
    """HTTP under a tracker's name: not a byte may come back."""
    async with Client(play.remote(), WEB_PORT) as client:
        try:
            await client.send(b"GET / HTTP/1.1\r\nHost: a.%s\r\n\r\n" % TRACKERS.encode())
            got = await client.some(65_536)
        except ConnectionResetError:
            return
        expect(not got, "the tracker answered")


async def curl(play):
    """A program that lives for a moment, as attribution meets them."""
    name = f"s{play.random.randint(0, 50)}.test"
    words = ["curl", "-q", "-s", "-o", "/dev/null", "--max-time", str(PATIENCE), "--noproxy", "*",
             "--resolve", f"{name}:{WEB_PORT}:{play.random.choice(IPV4)}", f"http://{name}/"]
    child = await asyncio.create_subprocess_exec(*words)
    code = await child.wait()
    expect(code == 0, f"curl ended with {code}")


async def datagrams(play):
    """A new port, a few requests to several remotes."""
    family = play.random.choice((4, 4, 6))
    with udp_socket(family) as sock:
        for remote in play.random.sample(IPV4, 2) if family == 4 else IPV6:
            # Up to the largest that goes in three fragments.
            data = os.urandom(play.random.choice((12, 200, 1200, 1400, 4000)))
            await request(play, sock, (remote, ECHO_PORT), data, lambda answer, sent=data: answer == sent)


async def call(play):
    """50 datagrams a second each way for ten seconds; a few may be lost."""
    got = 0
    with udp_socket(4) as sock:
        sock.connect((play.random.choice(IPV4), ECHO_PORT))
        for number in range(500):
            await asyncio.sleep(0.02)
            try:
                sock.send(pattern(160))
                while sock.recv(2000):
                    got += 1
            except BlockingIOError:
                pass
    play.lost["call"] += 500 - got
    expect(got > 400, f"{500 - got} of 500 datagrams were lost")


async def udp_refused(play):
    """A closed UDP port: the app must be told."""
    with udp_socket(4) as sock:
        sock.connect((play.random.choice(IPV4), CLOSED_PORT))
        try:
            await request(play, sock, None, b"?", lambda answer: False)
        except ConnectionRefusedError:
            return
    raise Unexpected("no refusal came")


async def names(play):
    """Questions to the tunnel's resolver, and past it; by UDP and now and then by TCP."""
    blocked = play.random.random() < 0.3
    name = f"n{play.random.randint(0, 9999)}.{TRACKERS if blocked else 'shop.test'}"
    record_type = play.random.choice((1, 28, 65))
    number = os.urandom(2)
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    question = number + struct.pack("!HHHHH", 0x100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, record_type, 1)
    server = play.random.choice((RESOLVER, RESOLVER, IPV4[0]))
    if play.random.random() < 0.2:
        async with Client(server, DNS_PORT) as client:
            await client.send(len(question).to_bytes(2, "big") + question)
            answer = await client.read(int.from_bytes(await client.read(2), "big"))
    else:
        with udp_socket(4) as sock:
            answer = await request(play, sock, (server, DNS_PORT), question, lambda data: data[:2] == number)
    code, count = answer[3] & 15, int.from_bytes(answer[6:8], "big")
    expect(code == 0 and count == int(record_type != 65), f"answer code {code} with {count} records")
    if blocked and record_type != 65:
        length = 4 if record_type == 1 else 16
        expect(bytes(length) in answer[12 + len(labels) + 5:], "a tracker's name has an address")


async def ping(play):
    family = play.random.choice((4, 4, 6))
    kind, protocol = (8, socket.IPPROTO_ICMP) if family == 4 else (128, socket.IPPROTO_ICMPV6)
    with udp_socket(family, protocol) as sock:
        for sequence in range(play.random.randint(1, 3)):
            echo = struct.pack("!BBHHH", kind, 0, 0, 0, sequence) + os.urandom(play.random.choice((0, 56, 1000)))
            remote = (play.random.choice(IPV4 if family == 4 else IPV6), 0)
            await request(play, sock, remote, echo, lambda answer, sent=echo: answer[8:] == sent[8:])


async def request(play, sock, remote, data, fits):
    """Sends until an answer fits, four times at most: datagrams may be lost."""
    loop = asyncio.get_running_loop()
    for attempt in range(4):
        try:
            async with asyncio.timeout(3):
                await (loop.sock_sendto(sock, data, remote) if remote else loop.sock_sendall(sock, data))
                while True:
                    answer = await loop.sock_recv(sock, 65_536)
                    if fits(answer):
                        return answer
        except TimeoutError:
            play.lost["request"] += 1
    raise Unexpected(f"no answer to four requests of {len(data)} bytes to {remote}, from port {sock.getsockname()[1]}")


def udp_socket(family, protocol=0):
    sock = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_DGRAM, protocol)
    sock.setblocking(False)
    return sock


class Client:
    """A TCP connection; each step has its time."""

    def __init__(self, remote, port=TCP_PORT, receive_buffer=None):
        self.remote = (remote, port)
        self.socket = socket.socket(socket.AF_INET6 if ":" in remote else socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setblocking(False)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.loop = asyncio.get_running_loop()

    async def __aenter__(self):
        try:
            async with asyncio.timeout(PATIENCE):
                await self.loop.sock_connect(self.socket, self.remote)
        except BaseException:
            self.socket.close()
            raise
        return self

    async def __aexit__(self, *_):
        self.socket.close()

    async def send(self, data):
        async with asyncio.timeout(PATIENCE):
            await self.loop.sock_sendall(self.socket, data)

    async def some(self, limit):
        async with asyncio.timeout(PATIENCE):
            return await self.loop.sock_recv(self.socket, limit)

    async def read(self, length, exactly=True):
        data = b""
        while len(data) < length:
            piece = await self.some(length - len(data))
            if not piece:
                if exactly:
                    raise EOFError(f"{len(data)} of {length} bytes")
                break
            data += piece
        return data

    async def read_to_end(self):
        total = 0
        while piece := await self.some(262_144):
            total += len(piece)
        return total

    def reset_at_close(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def expect(condition, complaint):
    if not condition:
        raise Unexpected(complaint)


# How many of a kind run side by side, and the pause after each in seconds.
KINDS = (
    (short, 12, 0.3), (download, 3, 1.5), (upload, 3, 1.5), (slow_server, 2, 5), (slow_reader, 4, 4),
    (resets_itself, 3, 2), (is_reset, 3, 1), (refused, 2, 1), (scan, 1, 15), (unreachable, 2, 5), (half_close, 6, 1),
    (server_ends_first, 4, 1), (idle, 120, 2), (web, 4, 1), (blocked_web, 3, 1), (curl, 1, 2), (datagrams, 5, 0.4),
    (call, 2, 5), (udp_refused, 1, 2), (names, 6, 0.5), (ping, 2, 1),
)


async def main():
    seconds, seed = float(sys.argv[1]), int(sys.argv[2])
    with open(sys.argv[3], "w") as log:
        play = Play(seconds, seed, log)
        async with asyncio.TaskGroup() as tasks:
            for operation, number, pause in KINDS:
                for _ in range(number):
                    tasks.create_task(play.repeat(operation, pause))
            thrown = tasks.create_task(throw_garbage(play.random, play.left))
    print(json.dumps({"done": play.done, "failed": play.failed, "lost": play.lost, "garbage": thrown.result()}))


if __name__ == "__main__":
    asyncio.run(main())
