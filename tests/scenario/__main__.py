"""Plays the Redmi scenario: what researchers saw a phone send, here behind the firewall, counted at the servers.

    python3 tests/scenario --app PATH --hushwall PATH       play it; exit code 0 only if all went as it must
    python3 tests/scenario --app PATH --without-firewall    without a firewall: must fail, as the trackers are reached
    python3 tests/scenario --app PATH --self-test           checks that it does fail so, and that every request works

Exit codes: 0 as it must be, 1 not so, 2 it could not be played.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import certificates
import clients
import play
import report
import rules
from network import Network

_HERE = Path(__file__).resolve().parent
# Which acts are played in one run of the firewall, and whether its policy is the strict one.
_RUNS = [((0, 1), False), ((2,), True)]


def main() -> int:
    options = _arguments()
    # Ended from outside, it takes its namespaces away too.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    if os.geteuid() != 0:
        print("The scenario makes network namespaces and runs programs under several user ids: run it as root.",
              file=sys.stderr)
        return 2
    firewall = None if options.hushwall is None else options.hushwall.resolve()
    with tempfile.TemporaryDirectory(prefix="hushwall-") as name, Network() as network:
        folder = Path(name)
        app = options.app.resolve()
        try:
            _set_the_stage(folder, app, firewall)
            verdict = _play(folder, network, app, firewall)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            print(f"The scenario could not be played: {error}", file=sys.stderr)
            return 2
    report.show(verdict)
    if options.self_test:
        return _judge_self_test(verdict)
    return 0 if verdict.right else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scenario", description="Plays the Redmi scenario.")
    parser.add_argument("--app", type=Path, metavar="PATH", required=True, help="the scenario-app program")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--hushwall", type=Path, metavar="PATH", help="the hushwall program to play it behind")
    how.add_argument("--without-firewall", action="store_true", help="play it without a firewall: it must fail")
    how.add_argument("--self-test", action="store_true", help="check that it fails without a firewall")
    return parser.parse_args()


def _set_the_stage(folder: Path, app: Path, firewall: Path | None) -> None:
    """The apps' programs, certificates, lists and policies. The apps' user ids must be able to read them."""
    folder.chmod(0o755)
    apps = folder / "apps"
    apps.mkdir()
    for request in play.PLAY:
        shutil.copy(clients.program_of(request.kind, app), apps / request.app.package)
    certificates.make(folder)
    for strict in (False, True):
        (folder / _policy_file(strict)).write_text(json.dumps(rules.policy(apps, strict), indent=2))
    (folder / "list.txt").write_text(rules.LIST)
    if firewall:
        source = f"{rules.LIST_NAME}={folder / 'list.txt'}"
        subprocess.run([firewall, "lists", "compile", "--output", folder / "lists.index", source], check=True)


def _policy_file(strict: bool) -> str:
    return "strict.json" if strict else "policy.json"


def _play(folder: Path, network: Network, app: Path, firewall: Path | None) -> report.Verdict:
    servers = subprocess.Popen(
        [*network.inside(network.servers), sys.executable, str(_HERE / "servers.py"), str(folder), network.wire, app],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )
    with servers:
        if servers.stdout.readline() != b"ready\n":
            raise RuntimeError("the servers did not start (see above)")
        try:
            for acts, strict in _RUNS:
                command = [sys.executable, str(_HERE / "driver.py"), str(folder), *map(str, acts)]
                if firewall:
                    policy, lists = str(folder / _policy_file(strict)), str(folder / "lists.index")
                    command = [str(firewall), "run", "--policy", policy, "--lists", lists, "--", *command]
                sys.stdout.flush()
                subprocess.run([*network.inside(network.uplink), *command], check=True, env=_environment())
        finally:
            servers.stdin.close()
            servers.wait()
    acts = [json.loads((folder / f"act-{number}.json").read_text()) for number in range(len(play.ACTS))]
    return report.judge(json.loads((folder / "servers.json").read_text()), acts)


def _environment() -> dict[str, str]:
    """Nothing of the user's own may change what curl and hushwall do (proxies, settings)."""
    kept = {"PATH", "TERM", "COLORTERM", "NO_COLOR", "LANG", "LC_ALL"}
    return {name: value for name, value in os.environ.items() if name in kept} | {"HOME": "/"}


def _judge_self_test(verdict: report.Verdict) -> int:
    """Without a firewall every request must be served whole, and the judge must call each tracker's row wrong."""
    works = all(row.whole or row.request.kind == "quiet" for row in verdict.rows)
    noticed = all(row.right == row.request.passes for row in verdict.rows)
    good = works and noticed and not verdict.troubles
    print("Self-test:", "the scenario notices that there is no firewall." if good else "FAILED.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
