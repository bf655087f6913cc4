"""The measurements: each takes a running lab and yields figures as (name, value, remark).

A value of None is a measurement that failed; the remark says how. Names are those of `report.FIGURES`.
"""

import time

import process

# All flows of one engine together stay below 20,000 descriptors (the least limit seen): peers close their
# sockets late, and a rate would become a measure of that limit.
SEQUENTIAL = 3000
CONCURRENT = 12_000
UDP_NEW = 15_000
AT_ONCE = 64
UDP_FLOWS = 1000
HELD = (1000, 10_000)

# Its server may still be busy with the run before.
IPERF_ATTEMPTS = 3

# For start-up, for the log's last batch, and for buffers of idle connections to be given back.
SETTLE_SECONDS = 3


def tcp(lab, options):
    """Throughput both ways with 1 and 8 streams, retransmits, and CPU for each GB (10^9 bytes)."""
    lab.wait_until_it_forwards()
    for streams in (1, 8):
        for direction in ("up", "down"):
            name = f"{direction}_{streams}"
            for _ in range(IPERF_ATTEMPTS):
                before, machine_before = cpu(lab), process.machine_cpu_seconds()
                result = lab.iperf(streams, options.seconds, direction == "down")
                received = result.get("end", {}).get("sum_received", {})
                if received.get("bytes"):
                    break
            else:
                yield f"tcp_{name}", None, result.get("error", "iperf3 gave no result")
                continue
            gigabytes = received["bytes"] / 1e9
            yield f"tcp_{name}", received["bytes"] * 8 / received["seconds"] / 1e6, ""
            yield f"retransmits_{name}", result["end"]["sum_sent"].get("retransmits"), ""
            if lab.pid and lab.alive():
                yield f"cpu_{name}", (cpu(lab) - before) / gigabytes, ""
            yield f"machine_cpu_{name}", (process.machine_cpu_seconds() - machine_before) / gigabytes, ""


def conn(lab, _):
    """Connect + echo + close: one after the other, then 64 at once."""
    lab.wait_until_it_forwards()
    result = lab.load("connect", SEQUENTIAL, 1) or {}
    yield "conn_p50", result.get("p50_us"), missing(result, SEQUENTIAL)
    yield "conn_p99", result.get("p99_us"), missing(result, SEQUENTIAL)
    before = cpu(lab)
    result = lab.load("connect", CONCURRENT, AT_ONCE) or {}
    yield "conn_rate", result.get("per_second"), missing(result, CONCURRENT)
    yield "conn_rate_p99", result.get("p99_us"), missing(result, CONCURRENT)
    if lab.pid and lab.alive() and result.get("ok"):
        yield "conn_cpu", (cpu(lab) - before) / result["ok"] * 1e6, ""


def udp(lab, options):
    """Requests and responses over 1,000 flows, then with a new port for each request."""
    lab.wait_until_it_forwards()
    for mode, extent, name in (("udp", options.seconds, "udp_rate"), ("udp-new", UDP_NEW, "udp_new_rate")):
        before = cpu(lab)
        result = lab.load(mode, UDP_FLOWS, AT_ONCE, extent) or {}
        lost = result.get("lost", 0)
        yield name, result.get("per_second"), f"{lost} of {result['sent']} lost" if lost else ""
        if lab.pid and lab.alive() and result.get("ok"):
            yield f"{name}_cpu", (cpu(lab) - before) / result["ok"] * 1e6, ""


def memory(lab, options):
    """Resident memory with no connection, with 1,000 and with 10,000 idle ones."""
    time.sleep(SETTLE_SECONDS)
    yield "rss_0", process.rss_mib(lab.pid), ""
    for number in HELD[:1] if options.quick else HELD:
        with lab.hold(number) as held:
            time.sleep(SETTLE_SECONDS)
            if not lab.alive():
                yield f"rss_{number}", None, "engine ended"
                return
            rss = process.rss_mib(lab.pid)
            alive = held.alive()
            yield f"rss_{number}", rss, closed(held, alive, number)
        time.sleep(1)


def idle(lab, options):
    """How often the engine wakes with nothing to do: no connection, then 1,000 idle ones."""
    time.sleep(SETTLE_SECONDS)
    yield "wakeups_0", wakeups(lab, options.idle_seconds), ""
    with lab.hold(HELD[0]) as held:
        time.sleep(SETTLE_SECONDS)
        woken = wakeups(lab, options.idle_seconds)
        alive = held.alive()
        yield f"wakeups_{HELD[0]}", woken, closed(held, alive, HELD[0])


def tun(lab, _):
    """What any engine pays for a packet of the MTU: one read or one write."""
    result = lab.tun_cost(lab.mtu) or {}
    yield "tun_read", result.get("read_ns"), ""
    yield "tun_write", result.get("write_ns"), ""


TESTS = {"tun": tun, "tcp": tcp, "conn": conn, "udp": udp, "memory": memory, "idle": idle}

# Once is enough: counts and sizes rather than times, and what is only there to explain the rest.
ONCE = {"tun", "memory", "idle"}
# The others do not depend on the MTU.
EVERY_MTU = {"tun", "tcp"}


def wakeups(lab, seconds):
    before = process.wakeups(lab.pid)
    time.sleep(seconds)
    return process.wakeups(lab.pid) - before


def cpu(lab):
    return process.cpu_seconds(lab.pid) if lab.pid and lab.alive() else 0.0


def closed(held, alive, number):
    return f"of {number}, {held.opened} opened and {alive} stayed open" if alive < number else ""


def missing(result, number):
    failed = number - result.get("ok", 0)
    return f"{failed} of {number} failed" if failed else ""
