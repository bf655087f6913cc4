#!/usr/bin/env python3
"""Records whole conversations of real clients over networks of several kinds, and what tshark reads in them, for
rust-core/capture/tests/networks.rs.

Run as root: python3 tests/captures/record_networks.py
Needs: iproute2, tshark, editcap, curl, wget (which has GnuTLS on Debian), dig, ping, chronyd, openssl; without chronyd
the capture lacks NTP.

Clients and servers lie in two network namespaces of their own, so nothing leaves the machine. NETWORK.flows has one
line a flow in the order of the first packets, and one a DNS question: protocol, source, destination, name, its source,
packets and bytes (IP headers included) of both directions. All of it is tshark's reading.
"""

import contextlib
import os
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
CLIENT, SERVER = "hw-capture-client", "hw-capture-server"
TRACKER, SHOP = "tracking.intl.miui.com", "shop.example"
V4, V6 = "10.9.0.2", "fd09::2"

# Of each network the device that is captured, its link layer, and whether all clients run or some.
NETWORKS = {
    "ethernet.pcapng": ("eth0", "EN10MB", True),
    "cooked.pcap": ("any", "LINUX_SLL", False),
    "cooked2.pcap": ("any", "LINUX_SLL2", False),
}


def commands(is_all):
    for address in (V4, V6):
        family = "-6" if ":" in address else "-4"
        yield ["curl", family, "-sk", "-o", "/dev/null", "--max-time", "5", f"https://{TRACKER}/"]
        yield ["curl", family, "-s", "-o", "/dev/null", "--max-time", "5", f"http://{SHOP}/"]
        yield ["dig", f"@{address}", "+tries=1", "+timeout=1", "AAAA", SHOP]
        yield ["ping", "-c", "2", "-i", "0.2", address]
        if is_all:
            yield ["wget", family, "-q", "-O", "/dev/null", "--no-check-certificate", "--tries=1", f"https://{SHOP}/"]
            yield ["python3", "-c", f"import urllib.request as r; r.urlopen('http://{TRACKER}/x', timeout=5).read()"]
            yield ["dig", f"@{address}", "+tcp", "+tries=1", "+timeout=1", "A", TRACKER]
            # An answer, and a ping with its reply, in fragments.
            yield ["dig", f"@{address}", "+tries=1", "+timeout=1", "+bufsize=8000", "+ignore", "TXT", "large.example"]
            yield ["ping", "-c", "1", "-s", "4000", address]
            chronyd = shutil.which("chronyd") or os.environ.get("CHRONYD")
            if chronyd:
                yield ["timeout", "5", chronyd, "-u", "root", "-Q", "-t", "4", f"server {address} iburst maxsamples 1"]


def main():
    if sys.argv[1:] == ["serve"]:
        return serve()
    if sys.argv[1:2] == ["client"]:
        return record(*sys.argv[2:])
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
        for name in (CLIENT, SERVER):
            run("ip", "netns", "add", name)
            stack.callback(run, "ip", "netns", "del", name)
        connect()
        environment = {**os.environ, "HW_SCRATCH": scratch, "HOME": scratch}
        certificate(scratch)
        me = [sys.executable, __file__]
        server = subprocess.Popen(["ip", "netns", "exec", SERVER, *me, "serve"], env=environment, stdout=subprocess.PIPE)
        stack.callback(server.kill)
        server.stdout.readline()
        for network in NETWORKS:
            subprocess.run(["ip", "netns", "exec", CLIENT, *me, "client", network], env=environment, check=True)
    rewrapped()


def connect():
    """A cable between the two."""
    for name, peer, number in ((CLIENT, SERVER, 1), (SERVER, CLIENT, 2)):
        def ip(*arguments):
            run("ip", "-n", name, *arguments)

        ip("link", "set", "lo", "up")
        if number == 1:
            ip("link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", peer)
        run("ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0",
            "net.ipv6.conf.all.router_solicitations=0", "net.ipv6.conf.default.router_solicitations=0")
        run("ip", "netns", "exec", name, "ethtool", "-K", "eth0", "tso", "off", "gso", "off", "gro", "off", "tx", "off",
            stdout=subprocess.DEVNULL)
        ip("link", "set", "eth0", "up")
        ip("addr", "add", f"10.9.0.{number}/24", "dev", "eth0")
        ip("addr", "add", f"fd09::{number}/64", "dev", "eth0", "nodad")
    time.sleep(2)


def record(network):
    device, link, is_all = NETWORKS[network]
    scratch = pathlib.Path(os.environ["HW_SCRATCH"])
    hosts = scratch / "hosts"
    hosts.write_text("".join(f"{address} {TRACKER} {SHOP}\n" for address in (V4, V6)))
    run("mount", "--bind", hosts, "/etc/hosts")
    file = HERE / network
    arguments = ["-q", "-i", device, "-y", link, "-w", str(scratch / "all"), "-f", "ip or ip6"]
    recorder = subprocess.Popen(["dumpcap", *arguments], stderr=subprocess.PIPE, text=True)
    while "File:" not in recorder.stderr.readline():
        pass
    time.sleep(0.5)
    for command in commands(is_all):
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=30)
    time.sleep(0.5)
    recorder.terminate()
    recorder.wait()
    # What the kernels say to each other on their own is left out.
    noise = "icmpv6.type >= 130 or igmp or mdns"
    form = "pcapng" if network.endswith("ng") else "pcap"
    run("tshark", "-r", scratch / "all", "-F", form, "-Y", f"not ({noise})", "-w", file, stderr=subprocess.DEVNULL)
    write_flows(network)


def rewrapped():
    """The same packets as other networks carry them, and in other files."""
    frames = list(read_frames(HERE / "ethernet.pcapng"))
    tags = bytes.fromhex("88a80007 81000005")
    write_frames("qinq.pcap", 1, [frame[:12] + tags + frame[12:] for frame in frames])
    # RFC 4213: IPv6 in IPv4, protocol 41. The outer checksum is 0, and tshark does not mind.
    outer = lambda inner: struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(inner), 1, 0, 64, 41, 0) + bytes([192, 0, 2, 1, 192, 0, 2, 2])
    inner = [frame[14:] for frame in frames if frame[12:14] == b"\x86\xdd"]
    write_frames("six-in-four.pcap", 101, [outer(packet) + packet for packet in inner])
    run("editcap", "-F", "nsecpcap", HERE / "qinq.pcap", HERE / "nanoseconds.pcap")
    parts = []
    for name in ("cooked2.pcap", "six-in-four.pcap"):
        with tempfile.NamedTemporaryFile() as part:
            run("editcap", "-F", "pcapng", HERE / name, part.name)
            parts.append(pathlib.Path(part.name).read_bytes())
    # Two sections, with interfaces of different link layers.
    (HERE / "sections.pcapng").write_bytes(b"".join(parts))
    for name in ("qinq.pcap", "six-in-four.pcap", "nanoseconds.pcap", "sections.pcapng"):
        write_flows(name)


def read_frames(file):
    pcap = subprocess.run(["editcap", "-F", "pcap", file, "-"], check=True, capture_output=True).stdout
    at = 24
    while at < len(pcap):
        length = struct.unpack_from("<I", pcap, at + 8)[0]
        yield pcap[at + 16:at + 16 + length]
        at += 16 + length


def write_frames(name, link, frames):
    header = struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, link)
    records = [struct.pack("<IIII", 1700000000 + at, 0, len(frame), len(frame)) + frame for at, frame in enumerate(frames)]
    (HERE / name).write_bytes(header + b"".join(records))


def write_flows(network):
    flows = read_by_tshark(HERE / network)
    (HERE / network).with_suffix(".flows").write_text("".join("\t".join(map(str, flow)) + "\n" for flow in flows))
    print(network, len(flows))


FIELDS = [
    "frame.number", "frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "ip.len", "ipv6.plen", "ip.proto", "ipv6.nxt",
    "ip.reassembled_in", "ipv6.reassembled.in", "tcp.stream", "udp.stream", "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport",
    "icmp.type", "icmp.ident", "icmpv6.type", "icmpv6.echo.identifier", "tls.handshake.extensions_server_name", "http.host",
    "http.request.method", "dns.qry.name", "dns.id", "dns.flags.response",
]


def read_by_tshark(file):
    arguments = [argument for field in FIELDS for argument in ("-e", field)]
    output = subprocess.run(
        ["tshark", "-2", "-r", file, "-T", "fields", "-E", "occurrence=l", *arguments], check=True, capture_output=True, text=True
    ).stdout
    frames = [dict(zip(FIELDS, line.split("\t"))) for line in output.splitlines()]
    by_number = {frame["frame.number"]: frame for frame in frames}
    flows, latest, asked = [], {}, {}
    for frame in frames:
        size = length(frame)
        whole = by_number[frame["ip.reassembled_in"] or frame["ipv6.reassembled.in"] or frame["frame.number"]]
        key, source, destination = ends(whole)
        if key not in latest:
            latest[key] = [key[0], source, destination, "-", "-", 0, 0]
            flows.append(latest[key])
        flow = latest[key]
        if whole is frame:
            name, name_source = named(frame)
            if name_source == "dns-query":
                if flow[4] == "dns-query":
                    flow = latest[key] = [key[0], source, destination, "-", "-", 0, 0]
                    flows.append(flow)
                asked[key, frame["dns.id"]] = flow
            if name_source != "-" and flow[4] == "-":
                flow[3:5] = name, name_source
        if whole["dns.flags.response"] in ("1", "True") and key[0] == "udp":
            flow = asked.get((key, whole["dns.id"]), flow)
        flow[5] += 1
        flow[6] += size
    return flows


def is_ipv6(frame):
    layers = frame["frame.protocols"].split(":")
    return [layer for layer in layers if layer in ("ip", "ipv6")][-1] == "ipv6"


def length(frame):
    return int(frame["ipv6.plen"]) + 40 if is_ipv6(frame) else int(frame["ip.len"])


def ends(frame):
    """Which flow a frame is of, and its ends: the first frame of each flow comes from the client."""
    v6 = is_ipv6(frame)
    source, destination = (frame["ipv6.src"], frame["ipv6.dst"]) if v6 else (frame["ip.src"], frame["ip.dst"])
    address = lambda host, port: f"[{host}]:{port}" if v6 else f"{host}:{port}"
    for protocol in ("tcp", "udp"):
        if frame[f"{protocol}.stream"]:
            return ((protocol, frame[f"{protocol}.stream"]), address(source, frame[f"{protocol}.srcport"]),
                    address(destination, frame[f"{protocol}.dstport"]))
    identifier = frame["icmpv6.echo.identifier"] if v6 else frame["icmp.ident"]
    identifier = int(identifier, 0)
    return ("icmp", v6, identifier), address(source, identifier), address(destination, 0)


def named(frame):
    if frame["tls.handshake.extensions_server_name"]:
        return frame["tls.handshake.extensions_server_name"].lower(), "sni"
    if frame["http.request.method"]:
        return frame["http.host"].lower(), "http-host"
    if frame["dns.qry.name"] and frame["dns.flags.response"] in ("0", "False"):
        return frame["dns.qry.name"].lower(), "dns-query"
    return "-", "-"


def certificate(scratch):
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9", "-subj",
        "/CN=example", "-keyout", f"{scratch}/key.pem", "-out", f"{scratch}/certificate.pem", stderr=subprocess.DEVNULL)


def serve():
    scratch = os.environ["HW_SCRATCH"]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{scratch}/certificate.pem", f"{scratch}/key.pem")
    listeners = [(80, http, None), (443, http, context), (53, dns_stream, None)]
    for port, answer, tls in listeners:
        listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
        threading.Thread(target=accept, args=(listener, answer, tls), daemon=True).start()
    for port, answer in ((53, dns_answer), (123, ntp_answer)):
        for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            endpoint = socket.socket(family, socket.SOCK_DGRAM)
            if family == socket.AF_INET6:
                endpoint.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            endpoint.bind((address, port))
            threading.Thread(target=datagrams, args=(endpoint, answer), daemon=True).start()
    print("ready", flush=True)
    threading.Event().wait()


def accept(listener, answer, tls):
    def connection(stream):
        with contextlib.suppress(OSError):
            with (tls.wrap_socket(stream, server_side=True) if tls else stream) as stream:
                stream.settimeout(3)
                answer(stream)

    while True:
        stream, _ = listener.accept()
        threading.Thread(target=connection, args=(stream,), daemon=True).start()


def http(stream):
    stream.recv(65536)
    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")


def dns_stream(stream):
    query = stream.recv(65536)
    answer = dns_answer(query[2:])
    stream.sendall(struct.pack(">H", len(answer)) + answer)


def datagrams(endpoint, answer):
    while True:
        query, sender = endpoint.recvfrom(65536)
        endpoint.sendto(answer(query), sender)


def dns_answer(query):
    end = query.index(0, 12) + 5
    kind = struct.unpack(">H", query[end - 4:end - 2])[0]
    data = {1: bytes([10, 9, 0, 2]), 28: socket.inet_pton(socket.AF_INET6, V6)}.get(kind, b"\x64" + b"x" * 100)
    records = 40 if kind == 16 else 1
    record = b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data
    return query[:2] + struct.pack(">HHHHH", 0x8180, 1, records, 0, 0) + query[12:end] + record * records


def ntp_answer(query):
    now = struct.pack(">II", int(time.time()) + 2208988800, 0)
    return bytes([0x24, 1, query[2], 0xec]) + bytes(8) + b"LOCL" + now + query[40:48] + now + now


def run(*command, **options):
    subprocess.run([str(part) for part in command], check=True, **options)


if __name__ == "__main__":
    sys.exit(main())
