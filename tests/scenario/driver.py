"""Plays acts: starts the clients. Runs behind the firewall (or, for the self-test, without one), as root.

    driver.py FOLDER ACT…    writes `act-N.json` for each: when it began, and how each request ended as the client saw it

Each client is a copy of a real program under the app's name and user id.
"""

import hashlib
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import clients
import play
from play import Request


def main() -> None:
    folder = Path(sys.argv[1])
    for number in map(int, sys.argv[2:]):
        began = time.time_ns()
        act = play.ACTS[number]
        # The first act is played all at once, as on a phone.
        with ThreadPoolExecutor(len(act) if number == 0 else 1) as pool:
            ends = list(pool.map(lambda request: _client(request, folder), act))
        (folder / f"act-{number}.json").write_text(json.dumps({"began": began, "ends": ends}))


def _client(request: Request, folder: Path) -> dict:
    code, sent, received = clients.run(request, folder)
    return {
        "exit": code,
        "sent": hashlib.sha256(sent).hexdigest(), "received": hashlib.sha256(received).hexdigest(),
    }


if __name__ == "__main__":
    main()
