"""Arrays of any axes as sequences of slices, without copying.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch.nn import functional


class Planes(Protocol):
    """N sequences of S slices (H, W)."""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(N, S, H, W)."""

    def plane(self, sequence: int, z: int) -> np.ndarray:
        """(H, W) values of slice `z` of a sequence."""


@dataclass(frozen=True, eq=False)
class PlaneArray:
    """View of an array as N sequences of S slices (H, W)."""

    array: np.ndarray
    """Its last three axes are slice, row and column; those before number the sequences."""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(N, S, H, W)."""
        slices, height, width = self.array.shape[-3:]
        return int(np.prod(self.array.shape[:-3], dtype=np.int64)), slices, height, width

    @property
    def dtype(self) -> np.dtype:
        """Type of the values."""
        return self.array.dtype

    def plane(self, sequence: int, z: int) -> np.ndarray:
        """(H, W) view of slice `z` of a sequence; writing to it changes the array."""
        lead = np.unravel_index(sequence, self.array.shape[:-3]) if self.array.ndim > 3 else ()
        plane: np.ndarray = self.array[tuple(lead) + (z,)]
        return plane


@dataclass(frozen=True, eq=False)
class ReducedPlanes:
    """Slices at a lower resolution: means over the pixels of `source` that each pixel covers."""

    source: PlaneArray
    size: tuple[int, int]
    """(H, W), at most those of the source."""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(N, S, H, W)."""
        return (*self.source.shape[:2], *self.size)

    def plane(self, sequence: int, z: int) -> np.ndarray:
        """(H, W) values of the source's type; integers are rounded."""
        plane = self.source.plane(sequence, z)
        values = torch.from_numpy(plane.astype(np.float64))[None, None]
        means = functional.adaptive_avg_pool2d(values, self.size)[0, 0].numpy()
        reduced: np.ndarray = (np.rint(means) if plane.dtype.kind in "iu" else means).astype(
            plane.dtype
        )
        return reduced


def arrange(array: np.ndarray, slice_axis: int | None, rows: int, columns: int) -> PlaneArray:
    """View with the given axes as slice, row and column, all others as sequences, in their order.

    Args:
        slice_axis: None: the array is one slice, or one in each sequence.
    """
    kept = [rows, columns] if slice_axis is None else [slice_axis, rows, columns]
    lead = [axis for axis in range(array.ndim) if axis not in kept]
    ordered = array.transpose(*lead, *kept)
    if slice_axis is None:
        ordered = ordered[..., None, :, :]
    return PlaneArray(ordered)
