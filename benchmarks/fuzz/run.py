"""A run over all seeds of some readers, and a number of mutated files of them.

Host code.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Iterator

from benchmarks.fuzz.pool import Limits
from benchmarks.fuzz.pool import Task
from benchmarks.fuzz.pool import results
from benchmarks.fuzz.report import Report
from benchmarks.fuzz.worker import Work

PROGRESS_SECONDS = 2.0

Show = Callable[[str], None]
"""Called with a line of progress."""


def run(work: Work, count: int, limits: Limits, begin: int = 0, show: Show | None = None) -> Report:
    """Read all seeds of `work` and `count` mutated files, spread evenly over its readers.

    Args:
        begin: number of each reader's first file; further runs may go on where one ended.
    """
    report = Report()
    done, shown = 0, time.monotonic()
    first = shown
    for result in results(work, _tasks(work, count, begin), limits):
        report.add(result)
        done += result[1] >= 0
        if show is not None and time.monotonic() - shown > PROGRESS_SECONDS:
            shown = time.monotonic()
            rate = done / (shown - first)
            show(f"{done:,} of {count:,} files, {rate:.0f} /s, {len(report.faults)} faults")
    return report


def _tasks(work: Work, count: int, begin: int) -> Iterator[Task]:
    """Every seed as it is, then mutated files, reader by reader in turns."""
    names = list(work.seeds)
    for name in names:
        seeds = work.seeds[name]  # a seed that is drawn more often is there several times
        yield from ((name, -1 - seeds.index(seed)) for seed in dict.fromkeys(seeds))
    for number in range(count):
        yield names[number % len(names)], begin + number // len(names)
