"""A certificate authority for one run, and the servers' certificate signed by it. The clients trust it, nobody else."""

import subprocess
from pathlib import Path

from cast import HOSTS


def make(folder: Path) -> None:
    """Writes ca.pem, server.pem and server.key."""
    names = ",".join(f"DNS:{host.name}" for host in HOSTS if host.name)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]
    ca = [
        "-keyout", "ca.key", "-x509", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Authority of one run",
        "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
    ]
    server = [
        "-keyout", "server.key", "-x509", "-out", "server.pem", "-days", "2", "-subj", "/CN=Servers of one run",
        "-CA", "ca.pem", "-CAkey", "ca.key",
        "-addext", f"subjectAltName={names}", "-addext", "basicConstraints=critical,CA:FALSE",
    ]
    for part in (ca, server):
        subprocess.run(["openssl", "req", *key, *part], cwd=folder, check=True, stderr=subprocess.DEVNULL)
