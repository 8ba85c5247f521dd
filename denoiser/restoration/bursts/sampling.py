"""Values of a frame between its pixels, by windowed sinc functions (Lanczos).

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from denoiser.restoration.bursts.motion import Motion
from denoiser.restoration.dataset import to_planes

RADIUS = 4  # pixels on each side that a value is made of


@dataclass(frozen=True, eq=False)
class Sampled:
    """Values of a frame at a region of another one."""

    planes: torch.Tensor
    """(C, h, w) float32 in [-0.5, 0.5]."""
    is_inside: torch.Tensor | None = None
    """(1, h, w) bool: the place lies inside the frame; None: everywhere."""
    noise_gain: torch.Tensor | None = None
    """(h, w) float32: factor by which white noise has another variance than in the frame; None: 1.
    Between pixels it is averaged."""


def sample_moved(
    pixels: torch.Tensor, motion: Motion, top: int, left: int, size: tuple[int, int]
) -> Sampled:
    """Values of a frame where the content of a region of another frame lies.

    Args:
        pixels: (H, W, C) frame as stored.
        motion: from the other frame to this one.
        top, left, size: of the region, (h, w), in the other frame.
    """
    height, width = pixels.shape[:2]
    device = pixels.device
    matrix = torch.from_numpy(motion.matrix).to(device)
    rows = torch.arange(size[0], device=device, dtype=torch.float64) + top
    columns = torch.arange(size[1], device=device, dtype=torch.float64) + left
    places = torch.stack(torch.meshgrid(rows, columns, indexing="ij"), -1)
    places = places @ matrix[:, :2].T + matrix[:, 2]
    down, right = places.unbind(-1)
    is_inside = (down >= 0) & (down <= height - 1) & (right >= 0) & (right <= width - 1)
    first_row, row_weights = _taps(down)
    first_column, column_weights = _taps(right)
    # Only the part of the frame that is looked at is converted.
    low_row, low_column = _clamped(first_row.min(), height), _clamped(first_column.min(), width)
    high_row = _clamped(first_row.max() + 2 * RADIUS, height)
    high_column = _clamped(first_column.max() + 2 * RADIUS, width)
    planes = to_planes(pixels[low_row : high_row + 1, low_column : high_column + 1])
    result = torch.zeros(len(planes), *size, device=device)
    for a in range(2 * RADIUS):
        row = (first_row + a).clamp(low_row, high_row) - low_row
        line = torch.zeros_like(result)
        for b in range(2 * RADIUS):
            column = (first_column + b).clamp(low_column, high_column) - low_column
            line += column_weights[..., b] * planes[:, row, column]
        result += row_weights[..., a] * line
    gain = row_weights.square().sum(-1) * column_weights.square().sum(-1)
    return Sampled(result, is_inside[None], gain)


def _clamped(index: torch.Tensor, side: int) -> int:
    return min(max(int(index), 0), side - 1)


def _taps(places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Index of the first of 2 RADIUS pixels around each place (h, w), and their weights.

    The weights, (h, w, 2 RADIUS) float32, add up to 1.
    """
    base = places.floor()
    offsets = torch.arange(1 - RADIUS, RADIUS + 1, device=places.device)
    distances = (places - base)[..., None] - offsets
    weights = torch.sinc(distances) * torch.sinc(distances / RADIUS)
    weights = weights / weights.sum(-1, keepdim=True)
    return base.long() + (1 - RADIUS), weights.float()
