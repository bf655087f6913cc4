"""Starts the clients. Runs behind the firewall (or, for the self-test, without one), as root.

Each client is a copy of a real program (curl, netcat) under the app's name and user id. Writes `clients.json` into the
working folder: how each request ended as the client saw it, and when the second part began.
"""

import hashlib
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cast
from cast import Request

_GIVE_UP_S = 60


def main() -> None:
    folder = Path(sys.argv[1])
    with ThreadPoolExecutor(len(cast.REQUESTS)) as pool:
        ends = list(pool.map(lambda request: _client(request, folder), cast.REQUESTS))
    second_part = time.time_ns()
    ends += [_client(request, folder) for request in cast.ALLOWED_AFTERWARDS]
    (folder / "clients.json").write_text(json.dumps({"second_part": second_part, "ends": ends}))


def _client(request: Request, folder: Path) -> dict:
    program = [
        "setpriv", f"--reuid={request.app.uid}", f"--regid={request.app.uid}", "--clear-groups",
        str(folder / "apps" / request.app.package),
    ]
    if request.kind == "chat":
        code, sent, received = _talk(program, request)
    else:
        code, sent, received = _fetch(program, request, folder)
    return {
        "exit": code,
        "sent": hashlib.sha256(sent).hexdigest(), "received": hashlib.sha256(received).hexdigest(),
    }


def _fetch(program: list[str], request: Request, folder: Path) -> tuple[int, bytes, bytes]:
    """curl: the body goes in by standard input, the answer comes by standard output."""
    name = request.host.name
    command = program + [
        "-q", "--silent", "--fail", "--noproxy", "*", "--cacert", str(folder / "ca.pem"), "--output", "-",
        "--max-time", str(_GIVE_UP_S), "--header", f"X-Request: {cast.number_of(request)}", "--header", "Expect:",
    ]
    if request.direct:
        port = 443 if request.kind == "https" else 80
        address = f"[{request.host.ipv6}]" if request.family == 6 else request.host.ipv4
        command += ["--resolve", f"{name}:{port}:{address}"]
    elif request.family:
        command.append(f"-{request.family}")
    if request.upload is not None:
        command += ["--data-binary", "@-"]
    command.append(f"{request.kind}://{name}{request.path}")
    done = subprocess.run(command, input=request.upload or b"", stdout=subprocess.PIPE, check=False)
    return done.returncode, request.upload or b"", done.stdout


def _talk(program: list[str], request: Request) -> tuple[int, bytes, bytes]:
    """netcat: waits for the greeting, says a line at a time once the last was answered, closes its side, reads on."""
    where = request.host.ipv4 if request.direct else request.host.name
    command = program + ["-N", "-w", str(_GIVE_UP_S), where, str(cast.CHAT_PORT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as client:
        sent, received = b"", client.stdout.readline()
        lines = [f"{cast.number_of(request)}\n".encode()]
        lines += [f"line {turn} of a private conversation\n".encode() for turn in range(cast.CHAT_TURNS)]
        for line in lines if received else []:
            client.stdin.write(line)
            client.stdin.flush()
            sent += line
            if not (reply := client.stdout.readline()):
                break
            received += reply
        client.stdin.close()
        received += client.stdout.read()
    return client.returncode, sent, received


if __name__ == "__main__":
    main()
