"""Builds what a run needs, each once: our binary, the load tool and the peers at pinned versions.

Everything but our binary lands under build/bench/, so that a second run finds it there.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass

from engines import TUN2SOCKS_VERSION

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(REPOSITORY, "build", "bench")
TARGET = os.path.join(BUILD, "target")

# tun2socks asks for this Go at least; where the system's is older, this toolchain is taken from the
# Go module proxy, as Go itself does from 1.21 on.
OLDEST_GO = (1, 23, 1)
GO_TOOLCHAIN = "go1.24.4"
TUN2SOCKS = "github.com/xjasonlyu/tun2socks/v2"


@dataclass
class Paths:
    """Where the programs of a run are."""

    hushwall: str = ""
    load: str = os.path.join(TARGET, "release", "hw-bench-load")
    ipstack: str = os.path.join(TARGET, "release", "hw-bench-ipstack")
    tun2socks: str = os.path.join(BUILD, f"tun2socks-{TUN2SOCKS_VERSION}")
    examples: str = ""
    build: str = BUILD
    logs: str = os.path.join(BUILD, "logs")


class BuildError(Exception):
    """A program could not be built, with what to do."""


def paths(hushwall=None):
    """Where everything is once it is built; `hushwall` is a binary that is there already."""
    release = os.path.join(product_target(), "release")
    return Paths(hushwall=hushwall or os.path.join(release, "hushwall"),
                 examples=os.path.join(release, "examples"))


def build(names, own_hushwall=True, examples=()):
    """Builds what the named engines need, and these (package, example) programs of ours."""
    os.makedirs(BUILD, exist_ok=True)
    cargo("tests/bench/load", TARGET)
    if "ipstack" in names:
        cargo("tests/bench/ipstack-forwarder", TARGET)
    if "tun2socks" in names and not os.path.exists(Paths.tun2socks):
        tun2socks(Paths.tun2socks)
    if own_hushwall and names & {"hushwall", "hushwall-large"}:
        cargo(".", product_target(), "--package", "hushwall-host", "--bin", "hushwall")
    for package, example in examples:
        cargo(".", product_target(), "--package", package, "--example", example)


def product_target():
    return os.environ.get("CARGO_TARGET_DIR") or os.path.join(REPOSITORY, "target")


def cargo(folder, target, *words):
    print(f"Building {folder if folder != '.' else 'hushwall'} (release) …", flush=True)
    run("cargo", "build", "--release", "--locked", "--quiet", "--target-dir", target, *words,
        cwd=os.path.join(REPOSITORY, folder))


def tun2socks(destination):
    """Builds tun2socks from its own module, with its own go.sum: nothing is resolved anew."""
    print(f"Building tun2socks {TUN2SOCKS_VERSION} …", flush=True)
    caches = os.path.join(BUILD, "go")
    environment = dict(os.environ, GOMODCACHE=f"{caches}/mod", GOCACHE=f"{caches}/cache", GOFLAGS="-modcacherw",
                       GOTOOLCHAIN="local", CGO_ENABLED="0")
    go = new_enough_go(environment)
    source = download(go, TUN2SOCKS, TUN2SOCKS_VERSION, environment)
    run(go, "build", "-trimpath", "-buildvcs=false", "-o", destination, ".", cwd=source, env=environment)


def new_enough_go(environment):
    go = shutil.which("go")
    if not go:
        raise BuildError("tun2socks needs Go: apt-get install golang-go")
    version = re.search(r"go(\d+)\.(\d+)(?:\.(\d+))?", output(go, "version", env=environment))
    if tuple(int(part or 0) for part in version.groups()) >= OLDEST_GO:
        return go
    system = output(go, "env", "GOOS", "GOARCH", env=environment).split()
    name = f"v0.0.1-{GO_TOOLCHAIN}.{'-'.join(system)}"
    toolchain = download(go, "golang.org/toolchain", name, environment)
    # A module's archive does not carry permissions.
    for folder in ("bin", "pkg/tool"):
        for place, _, files in os.walk(os.path.join(toolchain, folder)):
            for file in files:
                os.chmod(os.path.join(place, file), 0o755)
    environment.pop("GOROOT", None)
    return os.path.join(toolchain, "bin", "go")


def download(go, module, version, environment):
    """The folder of a module's source, checked by Go against its public checksums."""
    run(go, "mod", "download", f"{module}@{version}", cwd=BUILD, env=environment)
    return os.path.join(environment["GOMODCACHE"], *module.split("/")) + f"@{version}"


def run(*words, **options):
    if subprocess.run(words, check=False, **options).returncode:
        raise BuildError(f"`{' '.join(words)}` failed; its message is above")


def output(*words, **options):
    return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, **options).stdout
