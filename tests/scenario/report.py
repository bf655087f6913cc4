"""Judges a run from what the servers saw and what the clients got, and prints it as a table."""

from bisect import bisect
from collections import Counter
from dataclasses import dataclass

import cast
import play
from network import NAME_SERVER
from play import Request


# How curl says that it waited in vain.
_CURL_TIMED_OUT = 28


@dataclass(frozen=True)
class Row:
    """One request, as it ended. `packets` and `questions` are those for its host in its part of the play."""

    request: Request
    packets: int
    questions: int
    whole: bool
    client_exit: int

    @property
    def right(self) -> bool:
        """Passing: served whole. Blocked: no packet and no question left, and the app was told so."""
        if self.request.passes:
            return self.whole
        was_told = self.request.kind == "quiet" or self.client_exit not in (0, _CURL_TIMED_OUT)
        return self.packets == 0 and (self.questions == 0 or self.request.asks) and was_told


@dataclass(frozen=True)
class Verdict:
    """The rows and what is wrong beside them."""

    rows: list[Row]
    troubles: list[str]

    @property
    def right(self) -> bool:
        return not self.troubles and all(row.right for row in self.rows)


def judge(servers: dict, acts: list[dict]) -> Verdict:
    """Brings the notes of both ends together."""
    begins = [act["began"] for act in acts]
    packets = Counter((bisect(begins, at), address) for at, address in servers["packets"])
    questions = Counter((bisect(begins, at), name) for at, name in servers["questions"])
    served: dict[str, list[dict]] = {}
    for note in servers["served"]:
        served.setdefault(note["number"], []).append(note)

    rows = []
    for number, (requests, act) in enumerate(zip(play.ACTS, acts, strict=True), 1):
        for request, end in zip(requests, act["ends"], strict=True):
            host = request.host
            rows.append(Row(
                request,
                packets[number, host.ipv4] + packets[number, host.ipv6],
                questions[number, host.name],
                _whole(request, end, served.get(play.number_of(request), [])),
                end["exit"],
            ))
    return Verdict(rows, _troubles(servers))


def show(verdict: Verdict) -> None:
    """Prints the table and the result in words."""
    table = [("HOST", "APP", "EXPECTED", "PACKETS", "QUESTIONS", "SERVED WHOLE", "")]
    for row in verdict.rows:
        table.append((
            row.request.host.title, f"{row.request.app.title}: {row.request.what}",
            "passes" if row.request.passes else "blocked", str(row.packets), str(row.questions),
            "yes, sha-256 equal" if row.whole else "no" if row.request.passes else "-", "ok" if row.right else "WRONG",
        ))
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    print("\nWhat the servers saw (counted on their wire and in their name server, not by hushwall)\n")
    for line in table:
        cells = (
            cell.rjust(width) if column in (3, 4) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        print("  ".join(cells).rstrip())
    print()
    for trouble in verdict.troubles:
        print(f"WRONG: {trouble}")
    print(_sentence(verdict))


def _whole(request: Request, end: dict, notes: list[dict]) -> bool:
    """Served once, at the right host's address, and both directions arrived as they were sent."""
    if end["exit"] != 0 or len(notes) != 1:
        return False
    note = notes[0]
    return (
        note["address"] in (request.host.ipv4, request.host.ipv6)
        and note["received"] == end["sent"]
        and note["sent"] == end["received"]
    )


def _troubles(servers: dict) -> list[str]:
    known = {address for host in cast.HOSTS for address in (host.ipv4, host.ipv6)} | {NAME_SERVER}
    strangers = sorted({address for _, address in servers["packets"]} - known)
    troubles = [f"packets to {address}, which is no host of this play" for address in strangers]
    if servers["drops"]:
        troubles.append(f"{servers['drops']} packets at the servers could not be counted: run it again")
    return troubles


def _sentence(verdict: Verdict) -> str:
    blocked = [row for row in verdict.rows if not row.request.passes]
    passing = [row for row in verdict.rows if row.request.passes]
    reached = {
        row.request.host: row.packets + (0 if row.request.asks else row.questions) for row in blocked
    }
    return (
        f"{len(blocked)} connections to be blocked: {sum(reached.values())} packets and questions reached a server. "
        f"{len(passing)} others: {sum(row.whole for row in passing)} served whole."
    )
