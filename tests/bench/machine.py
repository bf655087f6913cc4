"""What a report says about where it was made."""

import os
import platform
import subprocess
import time

from build import REPOSITORY


def describe(command, options):
    return {
        "command": command,
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "cores": os.cpu_count(),
        "cpu": field("/proc/cpuinfo", "model name") or platform.machine(),
        "memory_gib": round(int(field("/proc/meminfo", "MemTotal").split()[0]) / 2**20),
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", "Linux"),
        "commit": first_line("git", "-C", REPOSITORY, "-c", f"safe.directory={REPOSITORY}",
                             "describe", "--always", "--dirty"),
        "iperf3": " ".join(first_line("iperf3", "--version").split()[:2]),
        "rustc": " ".join(first_line("rustc", "--version", cwd=REPOSITORY).split()[:2]),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "idle_seconds": options.idle_seconds,
    }


def field(path, name):
    with open(path) as file:
        rows = (line.split(":", 1) for line in file if ":" in line)
        return next((value.strip() for key, value in rows if key.strip() == name), "")


def first_line(*words, **options):
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    try:
        text = subprocess.run(words, check=False, text=True, **quiet, **options).stdout
    except OSError:
        text = ""
    return (text.splitlines() or ["unknown"])[0]
