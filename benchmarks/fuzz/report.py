"""Report of a run: outcomes by reader, our own faults, and the outside libraries that failed.

Host code. A fault of ours names the number of its file, so that it can be repeated. Of an outside
library that ends the process, hangs or takes too much memory only its name and version are kept.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from dataclasses import field
from importlib.metadata import PackageNotFoundError
from importlib.metadata import packages_distributions
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.fuzz.pool import Result
from benchmarks.fuzz.worker import Outcome

FRAME = re.compile(r'File "([^"]+)", line (\d+)')
OURS = Path(__file__).parents[2]
NUMBERS_KEPT = 5  # of equal faults
STACK_LINES = 6  # of a worker that was ended
CALLS = {
    "scenes/images/stored.py": (r"\b(oiio|source)\.", "OpenImageIO"),
    "scenes/images/ktx2.py": (r"\bopengl_basisu\.", "opengl_basisu"),
    "scenes/images/luminance_chroma.py": (r"\bOpenEXR\.|\bfile\.", "OpenEXR"),
    "scenes/gltf/draco.py": (r"\bDracoPy\.", "DracoPy"),
    "scenes/mesh/polygons.py": (r"\bmapbox_earcut\.", "mapbox_earcut"),
    "denoiser/restoration/image_files.py": (r"\b(oiio|image)\.", "OpenImageIO"),
    "denoiser/rendered/files.py": (r"\b(oiio|image)\.", "OpenImageIO"),
    "denoiser/training/checkpoint_file.py": (r"\b(safe_open|get_tensor)\b", "safetensors"),
}
"""Modules that call libraries without Python frames: (pattern of such a line, package)."""
NOT_OUTSIDE = ("numpy", "numba")
"""Packages whose time and memory depend on what our code asks of them."""


@dataclass
class Report:
    """Results of a run so far."""

    counts: dict[str, Counter[Outcome]] = field(default_factory=dict)
    """Outcomes of the mutated files by reader."""
    faults: dict[tuple[str, str, str], list[Any]] = field(default_factory=dict)
    """(reader, outcome, place) -> text of the first and numbers of the files."""
    libraries: set[tuple[str, str, str]] = field(default_factory=set)
    """(reader, library, version)."""
    slowest: dict[str, float] = field(default_factory=dict)
    """Largest processor seconds of a file, by reader."""
    largest: dict[str, float] = field(default_factory=dict)
    """Largest resident MiB, by reader."""

    def add(self, result: Result) -> None:
        """Count a result; a seed that is not read is a fault, too."""
        name, number, reply, stack = result
        is_expected = reply.outcome in (Outcome.READ, Outcome.REFUSED)
        if number >= 0:
            self.counts.setdefault(name, Counter())[reply.outcome] += 1
            self.slowest[name] = max(self.slowest.get(name, 0.0), reply.seconds)
            self.largest[name] = max(self.largest.get(name, 0.0), reply.mebibytes)
            if is_expected:
                return
        elif reply.outcome is Outcome.READ:
            return
        place, text = "seed" if is_expected else reply.place, reply.text
        if stack:
            library, place = blamed(stack, reply.outcome)
            if library is not None:
                self.libraries.add((name, library, installed_version(library)))
                return
            text = "\n".join(stack.splitlines()[:STACK_LINES])
        fault = self.faults.setdefault((name, reply.outcome.value, place), [text])
        if len(fault) <= NUMBERS_KEPT:
            fault.append(number)

    def as_json(self) -> dict[str, Any]:
        """The report for a file."""
        return {
            "readers": {
                name: {
                    "files": counter.total(),
                    **{outcome.value: counter[outcome] for outcome in Outcome},
                    "slowest_seconds": round(self.slowest[name], 3),
                    "largest_mebibytes": round(self.largest[name]),
                }
                for name, counter in self.counts.items()
            },
            "faults": [
                dict(reader=key[0], outcome=key[1], place=key[2], text=text, numbers=numbers)
                for key, (text, *numbers) in self.faults.items()
            ],
            "libraries": [
                dict(reader=reader, library=library, version=number)
                for reader, library, number in sorted(self.libraries)
            ],
        }


def blamed(stack: str, outcome: Outcome) -> tuple[str | None, str]:
    """(outside package or None, innermost line of our code) of a stack by `faulthandler`.

    The last stack of the text counts: that of the main thread. Python's own library and NumPy are
    not outside, as what they are asked for is ours, unless the process ended in them.
    """
    for file, line in FRAME.findall(stack.rpartition("(most recent call first)")[2]):
        path = Path(file)
        if "site-packages" in path.parts:
            package = path.parts[path.parts.index("site-packages") + 1].removesuffix(".py")
            if package not in NOT_OUTSIDE or outcome is Outcome.DEATH:
                return package, ""
        elif path.is_relative_to(OURS):
            name = str(path.relative_to(OURS))
            pattern, package = CALLS.get(name, ("", ""))
            source = path.read_text().splitlines()[int(line) - 1]
            is_call = bool(pattern) and re.search(pattern, source) is not None
            return (package, "") if is_call else (None, f"{name}:{line}")
    return None, "no line of ours"


def installed_version(package: str) -> str:
    """Version of the distribution of an importable package."""
    names = packages_distributions().get(package, [package])
    try:
        return version(names[0])
    except PackageNotFoundError:
        return "unknown"
