"""Rewrites a stack file with values that are known, without any training.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.offline.stack_files.formats import open_stack_file
from denoiser.restoration.stacks.plane_array import PlaneArray


def halved(values: np.ndarray) -> np.ndarray:
    """The values that `rewrite` writes: half of those of the file, of the same type."""
    return (values.astype(np.float64) / 2.0).astype(values.dtype)


def rewrite(source: Path, target: Path, scratch: Path) -> tuple[str, ...]:
    """Write `source` to `target` with half of every value; return the notes."""
    scratch.mkdir(exist_ok=True)
    file = open_stack_file(source, scratch)
    restored = []
    for group in file.groups:
        new = PlaneArray(np.empty(group.values.shape, group.values.dtype.newbyteorder("=")))
        sequences, slices = new.shape[:2]
        for n in range(sequences):
            for z in range(slices):
                new.plane(n, z)[...] = halved(group.values.plane(n, z))
        restored.append(new)
    return file.write(target, restored)


def random_values(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Random values that halve exactly: even integers, or floats of both signs."""
    random = np.random.default_rng(0)
    if np.dtype(dtype).kind == "f":
        return random.normal(0.0, 10.0, shape).astype(dtype)
    return (2 * random.integers(0, 60, shape)).astype(dtype)
