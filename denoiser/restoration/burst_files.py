"""The user's own noisy images: bursts of two or more exposures of one scene, none clean.

Host code. Read from `DIR/a` and `DIR/b` with the same file names, or from one folder per burst.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from skimage.registration import phase_cross_correlation

from denoiser.errors import DataError
from denoiser.restoration.dataset import Progress
from denoiser.restoration.dataset import ignore_progress
from denoiser.restoration.dataset import to_planes
from denoiser.restoration.dataset import to_stored
from denoiser.restoration.image_files import image_paths
from denoiser.restoration.image_files import read_pixels
from denoiser.restoration.image_files import to_channels

ALIGNMENT_SIDE = 512  # pixels: side of the central square that is checked for alignment
MAX_SHIFT = 0.75  # pixels; warn above this: strong noise alone changes the estimate by less


@dataclass(frozen=True, eq=False)
class Bursts:
    """Bursts of frames of equal size, each with two frames or more."""

    frames: tuple[tuple[torch.Tensor, ...], ...]
    """(H, W, C) as stored, burst by burst."""
    names: tuple[str, ...]
    """Name of each burst."""
    warnings: tuple[str, ...]
    """Warnings for the user, one line each: misaligned or identical frames."""

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def pair_count(self) -> int:
        """Number of ordered pairs that training can draw from."""
        return sum(len(burst) * (len(burst) - 1) for burst in self.frames)

    def split(self, test_count: int) -> tuple[Bursts, Bursts]:
        """(training, test): every k-th burst is for the test, which spreads the test bursts."""
        step = len(self) // test_count
        chosen = set(range(step - 1, step * test_count, step))
        parts = ([i for i in range(len(self)) if i not in chosen], sorted(chosen))
        train, test = (
            Bursts(tuple(self.frames[i] for i in part), tuple(self.names[i] for i in part), ())
            for part in parts
        )
        return train, test

    def to(self, device: torch.device) -> Bursts:
        """The same bursts on `device`."""
        moved = tuple(tuple(frame.to(device) for frame in burst) for burst in self.frames)
        return Bursts(moved, self.names, self.warnings)


def read_bursts(
    folder: Path, channels: int, min_side: int = 1, progress: Progress = ignore_progress
) -> Bursts:
    """Read all bursts of a folder. DataError where sizes differ or a partner is missing."""
    groups = _two_folders(folder) if os.path.isdir(folder / "a") else _burst_folders(folder)
    frames, warnings = [], []
    for index, (name, paths) in enumerate(groups):
        burst = [to_channels(read_pixels(path), channels) for path in paths]
        for path, pixels in zip(paths, burst):
            if pixels.shape != burst[0].shape:
                raise DataError(f"{path}: {_size(pixels)}, but {paths[0]} has {_size(burst[0])}")
            if min(pixels.shape[:2]) < min_side:
                raise DataError(f"{path}: {_size(pixels)}, smaller than the crop of {min_side}")
        frames.append(tuple(to_stored(pixels) for pixels in burst))
        warnings += _alignment_warnings(name, frames[-1], paths)
        progress(f"reading {folder}", (index + 1) / len(groups))
    return Bursts(tuple(frames), tuple(name for name, _ in groups), tuple(warnings))


def _two_folders(folder: Path) -> list[tuple[str, list[Path]]]:
    """Name and paths of each pair: files of the same name in folders a and b."""
    sides = []
    for side in ("a", "b"):
        paths = image_paths(folder / side)
        sides.append({str(path.relative_to(folder / side)): path for path in paths})
    for name in sides[0].keys() ^ sides[1].keys():
        here, there = ("a", "b") if name in sides[0] else ("b", "a")
        raise DataError(f"{folder / here / name}: has no partner in {folder / there}")
    return [(name, [sides[0][name], sides[1][name]]) for name in sides[0]]


def _burst_folders(folder: Path) -> list[tuple[str, list[Path]]]:
    """Name and image files of each subfolder."""
    if not os.path.isdir(folder):
        raise DataError(f"{folder}: no such folder")
    groups = []
    for burst in sorted(path for path in folder.iterdir() if os.path.isdir(path)):
        paths = image_paths(burst)
        if len(paths) < 2:
            raise DataError(f"{burst}: only one frame, but a burst has two or more")
        groups.append((burst.name, paths))
    if not groups:
        raise DataError(f"{folder}: expected the folders a and b, or one folder for each burst")
    return groups


def _alignment_warnings(name: str, burst: tuple[torch.Tensor, ...], paths: list[Path]) -> list[str]:
    """Warnings about identical frames, and about frames shifted against the burst's first."""
    first = burst[0]
    warnings = [
        f"{paths[i]} and {paths[j]}: identical, nothing can be learned from them"
        for i, j in itertools.combinations(range(len(burst)), 2)
        if torch.equal(burst[i], burst[j])
    ]
    for path, frame in zip(paths[1:], burst[1:]):
        shift = frame_shift(_central_grey(first), _central_grey(frame))
        if max(abs(side) for side in shift) > MAX_SHIFT:
            down, right = shift
            warnings.append(
                f"{path}: moved by about ({right:+.1f}, {down:+.1f}) pixels against {paths[0].name}"
            )
    return warnings


def frame_shift(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """Shift (down, right) in pixels of `second` (H, W) against `first`, by cross-correlation."""
    window = np.hanning(first.shape[0])[:, None] * np.hanning(first.shape[1])
    windowed = [(image - image.mean()) * window for image in (first, second)]
    shift, _, _ = phase_cross_correlation(
        windowed[0], windowed[1], upsample_factor=10, normalization=None
    )
    return -float(shift[0]), -float(shift[1])


def _central_grey(pixels: torch.Tensor) -> np.ndarray:
    """Grey centre, at most 512 pixels a side, of (H, W, C) stored pixels."""
    grey = to_planes(pixels).mean(dim=0).numpy()
    top, left = (max((side - ALIGNMENT_SIDE) // 2, 0) for side in grey.shape)
    return grey[top : top + ALIGNMENT_SIDE, left : left + ALIGNMENT_SIDE]


def _size(pixels: np.ndarray) -> str:
    return f"{pixels.shape[1]}x{pixels.shape[0]}"
