"""Measures Hushwall's engine side by side with its peers; `./scripts/bench` starts this.

Rounds, MTUs and tests are the outer loops and the engines the inner one: what is compared runs within
the same minute. Every second round takes the engines in reverse.
"""

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time

import build
import machine
import parts
import report
from engines import engines
from figures import EVERY_MTU, ONCE, TESTS
from lab import Lab, LabError, remove_leftovers
from results import Results

REPORT = os.path.join(build.REPOSITORY, "docs", "benchmarks.md")


def main():
    options = arguments()
    if options.report:
        print(report.markdown(Results.read(options.report), engines(build.paths())))
        return
    if not options.built:
        examples = [(part.package, part.example) for part in parts.PARTS if part.name in options.tests]
        build.build(options.only, not options.hushwall, examples)
    become_root()
    # Ended from outside, it leaves through the same doors as at the end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    paths = build.paths(options.hushwall)
    remove_leftovers(paths.build)
    shutil.rmtree(paths.logs, ignore_errors=True)
    chosen = [engine for engine in engines(paths) if engine.name in options.only]
    results = Results(machine.describe(shlex.join(["./scripts/bench", *sys.argv[1:]]), options))
    raw = os.path.join(build.BUILD, time.strftime("results-%Y%m%d-%H%M%S.jsonl", time.gmtime()))
    with open(raw, "w") as file:
        results.write_head(file)
        measure(chosen, paths, options, results, file)
        for part in parts.PARTS:
            if part.name in options.tests:
                print(f"{part.name}: {part.what} …", flush=True)
                for name, value in parts.measure(part, paths.examples, options.quick):
                    results.add(file, "hushwall", None, 0, f"{part.name}_{name}", value)
    text = report.markdown(results, chosen)
    destination = options.output or (REPORT if complete(options) else os.path.join(build.BUILD, "benchmarks.md"))
    os.makedirs(os.path.dirname(os.path.abspath(destination)), exist_ok=True)
    with open(destination, "w") as file:
        file.write(text)
    print(f"\n{text}\nWritten to {destination}; every figure is in {raw}")


def arguments():
    names = [engine.name for engine in engines(build.paths())]
    tests = all_tests()
    parser = argparse.ArgumentParser(
        prog="./scripts/bench", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures Hushwall's engine side by side with its peers and writes docs/benchmarks.md.",
        epilog=f"engines: {', '.join(names)}\ntests:   {', '.join(tests)}\n"
               "A run that leaves something out is written to build/bench/benchmarks.md instead.")
    add = parser.add_argument
    add("--rounds", type=int, default=3, help="how often each measurement is made (3)")
    add("--seconds", type=int, default=4, help="length of each throughput and UDP run (4)")
    add("--only", type=listed(names), default=set(names), metavar="A,B", help="engines (all)")
    add("--tests", type=listed(tests), default=set(tests), metavar="A,B", help="tests (all)")
    add("--mtu", type=numbers, default=[1500, 9000], metavar="M,N", help="MTUs (1500,9000)")
    add("--quick", action="store_true", help="one short round: does everything work?")
    add("--hushwall", metavar="FILE", help="measure this binary instead of building one")
    add("--built", action="store_true", help=argparse.SUPPRESS)
    add("--output", metavar="FILE", help="where the report goes")
    add("--report", metavar="FILE", help="measure nothing: print the report of these raw results")
    options = parser.parse_args()
    if options.rounds < 1 or options.seconds < 1:
        parser.error("--rounds and --seconds must be at least 1")
    options.idle_seconds = 20
    if options.quick:
        options.rounds, options.seconds, options.idle_seconds = 1, 1, 5
    return options


def become_root():
    """Goes on under sudo where it must: everything was built as the user by then."""
    if os.geteuid() != 0:
        target = f"CARGO_TARGET_DIR={build.product_target()}"
        words = ["sudo", "env", target, sys.executable, "-B", *sys.argv, "--built"]
        try:
            os.execvp(words[0], words)
        except OSError:
            sys.exit("bench: network namespaces and TUN devices need root: run this as root")
    if not os.path.exists("/dev/net/tun"):
        subprocess.run(["modprobe", "tun"], check=False)
        if not os.path.exists("/dev/net/tun"):
            sys.exit("bench: there is no /dev/net/tun: this kernel needs its tun module")


def listed(known):
    def parse(text):
        chosen = set(text.split(","))
        if unknown := chosen - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not among {', '.join(known)}")
        return chosen
    return parse


def numbers(text):
    mtus = [int(word) for word in text.split(",")]
    if not all(1280 <= mtu <= 65_535 for mtu in mtus):
        raise argparse.ArgumentTypeError("an MTU is between 1280 and 65535")
    return mtus


def all_tests():
    return [*TESTS, *(part.name for part in parts.PARTS)]


def complete(options):
    """Whether nothing is left out, so that the run may stand in the project's documents."""
    everything = {engine.name for engine in engines(build.paths())}
    return (not options.quick and options.only == everything and options.tests == set(all_tests())
            and {1500, 9000} <= set(options.mtu))


def measure(chosen, paths, options, results, file):
    plan = list(steps(chosen, options))
    for number, (round_number, mtu, test, engine) in enumerate(plan, 1):
        print(f"[{number}/{len(plan)}] round {round_number + 1}, MTU {mtu}, {test}: {engine.name}", flush=True)
        try:
            with Lab(engine, mtu, paths) as lab:
                for figure, value, remark in TESTS[test](lab, options):
                    results.add(file, engine.name, mtu, round_number, figure, value, remark)
                    print(f"  {figure} = {'failed' if value is None else f'{value:,.6g}'} {remark}", flush=True)
        except (LabError, OSError, subprocess.CalledProcessError) as error:
            print(f"  {engine.name}: {error}", flush=True)
            results.add(file, engine.name, mtu, round_number, test, None, str(error))


def steps(chosen, options):
    for round_number in range(options.rounds):
        for mtu in options.mtu:
            for test in TESTS:
                if test not in options.tests or (test in ONCE and round_number > 0):
                    continue
                if test not in EVERY_MTU and mtu != options.mtu[0]:
                    continue
                for engine in chosen if round_number % 2 == 0 else reversed(chosen):
                    if test in engine.tests:
                        yield round_number, mtu, test, engine


if __name__ == "__main__":
    try:
        main()
    except build.BuildError as error:
        sys.exit(f"bench: {error}")
    except KeyboardInterrupt:
        sys.exit("bench: interrupted")
