"""What Hushwall is meant to reach, and whether a run reached it.

Ratios are to the bare copy of the same run, because a machine's speed cancels out of them; the rest
are counts and sizes that do not depend on the machine.
"""

from dataclasses import dataclass

PEERS = ("tun2socks", "ipstack")

# Figures that are better when larger; for all others less is better.
LARGER_IS_BETTER = ("tcp_", "conn_rate", "udp_rate", "udp_new_rate")


@dataclass(frozen=True)
class Goal:
    text: str
    mtu: int
    engine: str
    figure: str
    limit: float
    unit: str = "x"

    @property
    def larger(self):
        return larger_is_better(self.figure)


def throughput(mtu, engine, direction, speed, cpu):
    for streams in (1, 8):
        what = f"MTU {mtu}, {engine}: TCP {direction}, {streams} stream{'s' if streams > 1 else ''}"
        yield Goal(f"{what}, Mbit/s", mtu, engine, f"tcp_{direction}_{streams}", speed)
        yield Goal(f"{what}, CPU a GB", mtu, engine, f"cpu_{direction}_{streams}", cpu)


GOALS = [
    *throughput(1500, "hushwall", "up", 2, 0.35),
    *throughput(1500, "hushwall", "down", 1.05, 0.75),
    *throughput(1500, "hushwall-large", "down", 2, 0.35),
    *throughput(9000, "hushwall-large", "up", 0.9, 1),
    *throughput(9000, "hushwall-large", "down", 0.9, 1),
    Goal("connect + echo + close, p50", 1500, "hushwall", "conn_p50", 1.55),
    Goal("connections a second, 64 at once", 1500, "hushwall", "conn_rate", 0.7),
    Goal("UDP requests a second, 1,000 flows", 1500, "hushwall", "udp_rate", 0.95),
    Goal("UDP requests a second, new port each", 1500, "hushwall", "udp_new_rate", 0.45),
    Goal("RSS with 10,000 idle connections", 1500, "hushwall", "rss_10000", 14, "MiB"),
    Goal("wake-ups, no connection", 1500, "hushwall", "wakeups_0", 0, ""),
    Goal("wake-ups, 1,000 idle connections", 1500, "hushwall", "wakeups_1000", 0, ""),
    Goal("retransmits, 8 uploads at once", 1500, "hushwall", "retransmits_up_8", 500, ""),
    Goal("slowest page of the log, any filter, 1,000,000 rows", None, "hushwall", "log_slowest_page_ms", 10, "ms"),
    Goal("compile 1,000,000 names", None, "hushwall", "lists_compile_s", 5, "s"),
    Goal("memory to compile them", None, "hushwall", "lists_compile_peak_mib", 200, "MiB"),
    Goal("index file, a name", None, "hushwall", "lists_per_name_bytes", 12, "bytes"),
    Goal("open the index", None, "hushwall", "lists_open_ms", 10, "ms"),
    Goal("look a listed name up", None, "hushwall", "lists_listed_ns", 1000, "ns"),
    Goal("decide by 10,000 rules and 50 lists", None, "hushwall", "policy_decide_ns", 2000, "ns"),
]


def larger_is_better(figure):
    return figure.startswith(LARGER_IS_BETTER) and not figure.endswith(("_cpu", "_p99"))


def judge(results):
    """For each goal that was measured: (goal, value, reached, in words by how much)."""
    for goal in GOALS:
        measure = results.ratio if goal.unit == "x" else results.median
        value = measure(goal.engine, goal.mtu, goal.figure)
        if value is None:
            continue
        reached = value >= goal.limit if goal.larger else value <= goal.limit
        incomplete = results.remarks(goal.engine, goal.mtu, goal.figure)
        yield goal, value, reached and not incomplete, "; ".join(incomplete) or margin(goal, value)


def margin(goal, value):
    """How far a value is from its goal, in words."""
    if not goal.limit:
        return "" if value == goal.limit else f"{value:g} too many"
    percent = abs(value / goal.limit - 1) * 100
    return f"{percent:.0f} % {'above' if value > goal.limit else 'below'}"


def behind(results, peer):
    """Figures, with their MTU, in which hushwall is not ahead of a peer, and how many were compared."""
    lost, compared = [], 0
    for mtu in results.mtus():
        for figure in dict.fromkeys(r["figure"] for r in results.records if r["mtu"] == mtu):
            ours, theirs = (results.median(engine, mtu, figure) for engine in ("hushwall", peer))
            if ours is None or theirs is None or figure.startswith(("retransmits_", "machine_cpu_")):
                continue
            compared += 1
            ahead = ours > theirs if larger_is_better(figure) else ours <= theirs
            ahead = ahead and not results.remarks("hushwall", mtu, figure)
            if not ahead:
                lost.append((mtu, figure, ours, theirs))
    return lost, compared
