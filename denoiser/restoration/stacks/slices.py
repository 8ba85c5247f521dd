"""Stacks of slices, read in parts and scaled to the range of images.

Host code. A stack may be larger than memory: its values are a view of a file on disk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from denoiser.crops import Crop
from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.stacks.plane_array import PlaneArray

SAMPLED_SLICES = 32  # of each sequence, evenly spaced, to find its range
BLOCK = 8  # pixels; side of the blocks whose means are looked at, in which noise averages out
RANGE_QUANTILES = (0.001, 0.999)  # of these means, between which the range is taken to lie


@dataclass(frozen=True)
class Intensity:
    """Linear map of values to images: `offset` becomes black, `offset + scale` white."""

    offset: float
    scale: float
    """> 0."""

    def to_image(self, values: np.ndarray) -> np.ndarray:
        """Values of any type as float32, nominally in [-0.5, 0.5]; computed in double precision."""
        scaled = (values.astype(np.float64) - self.offset) / self.scale + BLACK
        return scaled.astype(np.float32)

    def from_image(self, image: np.ndarray) -> np.ndarray:
        """Inverse of `to_image`, float64."""
        values: np.ndarray = (image.astype(np.float64) - BLACK) * self.scale + self.offset
        return values


@dataclass(frozen=True, eq=False)
class SliceStack:
    """N sequences of S slices of the same size, such as the channels of a volume."""

    values: PlaneArray
    """Integer or float values; usually a view of a file on disk."""
    intensities: tuple[Intensity, ...]
    """Map of each sequence."""
    missing: float | None = None
    """Value of pixels without a measurement, besides those that are not finite; None: no other."""

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)."""
        return self.values.shape[2], self.values.shape[3]

    @property
    def slice_count(self) -> int:
        """S."""
        return self.values.shape[1]

    def planes(self, sequence: int, slices: list[int], crop: Crop) -> torch.Tensor:
        """(len(slices), h, w) float32 part of some slices, nominally in [-0.5, 0.5].

        Pixels without a measurement get the mean of the others in the part, or black.
        """
        rows = slice(crop.top, crop.top + crop.height)
        columns = slice(crop.left, crop.left + crop.width)
        found = [
            self._plane(sequence, self.values.plane(sequence, z)[rows, columns]) for z in slices
        ]
        return torch.from_numpy(np.stack(found))

    def measured(self, values: np.ndarray) -> np.ndarray:
        """Mask of the values that are measurements: finite, and not `missing`."""
        mask = np.isfinite(values)
        return mask if self.missing is None else mask & (values != self.missing)

    def _plane(self, sequence: int, values: np.ndarray) -> np.ndarray:
        mask = self.measured(values)
        if mask.all():
            return self.intensities[sequence].to_image(values)
        image = np.full(values.shape, BLACK, np.float32)
        if mask.any():
            image[mask] = self.intensities[sequence].to_image(values[mask])
            image[~mask] = image[mask].mean()
        return image


def open_stack(values: PlaneArray, missing: float | None = None) -> SliceStack:
    """Stack of values, each sequence scaled by its own range."""
    plain = SliceStack(values, (), missing)
    intensities = tuple(_intensity(plain, sequence) for sequence in range(values.shape[0]))
    return SliceStack(values, intensities, missing)


def _intensity(stack: SliceStack, sequence: int) -> Intensity:
    """Range of a sequence's brightness without the most extreme values, from some of its slices.

    The network adds nothing to black (`ResidualUNet`), so black has to be the darkest brightness,
    not the darkest noisy value.
    """
    places = np.linspace(0, stack.slice_count - 1, min(SAMPLED_SLICES, stack.slice_count))
    found = []
    for z in places.round().astype(int):
        found.append(_block_means(stack, stack.values.plane(sequence, int(z))))
    sample = np.concatenate(found)
    if not sample.size:
        return Intensity(0.0, 1.0)
    low, high = np.quantile(sample, RANGE_QUANTILES)
    if high <= low:
        low, high = float(sample.min()), float(sample.max())
    return Intensity(float(low), float(high - low) if high > low else 1.0)


def _block_means(stack: SliceStack, plane: np.ndarray) -> np.ndarray:
    """Means of the blocks of an (H, W) plane in which all values are measured, float64; of a
    plane without such blocks its measured values.
    """
    height, width = (side // BLOCK * BLOCK for side in plane.shape)
    blocks = plane[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    means = np.where(stack.measured(blocks), blocks, np.nan).astype(np.float64).mean((1, 3))
    means = means[np.isfinite(means)]
    return means if means.size else plane[stack.measured(plane)].astype(np.float64)
