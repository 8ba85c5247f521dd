"""Worker process: mutates seeds, reads them, and says what came of it.

Host code, for Linux.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import random
import resource
import shutil
import signal
import time
import traceback
import unicodedata
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.fuzz.mutations import mutated
from benchmarks.fuzz.packed import PACKINGS
from benchmarks.fuzz.readers import Reader
from benchmarks.fuzz.readers import imported
from benchmarks.fuzz.seeds import Seed

ADDRESS_SPACE = 12 * 2**30  # bytes; torch alone maps several GiB that it never touches
STACKS = "stacks"  # name of the file for the stacks of a worker that hangs or ends
FRAME_COUNT = 4  # frames of a traceback that a report shows
CONTROL = ("Cc", "Cs", "Zl", "Zp")
"""Unicode categories of control characters, lone surrogates and line breaks."""


class Outcome(Enum):
    """What came of reading a file."""

    READ = "read"
    REFUSED = "refused"
    """An error that the reader documents, in one line."""
    TRACEBACK = "traceback"
    """Any other exception."""
    BAD_LINE = "bad line"
    """A message or note that is empty, has several lines or cannot be printed."""
    HANG = "hang"
    DEATH = "death"
    MEMORY = "memory"


@dataclass(frozen=True)
class Reply:
    """Result of one file."""

    outcome: Outcome
    text: str = ""
    """Message, or innermost frames of the traceback."""
    place: str = ""
    """Exception and the last line of our own code, for grouping equal faults."""
    seconds: float = 0.0
    """Processor time."""
    mebibytes: float = 0.0
    """Largest resident memory of the worker while it read the file."""


@dataclass(frozen=True)
class Work:
    """What a worker needs besides the numbers of the files."""

    readers: Mapping[str, Reader]
    seeds: Mapping[str, tuple[Seed, ...]]
    root: Path
    """Folder of all seeds; not changed."""
    seed: int


def serve(connection: Connection, work: Work, folder: Path) -> None:
    """Answer requests (reader, number) by replies until the other end closes.

    None comes before the first reply of a reader: from then on the file's time counts.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    shutil.copytree(work.root, folder / "files")
    quiet = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # libraries write warnings there
        os.dup2(quiet, stream)
    warm: set[str] = set()
    with contextlib.suppress(EOFError), (folder / STACKS).open("w") as stacks:
        faulthandler.enable(stacks)  # of all threads: a library may crash in one of its own
        faulthandler.register(signal.SIGUSR1, stacks, all_threads=False)
        while True:
            name, number = connection.recv()
            if name not in warm:  # imports and compilation are not the file's time
                read_mutated(work, folder / "files", name, -1)
                warm.add(name)
                connection.send(None)
            connection.send(read_mutated(work, folder / "files", name, number))


def read_mutated(work: Work, root: Path, name: str, number: int) -> Reply:
    """Read mutated file `number` of a reader; numbers below 0 are the seeds as they are.

    Args:
        root: copy of the seeds' folder; a changed file is restored.
    """
    seeds = work.seeds[name]
    if number < 0:
        seed = seeds[-1 - number]
        return read_once(work.readers[name], root / seed.folder / seed.files[0])
    source = random.Random(f"{work.seed} {name} {number}")
    seed = source.choice(seeds)
    target = root / seed.folder / source.choice((seed.files[0], source.choice(seed.files)))
    other = source.choice(seeds)
    data = target.read_bytes()
    target.write_bytes(_mutated_file(target, root / other.folder / other.files[0], source))
    try:
        return read_once(work.readers[name], root / seed.folder / seed.files[0])
    finally:
        target.write_bytes(data)


def _mutated_file(path: Path, other: Path, source: random.Random) -> bytes:
    """Mutated content of a file; of packed formats half the time what is inside."""
    data, partner = path.read_bytes(), other.read_bytes()
    packing = PACKINGS.get(path.suffix)
    if packing is None or source.random() < 0.5:
        return mutated(data, partner, source)
    partner = packing.unpack(partner) if other.suffix == path.suffix else partner
    return packing.pack(mutated(packing.unpack(data), partner, source), data)


def read_once(reader: Reader, path: Path) -> Reply:
    """Read one file and tell what came of it."""
    function = imported(reader.function)
    errors = tuple(imported(name) for name in reader.errors)
    _reset_peak()
    begin = time.process_time()
    outcome, lines, text, place = Outcome.READ, [], "", ""
    try:
        lines = list(function(path))
    except errors as error:
        outcome, lines = Outcome.REFUSED, [str(error)]
        text = lines[0]
    except MemoryError as error:
        outcome, place = Outcome.MEMORY, _place(error)
    except Exception as error:
        outcome, place = Outcome.TRACEBACK, _place(error)
        text = "".join(traceback.format_exception(error)[-FRAME_COUNT:])
    bad = next((line for line in lines if not is_line(line)), None)
    if bad is not None:
        outcome, text, place = Outcome.BAD_LINE, repr(bad), "a message or note"
    return Reply(outcome, text, place, time.process_time() - begin, _peak())


def is_line(text: str) -> bool:
    """Whether a text is one line, not empty, without characters that control a terminal."""
    return bool(text) and not any(unicodedata.category(char) in CONTROL for char in text)


def _place(error: BaseException) -> str:
    """Type of an exception and the innermost line outside of installed packages."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    frame = (ours or frames)[-1]
    return f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno} {frame.name}"


def _reset_peak() -> None:
    """Set the largest resident memory of this process to the present one (Linux, proc(5))."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    """Largest resident memory of this process in MiB."""
    status = Path("/proc/self/status").read_text()
    kibibytes = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(kibibytes.split()[1]) / 1024
