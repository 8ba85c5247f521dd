"""Reads mutated files with every reader and reports faults; ends with 1 if one is ours.

    python -m benchmarks.fuzz --count 100000 --seed 1 --output fuzz.json
    python -m benchmarks.fuzz --seed 1 --repeat ply 123

A fault is a traceback, a message of several lines, a hang, the end of the process, or more memory
than the limit. Equal seeds and readers give equal files, whatever the number of workers.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from app.base.files import write_json
from app.results.provenance import versions
from benchmarks.fuzz.pool import Limits
from benchmarks.fuzz.readers import READERS
from benchmarks.fuzz.run import run
from benchmarks.fuzz.seeds import write_seeds
from benchmarks.fuzz.worker import Outcome
from benchmarks.fuzz.worker import Work
from benchmarks.fuzz.worker import read_mutated


def main() -> int:
    """Run, print outcomes and faults, write JSON; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--readers", nargs="+", choices=READERS, default=list(READERS))
    parser.add_argument("--count", type=int, default=2000, help="files, over all readers")
    parser.add_argument("--begin", type=int, default=0, help="number of each reader's first file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20.0, help="limit of a file")
    parser.add_argument("--mebibytes", type=float, default=2048.0, help="limit of a worker")
    parser.add_argument("--output", type=Path)
    parser.add_argument("--repeat", nargs=2, metavar=("READER", "NUMBER"))
    args = parser.parse_args()
    names = args.readers if args.repeat is None else args.repeat[:1]
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hush-fuzz-") as folder:
        work = Work(READERS, write_seeds(Path(folder), names), Path(folder), args.seed)
        if args.repeat is not None:
            return repeat(work, names[0], int(args.repeat[1]))
        limits = Limits(args.seconds, args.mebibytes, args.workers)
        report = run(work, args.count, limits, args.begin, _show)
    print(file=sys.stderr)
    content: dict[str, Any] = {"seed": args.seed, "begin": args.begin, "versions": versions()}
    content |= {"seconds": round(time.monotonic() - begin, 1), **report.as_json()}
    print_report(content)
    if args.output is not None:
        write_json(args.output, content)
    return 1 if report.faults else 0


def repeat(work: Work, name: str, number: int) -> int:
    """Read one file in this process, without limits, and print the traceback or message."""
    reply = read_mutated(work, work.root, name, number)
    print(f"{reply.outcome.value} {reply.place}\n{reply.text}")
    return 0 if reply.outcome in (Outcome.READ, Outcome.REFUSED) else 1


def print_report(content: dict[str, Any]) -> None:
    """Print a table of outcomes, then the faults."""
    kinds = [outcome.value for outcome in Outcome]
    print(f"{'reader':12}", *(f"{kind:>10}" for kind in ("files", *kinds, "s", "MiB")), sep="")
    for name, row in content["readers"].items():
        cells = [row[key] for key in ("files", *kinds, "slowest_seconds", "largest_mebibytes")]
        print(f"{name:12}", *(f"{cell:>10}" for cell in cells), sep="")
    for fault in content["faults"]:
        print(f"\n{fault['reader']} {fault['numbers']}: {fault['outcome']} at {fault['place']}")
        print(fault["text"])
    for row in content["libraries"]:
        print(f"\n{row['reader']}: {row['library']} {row['version']} failed")


def _show(text: str) -> None:
    print(f"\r{text}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
