#!/usr/bin/env python3
"""Records what real clients send first, and what tshark reads in it, for rust-core/names/tests/captures.rs.

Run as root: python3 tests/captures/record.py [CLIENT…]
Needs: iproute2, ethtool, tshark, curl, git (whose libcurl has GnuTLS on Debian), gnutls-cli (gnutls-bin), dig
(bind9-dnsutils), chromium, go, cargo, and the Python packages aioquic and curl_cffi (whose libcurl has BoringSSL).

All of it happens on the loopback of a network namespace of its own, so nothing leaves the machine. Each client's
packets go to CLIENT.pcap, those of its servers are left out, and CLIENT.expected has one line a flow in the order of
the first packets: protocol, the client's port, name and its source, `-` for none. The names are tshark's reading.
"""

import asyncio
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
NAMESPACE = "hw-captures"
TRACKER = "tracking.intl.miui.com"
RETRY_PORT = 4433
ENCRYPTED_CLIENT_HELLO = "65037"

CURL = ["curl", "-sk", "--max-time", "5", "-o", "/dev/null"]
RESOLVE = ["--resolve", "*:443:127.0.0.1", "--resolve", "*:80:127.0.0.1"]
CHROMIUM = [
    "timeout", "12", "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--ignore-certificate-errors",
    "--host-resolver-rules=MAP *.example 127.0.0.1, MAP *.miui.com 127.0.0.1, MAP * ~NOTFOUND", "--timeout=5000",
    "--dump-dom",
]


def clients(scratch):
    """What is run for each capture: a list of commands."""
    go = str(scratch / "go-client")
    python = [sys.executable, str(HERE / "aioquic_client.py")]
    profile = lambda name: f"--user-data-dir={scratch / name}"
    return {
        "curl-openssl": [
            CURL + RESOLVE + [f"https://{TRACKER}/"],
            CURL + RESOLVE + ["--tlsv1.2", "--tls-max", "1.2", "https://Shop.Example/"],
            CURL + ["https://127.0.0.1/"],
        ],
        "curl-http": [
            CURL + RESOLVE + ["http://globalapi.ad.xiaomi.com/filter/text"],
            CURL + RESOLVE + ["-d", "stat_value=" + "x" * 3000, "http://data.mistat.xiaomi.com/mistats/v2"],
            CURL + ["-x", "http://127.0.0.1:80", "http://api.ad.intl.xiaomi.com/getSplashScreenAds"],
            CURL + ["-p", "-x", "http://127.0.0.1:80", f"https://{TRACKER}/"],
            CURL + ["-H", "Cookie: " + "c" * 6000, "-H", "Host: late.example", "http://127.0.0.1/"],
            CURL + ["http://127.0.0.1/"],
        ],
        "curl-gnutls": [
            ["git", "-c", "http.sslVerify=false", "-c", f"http.curloptResolve={TRACKER}:443:127.0.0.1", "ls-remote", f"https://{TRACKER}/"],
        ],
        "curl-boringssl": [
            [sys.executable, "-c", f"""
from curl_cffi import CurlOpt, get
get("https://{TRACKER}/", impersonate="{browser}", verify=False, curl_options={{CurlOpt.RESOLVE: ["{TRACKER}:443:127.0.0.1"]}})
"""]
            for browser in ("chrome", "chrome_android", "safari_ios")
        ],
        "gnutls-cli": [
            ["gnutls-cli", "--insecure", f"--sni-hostname={TRACKER}", "127.0.0.1"],
            ["gnutls-cli", "--insecure", "--disable-sni", "127.0.0.1"],
        ],
        "go": [[go, "tls", TRACKER, "127.0.0.1:443"], [go, "tls", "shop.example", "127.0.0.1:443"]],
        "quic-go": [[go, "quic", TRACKER, "127.0.0.1:443"], [go, "quic", "shop.example", f"127.0.0.1:{RETRY_PORT}"]],
        "quinn": [[str(scratch / "quic-fetch"), "127.0.0.1:443", str(scratch / "certificate.pem")]],
        "aioquic": [
            python + ["1", TRACKER, "443"],
            python + ["2", TRACKER, "443"],
            python + ["1", "shop.example", str(RETRY_PORT)],
            python + ["2", "shop.example", str(RETRY_PORT)],
        ],
        "chromium": [CHROMIUM + [profile("chromium"), f"https://{TRACKER}/"]],
        "chromium-quic": [
            CHROMIUM + [profile("quic"), f"--origin-to-force-quic-on={TRACKER}:443", f"https://{TRACKER}/"],
            CHROMIUM + [profile("retry"), f"--origin-to-force-quic-on=shop.example:{RETRY_PORT}", f"https://shop.example:{RETRY_PORT}/"],
        ],
        "dig": [
            ["dig", "@127.0.0.1", "+tries=1", "+timeout=1", "-t", kind, name]
            for kind, name in [("A", TRACKER), ("AAAA", "SHOP.example."), ("HTTPS", "shop.example"), ("TXT", "_dmarc.shop.example")]
        ],
    }


def main():
    scratch = os.environ.get("HW_SCRATCH")
    if scratch:
        return record(pathlib.Path(scratch), sys.argv[1:])
    with tempfile.TemporaryDirectory() as scratch:
        # Outside of the namespace, for it may have to fetch modules.
        build = ["go", "build", "-o", f"{scratch}/go-client", "."]
        subprocess.run(build, cwd=HERE / "go-client", check=True)
        subprocess.run(["cargo", "build", "-q", "-p", "hushwall-blackbox", "--bin", "quic-fetch"], cwd=HERE, check=True)
        metadata = subprocess.run(
            ["cargo", "metadata", "--no-deps", "--format-version=1"], cwd=HERE, check=True, capture_output=True
        )
        target = pathlib.Path(json.loads(metadata.stdout)["target_directory"])
        shutil.copy(target / "debug" / "quic-fetch", scratch)
        subprocess.run(["ip", "netns", "add", NAMESPACE], check=True)
        try:
            inside = ["ip", "netns", "exec", NAMESPACE, sys.executable, __file__, *sys.argv[1:]]
            # Chromium writes to its home, whatever its profile.
            environment = {**os.environ, "HW_SCRATCH": scratch, "HOME": scratch}
            return subprocess.run(inside, env=environment).returncode
        finally:
            subprocess.run(["ip", "netns", "del", NAMESPACE], check=True)


def record(scratch, names):
    # Packets as a network has them: no larger than 1500 octets, with checksums.
    subprocess.run(["ip", "link", "set", "lo", "mtu", "1500", "up"], check=True)
    subprocess.run("ethtool -K lo tso off gso off gro off tx off".split(), check=True, stdout=subprocess.DEVNULL)
    certificate, key = make_certificate(scratch)
    threading.Thread(target=serve_tls, args=(certificate, key), daemon=True).start()
    threading.Thread(target=serve_http, daemon=True).start()
    threading.Thread(target=lambda: asyncio.run(serve_quic(certificate, key)), daemon=True).start()
    commands = clients(scratch)
    unknown = [name for name in names if name not in commands]
    if unknown:
        sys.exit(f"no client {', '.join(unknown)}; there are {', '.join(commands)}")
    for name in names or commands:
        capture(name, commands[name], scratch)


def capture(name, commands, scratch):
    file = HERE / f"{name}.pcap"
    servers = f"dst port 80 or dst port 443 or dst port {RETRY_PORT} or dst port 53"
    recorder = subprocess.Popen(
        ["tshark", "-q", "-i", "lo", "-F", "pcap", "-f", f"(tcp or udp) and ({servers})", "-w", str(scratch / "all.pcap")],
        stderr=subprocess.PIPE, text=True,
    )
    while "Capturing on" not in recorder.stderr.readline():
        pass
    time.sleep(1)
    for command in commands:
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30)
    time.sleep(1)
    recorder.terminate()
    recorder.wait()
    # The first packets of each flow are enough.
    first = "not (tcp.stream and tcp.seq > 20000) and not quic.short and (udp or tcp.len > 0 or tcp.flags.syn == 1)"
    subprocess.run(["tshark", "-r", scratch / "all.pcap", "-F", "pcap", "-Y", first, "-w", file], check=True, stderr=subprocess.DEVNULL)
    (HERE / f"{name}.expected").write_text("".join(line + "\n" for line in read_by_tshark(file)))
    print(name, (HERE / f"{name}.expected").read_text(), sep="\n")


def read_by_tshark(file):
    fields = [
        "udp.srcport", "tcp.srcport", "tls.handshake.extensions_server_name", "tls.handshake.extension.type", "http.host",
        "http.request.method", "http.request.uri", "dns.qry.name", "quic",
    ]
    arguments = [argument for field in fields for argument in ("-e", field)]
    output = subprocess.run(
        ["tshark", "-r", file, "-T", "fields", "-E", "occurrence=a", *arguments],
        check=True, capture_output=True, text=True,
    ).stdout
    flows = {}
    for line in output.splitlines():
        udp, tcp, sni, extensions, host, method, uri, question, quic = line.split("\t")
        flow = ("udp", udp) if udp else ("tcp", tcp)
        flows.setdefault(flow, "- -")
        if flows[flow] != "- -":
            continue
        if sni:
            is_outer = ENCRYPTED_CLIENT_HELLO in extensions.split(",")
            flows[flow] = f"{sni.split(',')[0].lower()} {'sni-outer' if is_outer else 'quic-sni' if quic else 'sni'}"
        elif method:
            authority = uri if method == "CONNECT" else uri.split("/")[2] if "://" in uri else host
            name = authority.rsplit(":", 1)[0] if authority.rsplit(":", 1)[-1].isdigit() else authority
            if not name.replace(".", "").isdigit():
                flows[flow] = f"{name.lower()} http-host"
        elif question:
            flows[flow] = f"{question.lower()} dns-query"
    return [f"{protocol} {port} {name}" for (protocol, port), name in flows.items()]


def make_certificate(scratch):
    certificate, key = scratch / "certificate.pem", scratch / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9",
         "-subj", "/CN=example", "-addext", f"subjectAltName=DNS:{TRACKER},DNS:shop.example",
         "-keyout", key, "-out", certificate],
        check=True, stderr=subprocess.DEVNULL,
    )
    return certificate, key


def serve_tls(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    serve(443, lambda connection: context.wrap_socket(connection, server_side=True))


def serve_http():
    serve(80, lambda connection: connection)


def serve(port, wrap):
    def answer(connection):
        try:
            with wrap(connection) as stream:
                stream.settimeout(3)
                stream.recv(65536)
                stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except OSError:
            pass

    listener = socket.create_server(("127.0.0.1", port), backlog=16)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


async def serve_quic(certificate, key):
    from aioquic.asyncio import serve as quic_server
    from aioquic.quic.configuration import QuicConfiguration

    configuration = QuicConfiguration(is_client=False, alpn_protocols=["h3", "hq-interop"])
    configuration.load_cert_chain(certificate, key)
    await quic_server("127.0.0.1", 443, configuration=configuration)
    await quic_server("127.0.0.1", RETRY_PORT, configuration=configuration, retry=True)
    await asyncio.Event().wait()


sys.exit(main())
