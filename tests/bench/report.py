"""The report: medians of all engines side by side, and our figures against their goals, in Markdown."""

import goals
import parts
from engines import TUN2SOCKS_VERSION, IPSTACK_VERSION

# (name, what it is, decimals)
FIGURES = [
    *((f"tcp_{d}_{n}", f"TCP {d}, {n} stream{'s' if n > 1 else ''}, Mbit/s", 0)
      for n in (1, 8) for d in ("up", "down")),
    *((f"cpu_{d}_{n}", f"engine CPU {d}, {n} stream{'s' if n > 1 else ''}, s/GB", 2)
      for n in (1, 8) for d in ("up", "down")),
    *((f"machine_cpu_{d}_1", f"whole machine's CPU {d}, 1 stream, s/GB", 2) for d in ("up", "down")),
    *((f"retransmits_{d}_{n}", f"retransmits {d}, {n} stream{'s' if n > 1 else ''}", 0)
      for n in (1, 8) for d in ("up", "down")),
    ("conn_p50", "connect + echo + close, p50, us", 0),
    ("conn_p99", "connect + echo + close, p99, us", 0),
    ("conn_rate", "connections a second, 64 at once", 0),
    ("conn_rate_p99", "the same, p99, us", 0),
    ("conn_cpu", "engine CPU a connection, us", 0),
    ("udp_rate", "UDP requests a second, 1,000 flows", 0),
    ("udp_rate_cpu", "engine CPU a request, us", 1),
    ("udp_new_rate", "UDP requests a second, new port each", 0),
    ("udp_new_rate_cpu", "engine CPU a request from a new port, us", 1),
    ("rss_0", "RSS without connections, MiB", 1),
    ("rss_1000", "RSS with 1,000 idle connections, MiB", 1),
    ("rss_10000", "RSS with 10,000 idle connections, MiB", 1),
    ("wakeups_0", "wake-ups without connections", 0),
    ("wakeups_1000", "wake-ups with 1,000 idle connections", 0),
    ("tun_read", "one read of a TUN at the MTU, ns", 0),
    ("tun_write", "one write of a TUN at the MTU, up to a socket, ns", 0),
]

# How long a log the store is asked about.
LOG_ROWS = 1_000_000

INTRODUCTION = """\
# Benchmarks

Written by `./scripts/bench` ({command}) on {date}.

- Machine: {cores} cores ({cpu}), {memory_gib} GiB, Linux {kernel}, {system}. Client, engine and servers share it.
- Hushwall {commit}; tun2socks {tun2socks}, ipstack {ipstack}, {iperf3}, {rustc}.
- Each measurement has network namespaces and an engine of its own; engines take turns, and every second
  round in reverse. {rounds} round(s), {seconds} s a throughput run; wake-ups are counted over {idle_seconds} s.
- A cell: the median, its ratio to the bare copy, and the span of the rounds. The main figures are the ratios
  and the CPU: a machine's speed cancels out of the first, and how busy the other end is out of the second.
- Conditions of a phone: the TUN has no vnet_hdr and no offload. Our engine attributes each connection and
  writes its log; no other engine does.
"""


def markdown(results, engines):
    text = [INTRODUCTION.format(tun2socks=TUN2SOCKS_VERSION, ipstack=IPSTACK_VERSION, **results.machine)]
    text += [f"- **{engine.name}**: {engine.what}.\n" for engine in engines]
    text.append(goals_table(results))
    text += [engines_table(results, mtu, engines) for mtu in results.mtus()]
    text += [parts_table(results, part) for part in parts.PARTS]
    return "".join(text)


def goals_table(results):
    judged = list(goals.judge(results))
    if not judged:
        return ""
    lines = ["\n## Goals\n", "| goal | wanted | measured | reached |", "|---|---:|---:|---|"]
    for goal, value, reached, words in judged:
        wanted = f"{'at least' if goal.larger else 'at most'} {goal.limit:g} {goal.unit}".rstrip()
        verdict = ("yes" if reached else "**no**") + (f", {words}" if words else "")
        measured = f"{value:.2f} {goal.unit}".rstrip()
        lines.append(f"| {goal.text} | {wanted} | {measured} | {verdict} |")
    for peer in goals.PEERS:
        lost, compared = goals.behind(results, peer)
        if not compared:
            continue
        names = ", ".join(f"{name(figure)} (MTU {mtu}): {ours:.4g} against {theirs:.4g}"
                          for mtu, figure, ours, theirs in lost)
        verdict = f"**no**: {names}" if lost else "yes"
        ahead = f"{compared - len(lost)} of {compared}"
        lines.append(f"| ahead of {peer} on every figure | {compared} of {compared} | {ahead} | {verdict} |")
    return "\n".join(lines) + "\n"


def engines_table(results, mtu, engines):
    columns = [engine.name for engine in engines if engine.name in results.engines(mtu)]
    lines = [f"\n## MTU {mtu}\n", "| figure | " + " | ".join(columns) + " |", "|---" + "|---:" * len(columns) + "|"]
    for figure, what, decimals in FIGURES:
        cells = [cell(results, engine, mtu, figure, decimals) for engine in columns]
        if any(cells):
            lines.append(f"| {what} | " + " | ".join(text or "-" for text in cells) + " |")
    return "\n".join(lines) + "\n"


def cell(results, engine, mtu, figure, decimals):
    """Median, ratio to the bare copy, span and remarks; empty where nothing was tried."""
    remarks = results.remarks(engine, mtu, figure)
    values = results.values(engine, mtu, figure)
    if not values:
        return "; ".join(remarks) or ("failed" if results.of(engine, mtu, figure) else "")
    text = f"{results.median(engine, mtu, figure):,.{decimals}f}"
    ratio = results.ratio(engine, mtu, figure)
    if ratio is not None and engine != "copy" and not figure.startswith("retransmits_"):
        text += f" · {ratio:.2f}x"
    if len(values) > 1:
        text += f" ({min(values):,.{decimals}f}–{max(values):,.{decimals}f})"
    return text + "".join(f" [{remark}]" for remark in remarks)


def parts_table(results, part):
    prefix = f"{part.name}_"
    records = [r for r in results.records if r["mtu"] is None and r["figure"].startswith(prefix)]
    if not records:
        return ""
    lines = [f"\n## {part.what.capitalize()}\n", "| figure | hushwall |", "|---|---:|"]
    for record in records:
        what, unit = words(record["figure"].removeprefix(prefix))
        lines.append(f"| {what} | {record['value']:,.4g} {unit} |" if record["value"] < 1000
                     else f"| {what} | {record['value']:,.0f} {unit} |")
    return "\n".join(lines) + "\n"


# How a figure's name ends, and what that means.
UNITS = {"_mb_per_s": "MB/s", "_per_s": "a second", "_ns": "ns", "_us": "us", "_ms": "ms", "_s": "s", "_bytes": "bytes", "_mib": "MiB"}


def words(figure):
    """A figure's name in words, and its unit."""
    for ending, unit in UNITS.items():
        if figure.endswith(ending):
            return figure.removesuffix(ending).replace("_", " "), unit
    return figure.replace("_", " "), ""


def name(figure):
    return next((what for known, what, _ in FIGURES if known == figure), figure)
