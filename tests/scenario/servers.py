"""All of the scenario's servers, in one process inside their network namespace.

Started with the working folder and the name of the wire's interface. Says "ready" on its standard output once
everything listens, serves until its standard input ends, then writes `servers.json`: what came, as the servers saw it.
"""

import hashlib
import http.server
import json
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import cast
import dns
import play
from network import NAME_SERVER
from wiretap import Wiretap

_PAUSE_S = 0.05


class Notes:
    """What the servers saw: questions for names, and requests served, by the request's number."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.questions: list[tuple[int, str]] = []
        self.served: list[dict] = []

    def question(self, name: str, _record_type: int) -> None:
        with self._lock:
            self.questions.append((time.time_ns(), name))

    def request(self, number: str, address: str, received: bytes, sent: bytes) -> None:
        self.sums(number, address, hashlib.sha256(received).hexdigest(), hashlib.sha256(sent).hexdigest())

    def sums(self, number: str, address: str, received: str, sent: str) -> None:
        with self._lock:
            self.served.append({"number": number, "address": address, "received": received, "sent": sent})


def main() -> None:
    folder, interface, app = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    wiretap = Wiretap(interface)
    notes = Notes()
    servers = [_web(80, notes, None), _web(443, notes, _tls(folder)), _chat(notes), _hellos(notes)]
    servers += dns.serve(NAME_SERVER, notes.question)
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    quic = _quic(app, folder, notes)
    print("ready", flush=True)
    sys.stdin.read()
    drops = wiretap.stop()
    quic.stdin.close()
    quic.wait()
    for server in servers:
        server.shutdown()
    report = {"packets": wiretap.packets, "drops": drops, "questions": notes.questions, "served": notes.served}
    (folder / "servers.json").write_text(json.dumps(report))


class _Server(socketserver.ThreadingTCPServer):
    """Listens on every address of both families; TLS, if any, begins on the connection's own thread."""

    address_family = socket.AF_INET6
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128
    tls: ssl.SSLContext | None = None

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def finish_request(self, request, client_address) -> None:
        if self.tls:
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address) -> None:
        """A client that went away is seen in the report: its request is missing there."""


def _tls(folder: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.set_alpn_protocols(["http/1.1"])
    return context


def _web(port: int, notes: Notes, tls: ssl.SSLContext | None) -> _Server:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "nginx"

        def do_GET(self) -> None:
            self._serve(b"")

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers["Content-Length"])))

        def _serve(self, received: bytes) -> None:
            number = self.headers.get("X-Request", "")
            body = cast.bulk(play.by_number(number).download, 99)
            self.send_response(200 if body else 204)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            notes.request(number, _local_address(self.connection), received, body)

        def log_message(self, *_: object) -> None:
            pass

    server = _Server(("::", port), Handler)
    server.tls = tls
    return server


def _chat(notes: Notes) -> _Server:
    """Speaks first; then answers each line after a while; says goodbye when the app has closed its side."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            received, sent = b"", cast.GREETING
            self.wfile.write(sent)
            for line in self.rfile:
                time.sleep(_PAUSE_S)
                received += line
                reply = b"you said " + line
                self.wfile.write(reply)
                sent += reply
            self.wfile.write(cast.GOODBYE)
            number = received.split(b"\n")[0].decode()
            notes.request(number, _local_address(self.connection), received, sent + cast.GOODBYE)

    return _Server(("::", cast.CHAT_PORT), Handler)


def _hellos(notes: Notes) -> _Server:
    """Reads a ClientHello as it comes, of whatever length, and says what it has; the request's number follows."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            header = self.rfile.read(5)
            hello = self.rfile.read(int.from_bytes(header[3:5]))
            sent = f"a hello of {len(hello)} octets\n".encode()
            self.wfile.write(sent)
            number = self.rfile.readline().strip()
            sent += b"served\n"
            self.wfile.write(b"served\n")
            notes.request(number.decode(), _local_address(self.connection), number, sent)

    return _Server(("::", cast.HELLO_PORT), Handler)


def _quic(program: str, folder: Path, notes: Notes) -> subprocess.Popen:
    """The QUIC server, once it listens; it ends with its standard input."""
    server = subprocess.Popen(
        [program, "serve", str(folder / "server.pem"), str(folder / "server.key")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    if server.stdout.readline() != "ready\n":
        raise RuntimeError("the QUIC server did not start (see above)")

    def read() -> None:
        for line in server.stdout:
            notes.sums(*line.split())

    threading.Thread(target=read, daemon=True).start()
    return server


def _local_address(connection: socket.socket) -> str:
    return connection.getsockname()[0].removeprefix("::ffff:")


if __name__ == "__main__":
    main()
