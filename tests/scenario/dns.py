"""The scenario's name server: A and AAAA for its hosts, through an alias where they have one, over UDP and TCP, and a note of each question."""

import socket
import socketserver
import struct
from collections.abc import Callable

from cast import HOSTS

_A, _CNAME, _AAAA = 1, 5, 28
_TTL_S = 60
_BY_NAME = {host.name: host for host in HOSTS if host.name}

# Called with the name and the record type of each question.
OnQuestion = Callable[[str, int], None]


def serve(address: str, on_question: OnQuestion) -> list[socketserver.BaseServer]:
    """Servers for UDP and TCP port 53 of `address`; the caller runs and ends them."""

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            question, server = self.request
            reply = answer(question, on_question)
            if reply:
                server.sendto(reply, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while len(length := self.rfile.read(2)) == 2:
                reply = answer(self.rfile.read(struct.unpack("!H", length)[0]), on_question)
                if not reply:
                    return
                self.wfile.write(struct.pack("!H", len(reply)) + reply)

    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    servers = []
    for base, handler in ((socketserver.ThreadingUDPServer, Udp), (socketserver.ThreadingTCPServer, Tcp)):
        kind = type("Server", (base,), {"address_family": family, "allow_reuse_address": True, "daemon_threads": True})
        servers.append(kind((address, 53), handler))
    return servers


def answer(message: bytes, on_question: OnQuestion) -> bytes | None:
    """The reply to one question; None where it is not a question at all."""
    if len(message) < 12 or message[2] & 0x80:
        return None
    try:
        name, end = _name(message, 12)
        record_type, _ = struct.unpack_from("!HH", message, end)
    except (IndexError, struct.error, UnicodeDecodeError):
        return None
    on_question(name, record_type)
    host = _BY_NAME.get(name)
    addresses = {_A: (socket.AF_INET, "ipv4"), _AAAA: (socket.AF_INET6, "ipv6")}
    # The name is a pointer to the question's.
    owner, records = b"\xc0\x0c", []
    if host and host.alias_of:
        alias = b"".join(bytes([len(label)]) + label for label in host.alias_of.encode().split(b".")) + b"\0"
        records.append(_record(owner, _CNAME, alias))
        owner = alias
    if host and record_type in addresses:
        family, field = addresses[record_type]
        records.append(_record(owner, record_type, socket.inet_pton(family, getattr(host, field))))
    # Response, authoritative, recursion as asked and available; NXDOMAIN for a name that is not ours.
    flags = 0x8480 | (message[2] & 1) << 8 | (0 if host else 3)
    header = message[:2] + struct.pack("!HHHHH", flags, 1, len(records), 0, 0)
    return header + message[12:end + 4] + b"".join(records)


def _name(message: bytes, at: int) -> tuple[str, int]:
    labels = []
    while length := message[at]:
        labels.append(message[at + 1:at + 1 + length].decode("ascii").lower())
        at += 1 + length
    return ".".join(labels), at + 1


def _record(owner: bytes, record_type: int, data: bytes) -> bytes:
    return owner + struct.pack("!HHIH", record_type, 1, _TTL_S, len(data)) + data
