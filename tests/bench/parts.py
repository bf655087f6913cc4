"""What single parts cost by themselves, with nothing around them: each is an example program of its crate.

Every one prints its figures as one line of JSON; a figure's name ends with its unit.
"""

import json
import os
from dataclasses import dataclass

import build


@dataclass(frozen=True)
class Part:
    """`package` has the example `example`; `quick` are its arguments for a short run."""

    name: str
    what: str
    package: str
    example: str
    quick: tuple[str, ...] = ()


PARTS = [
    Part("log", "a log of a million connections, written and asked", "hushwall-store", "fill", ("--rows", "100000")),
    Part("names", "the name in an opening", "hushwall-names", "speed"),
    Part("lists", "an index of a million names", "hushwall-lists", "lookup"),
    Part("policy", "10,000 rules and 50 lists", "hushwall-policy", "decide"),
    Part("inspect", "captures, read offline", "hushwall-capture", "measure"),
]


def measure(part, examples, quick):
    """Runs the part's program: (name, value) of each figure."""
    words = [os.path.join(examples, part.example), "--json", *(part.quick if quick else ())]
    figures = json.loads(build.output(*words, cwd=build.BUILD).strip().splitlines()[-1])
    if part.name == "log":
        pages = [value for name, value in figures.items() if name.startswith(("page_", "deep_"))]
        figures = {"slowest_page_ms": max(pages), **figures}
    return figures.items()
