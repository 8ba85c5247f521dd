"""Arrays of any axes as sequences of slices, without copying.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


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
