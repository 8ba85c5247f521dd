"""Pool of workers: gives out files, watches time and memory, replaces workers that end.

Host code, for Linux.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from benchmarks.fuzz.worker import STACKS
from benchmarks.fuzz.worker import Outcome
from benchmarks.fuzz.worker import Reply
from benchmarks.fuzz.worker import Work
from benchmarks.fuzz.worker import serve

POLL_SECONDS = 0.02
START_SECONDS = 120.0  # a reader's first file in a worker imports libraries and compiles code
STACK_SECONDS = 0.3  # for a hanging worker to write its stack
RECYCLE = 5000  # files after which a worker is replaced, so that leaks do not count as memory

Task = tuple[str, int]
"""Name of a reader and number of a file; below 0 a seed as it is."""
Result = tuple[str, int, Reply, str]
"""Reader, number, reply, and for a worker that was ended or ended itself its stack."""


@dataclass(frozen=True)
class Limits:
    """Limits of a file, and the number of workers."""

    seconds: float
    """Wall-clock time."""
    mebibytes: float
    """Resident memory of a worker."""
    workers: int


class _Worker:
    """A process and the file that it reads."""

    def __init__(self, work: Work, root: Path, number: int) -> None:
        self.folder = root / f"worker-{number}"
        self.folder.mkdir()
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=serve, args=(theirs, work, self.folder), daemon=True
        )
        self.process.start()
        theirs.close()
        self.task: Task | None = None
        self.begin = 0.0
        self.known: set[str] = set()
        """Readers that the worker has used."""
        self.count = 0

    def give(self, task: Task) -> None:
        """Send a file to read."""
        self.task, self.begin = task, time.monotonic()
        self.connection.send(task)
        self.count += 1

    def excess(self, limits: Limits) -> Outcome | None:
        """The limit that the worker exceeds, if any."""
        assert self.task is not None
        allowed = limits.seconds + (0.0 if self.task[0] in self.known else START_SECONDS)
        if time.monotonic() - self.begin > allowed:
            return Outcome.HANG
        return Outcome.MEMORY if self._resident() > limits.mebibytes else None

    def stop(self, asks_for_stack: bool = False) -> str:
        """End the process; return the stack that it wrote."""
        if asks_for_stack and self.process.pid is not None and self.process.is_alive():
            os.kill(self.process.pid, signal.SIGUSR1)
            time.sleep(STACK_SECONDS)
        self.connection.close()
        self.process.kill()
        self.process.join()
        path = self.folder / STACKS
        return path.read_text(errors="replace") if path.is_file() else ""

    def _resident(self) -> float:
        """Resident memory in MiB, 0 for a process that has ended."""
        try:
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def results(work: Work, tasks: Iterator[Task], limits: Limits) -> Iterator[Result]:
    """Results of all tasks, in the order in which they finish."""
    numbers = itertools.count()
    with tempfile.TemporaryDirectory(prefix="hush-fuzz-") as name:
        workers = [_Worker(work, Path(name), next(numbers)) for _ in range(limits.workers)]
        try:
            waiting = [worker for worker in workers if _next(worker, tasks)]
            while waiting:
                wait([worker.connection for worker in waiting], POLL_SECONDS)
                for worker in list(waiting):
                    result = _result(worker, limits)
                    if result is None:
                        continue
                    yield result
                    waiting.remove(worker)
                    if result[3] or worker.count >= RECYCLE:
                        worker.stop()
                        workers.remove(worker)
                        worker = _Worker(work, Path(name), next(numbers))
                        workers.append(worker)
                    if _next(worker, tasks):
                        waiting.append(worker)
        finally:
            for worker in workers:
                worker.stop()


def _next(worker: _Worker, tasks: Iterator[Task]) -> bool:
    """Give the next task to a worker; False if there is none."""
    task = next(tasks, None)
    if task is not None:
        worker.give(task)
    return task is not None


def _result(worker: _Worker, limits: Limits) -> Result | None:
    """Result of a worker's file, None while it is still being read."""
    assert worker.task is not None
    name, number = worker.task
    connection: Connection = worker.connection
    try:
        if connection.poll():
            reply: Reply | None = connection.recv()
            if reply is None:
                worker.known.add(name)
                worker.begin = time.monotonic()
                return None
            if reply.mebibytes > limits.mebibytes:
                return name, number, Reply(Outcome.MEMORY, reply.text, "between two checks"), ""
            return name, number, reply, ""
    except (EOFError, OSError):
        return name, number, Reply(Outcome.DEATH), worker.stop() or "no stack"
    excess = worker.excess(limits)
    if excess is None:
        return None
    return name, number, Reply(excess), worker.stop(asks_for_stack=True) or "no stack"
