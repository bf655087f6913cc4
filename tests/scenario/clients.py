"""How each kind of app makes its request: the program it is, its arguments, and what came of it.

http, https   curl
chat          netcat: waits for the server to speak first
hello         a hello of today's browsers; hello-ech with an empty Encrypted Client Hello
faked         names another host than the one whose address it asked for
quiet         connects ahead and says nothing
quic          quinn
"""

import shutil
import subprocess
from pathlib import Path

import cast
import play
from play import Request

_GIVE_UP_S = 60
_PROGRAM = {"http": "curl", "https": "curl", "chat": "nc"}


def program_of(kind: str, own: Path) -> Path:
    """The program whose copy the app is; `own` is the scenario's own."""
    name = _PROGRAM.get(kind)
    if name is None:
        return own
    found = shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is missing: run scripts/setup run")
    return Path(found).resolve()


def run(request: Request, folder: Path) -> tuple[int, bytes, bytes]:
    """Makes the request under the app's name and user id: its exit code, what it sent and what it received."""
    app = request.app
    program = [
        "setpriv", f"--reuid={app.uid}", f"--regid={app.uid}", "--clear-groups", str(folder / "apps" / app.package),
    ]
    return _KINDS[request.kind](program, request, folder)


def _fetch(program: list[str], request: Request, folder: Path) -> tuple[int, bytes, bytes]:
    """curl: the body goes in by standard input, the answer comes by standard output."""
    host = request.host
    command = program + [
        "-q", "--silent", "--fail", "--noproxy", "*", "--cacert", str(folder / "ca.pem"), "--output", "-",
        "--max-time", str(_GIVE_UP_S), "--header", f"X-Request: {play.number_of(request)}", "--header", "Expect:",
    ]
    if request.direct and host.name:
        port = 443 if request.kind == "https" else 80
        address = f"[{host.ipv6}]" if request.family == 6 else host.ipv4
        command += ["--resolve", f"{host.name}:{port}:{address}"]
    elif request.family:
        command.append(f"-{request.family}")
    if request.upload is not None:
        command += ["--data-binary", "@-"]
    command.append(f"{request.kind}://{host.title}{request.path}")
    done = subprocess.run(command, input=request.upload or b"", stdout=subprocess.PIPE, check=False)
    return done.returncode, request.upload or b"", done.stdout


def _talk(program: list[str], request: Request, _: Path) -> tuple[int, bytes, bytes]:
    """netcat: waits for the greeting, says a line at a time once the last was answered, closes its side, reads on."""
    where = request.host.ipv4 if request.direct else request.host.name
    command = program + ["-N", "-w", str(_GIVE_UP_S), where, str(cast.CHAT_PORT)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as client:
        sent, received = b"", client.stdout.readline()
        lines = [f"{play.number_of(request)}\n".encode()]
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


def _hello(program: list[str], request: Request, _: Path) -> tuple[int, bytes, bytes]:
    ech = ["--ech"] if request.kind == "hello-ech" else []
    number = play.number_of(request)
    return _own(program, number, "hello", request.host.name, _at(request), number, *ech)


def _faked(program: list[str], request: Request, folder: Path) -> tuple[int, bytes, bytes]:
    words = [request.host.name, cast.SHOP.name, str(folder / "ca.pem"), play.number_of(request), request.path]
    return _own(program, "", "faked", *words)


def _quiet(program: list[str], request: Request, _: Path) -> tuple[int, bytes, bytes]:
    return _own(program, "", "quiet", request.host.ipv4)


def _quic(program: list[str], request: Request, folder: Path) -> tuple[int, bytes, bytes]:
    number = play.number_of(request)
    return _own(program, number, "visit", request.host.name, _at(request), str(folder / "ca.pem"), number)


def _own(program: list[str], sent: str, *words: str) -> tuple[int, bytes, bytes]:
    """The scenario's own program, which sends this and writes what it gets."""
    done = subprocess.run(
        [*program, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False, timeout=_GIVE_UP_S,
    )
    return done.returncode, sent.encode(), done.stdout


def _at(request: Request) -> str:
    return request.host.ipv4 if request.direct else request.host.name


_KINDS = {
    "http": _fetch, "https": _fetch, "chat": _talk, "hello": _hello, "hello-ech": _hello, "faked": _faked,
    "quiet": _quiet, "quic": _quic,
}
