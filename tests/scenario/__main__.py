"""Plays the Redmi scenario: what researchers saw a phone send, here behind the firewall, counted at the servers.

    python3 tests/scenario --hushwall PATH        play it; exit code 0 only if all went as it must
    python3 tests/scenario --without-firewall     the same without a firewall: must fail, as the trackers are reached
    python3 tests/scenario --self-test            checks that it does fail so, and that every request works

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

import cast
import certificates
import report
from network import Network

_HERE = Path(__file__).resolve().parent
_PROGRAM = {"http": "curl", "https": "curl", "chat": "nc"}


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
        _set_the_stage(folder)
        try:
            verdict = _play(folder, network, firewall)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            print(f"The scenario could not be played: {error}", file=sys.stderr)
            return 2
    report.show(verdict)
    if options.self_test:
        return _judge_self_test(verdict)
    return 0 if verdict.right else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scenario", description="Plays the Redmi scenario.")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--hushwall", type=Path, metavar="PATH", help="the hushwall program to play it behind")
    how.add_argument("--without-firewall", action="store_true", help="play it without a firewall: it must fail")
    how.add_argument("--self-test", action="store_true", help="check that it fails without a firewall")
    return parser.parse_args()


def _set_the_stage(folder: Path) -> None:
    """The apps' programs, the certificates and the policy. The apps' user ids must be able to read them."""
    folder.chmod(0o755)
    apps = folder / "apps"
    apps.mkdir()
    for request in cast.PLAY:
        program = shutil.which(_PROGRAM[request.kind])
        if program is None:
            raise SystemExit(f"{_PROGRAM[request.kind]} is missing: run scripts/setup run")
        shutil.copy(Path(program).resolve(), apps / request.app.package)
    certificates.make(folder)
    (folder / "scenario.json").write_text(json.dumps(cast.policy(str(apps)), indent=2))


def _play(folder: Path, network: Network, firewall: Path | None) -> report.Verdict:
    servers = subprocess.Popen(
        [*network.inside(network.servers), sys.executable, str(_HERE / "servers.py"), str(folder), network.wire],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )
    with servers:
        if servers.stdout.readline() != b"ready\n":
            raise RuntimeError("the servers did not start (see above)")
        command = [sys.executable, str(_HERE / "driver.py"), str(folder)]
        if firewall:
            command = [str(firewall), "run", "--policy", str(folder / "scenario.json"), "--", *command]
        try:
            sys.stdout.flush()
            subprocess.run([*network.inside(network.uplink), *command], check=True, env=_environment())
        finally:
            servers.stdin.close()
            servers.wait()
    return report.judge(*(json.loads((folder / f"{end}.json").read_text()) for end in ("servers", "clients")))


def _environment() -> dict[str, str]:
    """Nothing of the user's own may change what curl and hushwall do (proxies, settings)."""
    kept = {"PATH", "TERM", "COLORTERM", "NO_COLOR", "LANG", "LC_ALL"}
    return {name: value for name, value in os.environ.items() if name in kept} | {"HOME": "/"}


def _judge_self_test(verdict: report.Verdict) -> int:
    """Without a firewall every request must be served whole, and the judge must call each tracker's row wrong."""
    works = all(row.whole for row in verdict.rows)
    noticed = all(row.right == row.request.passes for row in verdict.rows)
    good = works and noticed and not verdict.troubles
    print("Self-test:", "the scenario notices that there is no firewall." if good else "FAILED.")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
