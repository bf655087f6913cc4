"""Processes of a measurement: started in a namespace, read through /proc, ended by pid.

Each is started under `setpriv --pdeathsig`, so that even a killed benchmark leaves none behind.
"""

import os
import resource
import subprocess

TICKS = os.sysconf("SC_CLK_TCK")


def start(namespace, command, **options):
    """A process in a network namespace, with as many descriptors as the machine allows."""
    words = ["setpriv", "--pdeathsig", "KILL", "ip", "netns", "exec", namespace, *command]
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(words, preexec_fn=raise_descriptor_limit, **options)


def end(process):
    """Ends a process, however it takes it; its exit code."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
    return process.returncode


def raise_descriptor_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def cpu_seconds(pid):
    """utime + stime of all its threads, those that have ended too (proc(5), fields 14 and 15)."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def machine_cpu_seconds():
    """CPU time that the whole machine spent, interrupts included (proc(5), /proc/stat)."""
    with open("/proc/stat") as file:
        fields = [int(field) for field in file.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


def wakeups(pid):
    """How often its threads have gone to sleep by themselves, and so were woken."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        total += int(status(f"/proc/{pid}/task/{task}")["voluntary_ctxt_switches"])
    return total


def rss_mib(pid):
    return int(status(f"/proc/{pid}")["VmRSS"].split()[0]) / 1024


def listens(pid, port):
    """Whether a TCP socket in the process's namespace listens on the port."""
    for table in ("tcp", "tcp6"):
        try:
            with open(f"/proc/{pid}/net/{table}") as file:
                rows = [line.split() for line in file.readlines()[1:]]
        except OSError:
            continue
        if any(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows):
            return True
    return False


def status(folder):
    with open(f"{folder}/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
