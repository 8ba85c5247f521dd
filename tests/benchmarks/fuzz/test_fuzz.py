"""Mutated files end in a result or a documented error, and the harness notices what does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.fuzz.pool import Limits
from benchmarks.fuzz.readers import READERS
from benchmarks.fuzz.readers import Reader
from benchmarks.fuzz.report import OURS
from benchmarks.fuzz.report import Report
from benchmarks.fuzz.report import blamed
from benchmarks.fuzz.run import run
from benchmarks.fuzz.seeds import SEEDS
from benchmarks.fuzz.seeds import Seed
from benchmarks.fuzz.seeds import write_seeds
from benchmarks.fuzz.worker import Outcome
from benchmarks.fuzz.worker import Reply
from benchmarks.fuzz.worker import Work
from benchmarks.fuzz.worker import read_mutated
from tests.benchmarks.fuzz import planted

CHEAP = (
    *(
        "mitsuba",
        "pbrt",
        "gltf",
        "glb",
        "draco",
        "meshopt",
        "obj",
        "mtl",
        "ply",
        "serialized",
        "curves",
    ),
    *("png", "jpeg", "tiff", "exr", "hdr", "pfm", "environment", "camera-path"),
)
"""Readers without torch, whose import would take most of the time."""
FILES = 20 * len(CHEAP)


def _planted(name: str, folder: Path) -> Report:
    """Report of a few files with one planted reader."""
    (folder / "main.txt").write_text(planted.SEED)
    errors = (f"{planted.__name__}:Refusal",)
    readers = {name: Reader(f"{planted.__name__}:{name}", errors)}
    work = Work(readers, {name: (Seed(".", ("main.txt",)),)}, folder, 1)
    # Only a hang has to reach the limit: on a busy machine other faults take a while, too.
    seconds = 1.0 if name == "hang" else 60.0
    return run(work, 2, Limits(seconds=seconds, mebibytes=500.0, workers=1))


@pytest.mark.parametrize(
    "name, outcome, place",
    [
        ("raise_key_error", Outcome.TRACEBACK, "KeyError at planted.py"),
        ("raise_two_lines", Outcome.BAD_LINE, "a message or note"),
        ("hang", Outcome.HANG, "tests/benchmarks/fuzz/planted.py"),
        ("end_process", Outcome.DEATH, "tests/benchmarks/fuzz/planted.py"),
        ("take_memory", Outcome.MEMORY, ""),
    ],
)
def test_planted_fault_is_noticed(name: str, outcome: Outcome, place: str, tmp_path: Path) -> None:
    report = _planted(name, tmp_path)
    assert report.counts[name] == {outcome: 2}
    ((reader, found, where),) = report.faults
    assert (reader, found) == (name, outcome.value) and where.startswith(place)
    assert report.faults[reader, found, where][1:] == [0, 1] and not report.libraries


def test_documented_error_is_no_fault(tmp_path: Path) -> None:
    report = _planted("refuse", tmp_path)
    assert report.counts["refuse"] == {Outcome.REFUSED: 2} and not report.faults


def test_library_is_blamed_by_its_frames_or_the_line_that_calls_it() -> None:
    stored = OURS / "scenes/images/stored.py"
    lines = stored.read_text().splitlines()
    call = next(number for number, line in enumerate(lines, 1) if "source.read_image(" in line)
    head = "Thread 1 (most recent call first):\n"
    in_package = f'{head}  File "/x/site-packages/plyfile.py", line 9 in read\n'
    assert blamed(in_package, Outcome.HANG) == ("plyfile", "")
    in_call = f'{head}  File "{stored}", line {call} in _selected\n'
    assert blamed(in_call, Outcome.DEATH) == ("OpenImageIO", "")
    in_ours = f'{head}  File "{stored}", line 1 in _selected\n'
    assert blamed(in_ours, Outcome.HANG) == (None, "scenes/images/stored.py:1")
    # Time in NumPy is what our code asked for; a crash is not.
    in_numpy = f'{head}  File "/x/site-packages/numpy/a.py", line 9 in a\n'
    assert blamed(in_numpy + in_ours.removeprefix(head), Outcome.HANG)[0] is None
    assert blamed(in_numpy, Outcome.DEATH) == ("numpy", "")


def test_library_fault_keeps_neither_number_nor_text(tmp_path: Path) -> None:
    report = Report()
    stack = 'Thread 1 (most recent call first):\n  File "/x/site-packages/numpy/a.py", line 9\n'
    report.add(("png", 1234, Reply(Outcome.DEATH), stack))
    assert not report.faults and [row[:2] for row in report.libraries] == [("png", "numpy")]
    assert "1234" not in str(report.as_json())


def test_every_reader_has_seeds() -> None:
    assert SEEDS.keys() == READERS.keys()


def test_equal_numbers_give_equal_files(tmp_path: Path) -> None:
    work = Work(READERS, write_seeds(tmp_path, ["curves"]), tmp_path, 1)
    replies = [read_mutated(work, tmp_path, "curves", number) for number in (3, 5, 3)]
    assert (replies[0].outcome, replies[0].text) == (replies[2].outcome, replies[2].text)
    assert (tmp_path / "curves/main.txt").read_text().startswith("0 0 0 0.1\n")


def test_cheap_readers_have_no_fault(tmp_path: Path) -> None:
    work = Work(READERS, write_seeds(tmp_path, CHEAP), tmp_path, 1)
    report = run(work, FILES, Limits(seconds=20.0, mebibytes=2048.0, workers=1))
    assert not report.faults
    assert sum(counter.total() for counter in report.counts.values()) == FILES
    # Mutations must leave some files readable, or readers would be tested by their first check.
    assert sum(counter[Outcome.READ] for counter in report.counts.values()) > 0.15 * FILES
