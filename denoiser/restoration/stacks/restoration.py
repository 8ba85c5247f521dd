"""Restoration of the slices of a stack with a trained network.

Host code. A slice is restored in overlapping tiles, so memory does not grow with its size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from denoiser.crops import Crop
from denoiser.restoration.mean_matching import with_mean_of
from denoiser.restoration.stacks.pairs import StackPairs
from denoiser.restoration.stacks.trainer import StackTrainer
from denoiser.restoration.tiles import restore_in_tiles

SIZE_OF_TRUST = 64
"""Pixels; see `with_mean_of`. Small, so that a whole stack keeps its mean within 0.1 %."""


@dataclass(frozen=True)
class RestoredSlice:
    """A restored slice in the type of the stack."""

    values: np.ndarray
    """(H, W) of the stack's type; pixels without a measurement as they were."""
    clamped_count: int
    """Values outside the limits of the type, which were clamped."""


class StackRestorer:
    """Restores the slices of a stack, or of the mean of two half-stacks, one by one."""

    def __init__(
        self, pairs: StackPairs, trainer: StackTrainer, limits: tuple[float, float] | None
    ):
        """`limits`: least and largest value that can be stored; None: any."""
        self._pairs, self._trainer, self._limits = pairs, trainer, limits

    def slice(self, sequence: int, z: int) -> RestoredSlice:
        """Restore one slice; of two half-stacks, to the mean of both restorations."""
        stack = self._pairs.stacks[0]
        original = np.asarray(stack.values.plane(sequence, z))
        restored = [self._restored(which, sequence, z) for which in range(len(self._pairs.stacks))]
        values = np.mean(restored, axis=0)
        measured = stack.measured(original)
        clamped = 0
        if self._limits is not None:
            clamped = int(np.count_nonzero(self._is_outside(values) & measured))
            values = np.rint(values).clip(*self._limits)
        values = values.astype(original.dtype)
        values[~measured] = original[~measured]
        return RestoredSlice(values, clamped)

    def _restored(self, which: int, sequence: int, z: int) -> np.ndarray:
        """(H, W) float64 restored values of a slice of one stack."""
        stack = self._pairs.stacks[which]
        height, width = stack.size
        whole = np.empty((height, width), np.float32)
        source = _SlicePlanes(self._pairs, which, sequence, z)
        for top, rows in restore_in_tiles(
            source, self._restore_tile, channels=1  # type: ignore[arg-type]
        ):
            whole[top : top + len(rows)] = rows[..., 0]
        noisy = stack.planes(sequence, [z], Crop(0, 0, height, width))[None]
        image = torch.from_numpy(whole)[None, None]
        intensity = stack.intensities[sequence]
        limits = None
        if self._limits is not None:
            low, high = intensity.to_image(np.array(self._limits)).tolist()
            limits = (low, high)
        matched = with_mean_of(noisy, image, limits, SIZE_OF_TRUST)
        return intensity.from_image(matched[0, 0].numpy())

    def _restore_tile(self, tile: np.ndarray) -> np.ndarray:
        planes = torch.from_numpy(np.ascontiguousarray(tile.transpose(2, 0, 1)))
        return self._trainer.restore(planes).numpy()[..., None]

    def _is_outside(self, values: np.ndarray) -> np.ndarray:
        """Mask of values that rounding does not bring between the limits."""
        assert self._limits is not None
        low, high = self._limits
        mask: np.ndarray = (values < low - 0.5) | (values > high + 0.5)
        return mask


class _SlicePlanes:
    """(H, W, planes) input of a slice, of which only the parts that are asked for are read."""

    def __init__(self, pairs: StackPairs, which: int, sequence: int, z: int) -> None:
        self._pairs, self._place = pairs, (which, sequence, z)
        self.shape = (*pairs.stacks[which].size, 1 + 2 * pairs.context)

    def __getitem__(self, part: tuple[slice, slice]) -> np.ndarray:
        rows, columns = (each.indices(side) for each, side in zip(part, self.shape))
        crop = Crop(rows[0], columns[0], rows[1] - rows[0], columns[1] - columns[0])
        planes = self._pairs.input_planes(*self._place, crop)
        return planes.permute(1, 2, 0).numpy()
