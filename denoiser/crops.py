"""Random training crops of a frame.

Host code. Crops are drawn on the CPU even for frames on the GPU, to avoid synchronisation.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Crop:
    """A rectangle of pixels inside a frame."""

    top: int
    """First row."""
    left: int
    """First column."""
    height: int
    """Rows, >= 1."""
    width: int
    """Columns, >= 1."""

    def overlaps(self, other: Crop) -> bool:
        """True if a pixel lies in both."""
        is_beside = self.left + self.width <= other.left or other.left + other.width <= self.left
        is_above = self.top + self.height <= other.top or other.top + other.height <= self.top
        return not (is_beside or is_above)


class CropSampler:
    """Draws crops at uniformly distributed positions; equal seeds give equal sequences."""

    def __init__(self, seed: int) -> None:
        """`seed`: any integer, which alone determines the sequence of crops."""
        self._generator = torch.Generator().manual_seed(seed)

    def draw(self, size: tuple[int, int], side: int) -> Crop:
        """Draw a crop of `side` x `side` pixels, limited to the frame's `size` (width, height)."""
        frame_width, frame_height = size
        assert side >= 1 and frame_width >= 1 and frame_height >= 1, (size, side)
        width = min(side, frame_width)
        height = min(side, frame_height)
        left = self._below(frame_width - width + 1)
        top = self._below(frame_height - height + 1)
        return Crop(top=top, left=left, height=height, width=width)

    def state(self) -> torch.Tensor:
        """State of the random generator, uint8 on the CPU, to continue the sequence from here."""
        return self._generator.get_state()

    def restore(self, state: torch.Tensor) -> None:
        """Restore a state returned by `state()`; RuntimeError if it is not one."""
        self._generator.set_state(state)

    def _below(self, bound: int) -> int:
        return int(torch.randint(bound, (), generator=self._generator))
