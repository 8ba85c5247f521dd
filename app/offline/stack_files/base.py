"""What every format of stacks provides: values as slices, and the file with restored ones.

Host code.
"""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from denoiser.errors import DataError
from denoiser.restoration.stacks.plane_array import PlaneArray


@dataclass(frozen=True, eq=False)
class Group:
    """One array of a file that is restored by itself: a channel, an image extension, a series."""

    name: str
    """Name in messages; empty in files of one array."""
    values: PlaneArray
    """Values as stored."""
    limits: tuple[float, float] | None
    """Least and largest value that the file can store; None: floating point."""
    missing: float | None = None
    """Value of pixels without a measurement; None: only values that are not finite."""


class StackFile(ABC):
    """A file of slices, or a folder of them."""

    def __init__(self, path: Path, groups: Sequence[Group]) -> None:
        self.path = path
        self.groups = tuple(groups)
        if not self.groups:
            raise DataError(f"{path}: no image data in it")
        for group in self.groups:
            if not all(group.values.shape):
                raise DataError(f"{path}: no values, the array is {group.values.array.shape}")

    @abstractmethod
    def write(self, target: Path, restored: Sequence[PlaneArray]) -> tuple[str, ...]:
        """Write the restored values, one array per group, with the header of this file.

        Returns notes, a line each. Raises UsageError if the target cannot be written.
        """


def stored_limits(dtype: np.dtype) -> tuple[float, float] | None:
    """Least and largest value of an integer type; None for other types."""
    if dtype.kind not in "iu":
        return None
    limits = np.iinfo(dtype)
    return float(limits.min), float(limits.max)


def components(array: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Named views of the real numbers in an array: channels of colours, parts of complex numbers.

    DataError for types that hold no numbers.
    """
    if array.dtype.names:
        return [(name, array[name]) for name in array.dtype.names]
    if array.dtype.kind == "c":
        return [("real", array.real), ("imaginary", array.imag)]
    if array.dtype.kind not in "iuf":
        raise DataError(f"values of type {array.dtype} are not supported")
    return [("", array)]
