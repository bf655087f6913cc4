"""The internet of a soak: TCP that does as it is told, UDP echo, name service and a web server.

    soak_servers.py ADDRESS…     until its standard input closes; then prints what it saw of trackers

Prints "ready" once everything listens. A TCP client says in its first line what is to happen, see `_TURNS`.
"""

import asyncio
import json
import socket
import struct
import sys

TCP_PORT, ECHO_PORT, DNS_PORT, WEB_PORT = 17_000, 17_001, 53, 80
TRACKERS = "tracker.test"

_SERVE_SECONDS = 300
_NO_DATA = struct.pack("!HHIIIII", 1, 1, 0, 0, 0, 0, 0)


def pattern(length):
    """Bytes that both ends can make, and that do not repeat within a packet."""
    block = b"".join(number.to_bytes(4, "big") for number in range(16_384))
    return (block * (length // len(block) + 1))[:length]


class Seen:
    """What no packet may ever tell: a tracker's name, in a question or in a request."""

    def __init__(self):
        self.questions = self.requests = self.served = self.answered = self.garbage = 0


SEEN = Seen()


async def main():
    loop = asyncio.get_running_loop()
    for address in sys.argv[1:]:
        await asyncio.start_server(_tcp, address, TCP_PORT, backlog=1024)
        await asyncio.start_server(_web, address, WEB_PORT, backlog=1024)
        await asyncio.start_server(_dns_stream, address, DNS_PORT, backlog=1024)
        for kind, port in ((Echo, ECHO_PORT), (NameServer, DNS_PORT)):
            await loop.create_datagram_endpoint(kind, local_addr=(address, port))
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps(vars(SEEN)), flush=True)


class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        self.transport.sendto(data, addr)


class NameServer(Echo):
    def datagram_received(self, data, addr):
        try:
            self.transport.sendto(_answer(data), addr)
        except IndexError:
            # Not a question: garbage that was meant for us.
            SEEN.garbage += 1


def _answer(question):
    """One A record for A, one AAAA for AAAA, nothing for the rest."""
    SEEN.answered += 1
    end = 12
    labels = []
    while question[end]:
        labels.append(question[end + 1:end + 1 + question[end]].decode("ascii", "replace"))
        end += question[end] + 1
    SEEN.questions += ".".join(labels).endswith(TRACKERS)
    record_type = int.from_bytes(question[end + 1:end + 3], "big")
    address = {1: bytes([10, 99, 0, 10]), 28: socket.inet_pton(socket.AF_INET6, "fd99::2")}.get(record_type)
    header = struct.pack("!2sHHHHH", question[:2], 0x8180, 1, int(address is not None), 0, 0)
    record = b"\xc0\x0c" + struct.pack("!HHIH", record_type, 1, 30, len(address)) + address if address else b""
    return header + question[12:end + 5] + record


async def _dns_stream(reader, writer):
    async with _Conversation(writer):
        while length := await reader.readexactly(2):
            answer = _answer(await reader.readexactly(int.from_bytes(length, "big")))
            writer.write(len(answer).to_bytes(2, "big") + answer)
            await writer.drain()


async def _web(reader, writer):
    async with _Conversation(writer):
        request = await reader.readuntil(b"\r\n\r\n")
        SEEN.requests += TRACKERS.encode() in request
        body = pattern(20_000)
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()


async def _tcp(reader, writer):
    async with _Conversation(writer):
        words = (await reader.readline()).split()
        if words:
            await _TURNS[words[0]](reader, writer, *map(int, words[1:]))
            SEEN.served += 1


async def _echo(reader, writer):
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()


async def _down(_, writer, length):
    """So many bytes, then the end."""
    for start in range(0, length, 1 << 16):
        writer.write(pattern(min(1 << 16, length - start)))
        await writer.drain()


async def _up(reader, writer, pause_ms):
    """Reads to the end, with a pause after each piece, then says how many bytes there were."""
    total = 0
    while data := await reader.read(65_536):
        total += len(data)
        if pause_ms:
            await asyncio.sleep(pause_ms / 1000)
    writer.write(b"%d\n" % total)
    await writer.drain()


async def _reset(_, writer, length):
    """Some bytes, then a reset."""
    writer.write(pattern(length))
    await writer.drain()
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _trickle(reader, writer, pieces):
    """Waits for the client's end, then sends a piece every half second: a half-closed connection that lives."""
    await reader.read()
    for _ in range(pieces):
        writer.write(b"x" * 100)
        await writer.drain()
        await asyncio.sleep(0.5)


async def _finish_first(reader, writer):
    """Ends its own side at once and reads on; ends for good when the client does."""
    writer.write(b"bye\n")
    writer.write_eof()
    while await reader.read(65_536):
        pass


_TURNS = {b"echo": _echo, b"down": _down, b"up": _up, b"reset": _reset, b"trickle": _trickle,
          b"finish-first": _finish_first}


class _Conversation:
    """Closes the connection at the end, and lets a client go away or stay away without a word."""

    def __init__(self, writer):
        self.writer = writer
        self.limit = asyncio.timeout(_SERVE_SECONDS)

    async def __aenter__(self):
        await self.limit.__aenter__()

    async def __aexit__(self, kind, error, trace):
        try:
            await self.limit.__aexit__(kind, error, trace)
        except TimeoutError as late:
            error, kind = late, TimeoutError
            self.writer.transport.abort()
        self.writer.close()
        expected = (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
        return kind is not None and issubclass(kind, expected)


if __name__ == "__main__":
    asyncio.run(main())
