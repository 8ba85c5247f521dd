"""Seamless noise: arrays that are periodic in both axes.

Host code. Gradient noise after Perlin 2002 (quintic fade) on a periodic lattice; float32 for speed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

Cells = tuple[int, int]
"""Lattice periods (down, across) of a noise."""


def gradient_noise(size: tuple[int, int], cells: Cells, rng: np.random.Generator) -> np.ndarray:
    """(H, W) float32 noise in about [-1, 1], periodic; `size` = (H, W).

    The sum over the four lattice corners is separable: columns first, on the lattice rows only;
    then all texel rows between two lattice rows at once.
    """
    angle = rng.uniform(0.0, 2.0 * np.pi, cells).astype(np.float32)
    slope_y, slope_x = np.sqrt(2.0) * np.sin(angle), np.sqrt(2.0) * np.cos(angle)
    x, y = _corners(size[1], cells[1]), _corners(size[0], cells[0])
    fade_left, fade_right = 1.0 - x.fade, x.fade
    level = slope_x[:, x.left] * (fade_left * x.offset)
    level += slope_x[:, x.right] * (fade_right * (x.offset - 1.0))
    rise = slope_y[:, x.left] * fade_left + slope_y[:, x.right] * fade_right
    below = np.stack([1.0 - y.fade, y.offset * (1.0 - y.fade)], -1)
    above = np.stack([y.fade, (y.offset - 1.0) * y.fade], -1)
    fraction = np.concatenate([below, above], -1).astype(np.float32)
    lattice = np.stack([level, rise], axis=1).astype(np.float32)
    noise = np.empty(size, np.float32)
    ends = np.searchsorted(y.left, np.arange(cells[0] + 1))
    for row, (start, end) in enumerate(zip(ends, ends[1:])):
        corners = np.concatenate([lattice[row], lattice[(row + 1) % cells[0]]])
        np.matmul(fraction[start:end], corners, out=noise[start:end])
    return noise


def fractal_noise(
    size: tuple[int, int], cells: Cells, octaves: int, rng: np.random.Generator
) -> np.ndarray:
    """(H, W) float32 sum of `octaves` noises, each with twice the frequency and half the amplitude.

    Octaves beyond the Nyquist limit are left out; a side of one texel has no limit.
    """
    total = np.zeros(size, np.float32)
    for octave in range(octaves):
        finer = (cells[0] << octave, cells[1] << octave)
        if any(side > 1 and 2 * cell > side for side, cell in zip(size, finer)):
            break
        total += gradient_noise(size, finer, rng) * np.float32(0.5**octave)
    return total


def sampled_at_offset(texels: np.ndarray, down: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The periodic (H, W) array at integer parts of (H, W) offsets `down` and `right` in texels."""
    height, width = texels.shape
    rows = (np.arange(height, dtype=np.int32)[:, None] + down.astype(np.int32)) % height
    columns = (np.arange(width, dtype=np.int32)[None, :] + right.astype(np.int32)) % width
    return np.take(texels.ravel(), rows * width + columns)


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """0 below `low`, 1 above `high`, a cubic between; for low > high it falls from 1 to 0."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


class _Corners(NamedTuple):
    """Position of each texel centre between two lattice points of one axis."""

    left: np.ndarray
    right: np.ndarray
    offset: np.ndarray
    fade: np.ndarray


def _corners(size: int, cells: int) -> _Corners:
    """Lattice neighbours, offset and quintic fade of `size` texel centres over `cells` periods."""
    position = (np.arange(size) + 0.5) * cells / size
    left = np.floor(position).astype(int)
    offset = (position - left).astype(np.float32)
    fade = offset**3 * (offset * (offset * 6.0 - 15.0) + 10.0)
    return _Corners(left % cells, (left + 1) % cells, offset, fade)
