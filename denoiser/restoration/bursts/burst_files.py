"""The user's own noisy images: bursts of two or more exposures of one scene, none clean.

Host code. Read from `DIR/a` and `DIR/b` with the same file names, or from one folder per burst.
Frames that a hand moved are aligned to each other.
"""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from denoiser.errors import DataError
from denoiser.restoration.bursts.motion import STILL
from denoiser.restoration.bursts.motion import Motion
from denoiser.restoration.bursts.motion import find_motion
from denoiser.restoration.bursts.sampling import Sampled
from denoiser.restoration.bursts.sampling import sample_moved
from denoiser.restoration.dataset import Progress
from denoiser.restoration.dataset import ignore_progress
from denoiser.restoration.dataset import to_planes
from denoiser.restoration.dataset import to_stored
from denoiser.restoration.image_files import image_paths
from denoiser.restoration.image_files import read_pixels
from denoiser.restoration.image_files import to_channels


@dataclass(frozen=True, eq=False)
class Burst:
    """Two or more frames of equal size."""

    name: str
    frames: tuple[torch.Tensor, ...]
    """(H, W, C) each, as stored."""
    motions: tuple[Motion, ...]
    """From the first frame to each."""

    @property
    def size(self) -> tuple[int, int]:
        """(H, W)."""
        height, width = self.frames[0].shape[:2]
        return height, width

    def aligned(self, one: int, other: int, top: int, left: int, size: tuple[int, int]) -> Sampled:
        """Frame `other` at the content of a region of frame `one`.

        Args:
            top, left, size: of the region, (h, w), which lies inside.
        """
        pixels = self.frames[other]
        if not (self.motions[one].is_still and self.motions[other].is_still):
            motion = self.motions[one].to(self.motions[other])
            return sample_moved(pixels, motion, top, left, size)
        return Sampled(to_planes(pixels[top : top + size[0], left : left + size[1]]))


@dataclass(frozen=True, eq=False)
class Bursts:
    """Bursts of any sizes, all with the network's number of channels."""

    bursts: tuple[Burst, ...]
    notes: tuple[str, ...] = ()
    """Notes for the user, one line each: frames that moved, or that are identical."""

    def __len__(self) -> int:
        return len(self.bursts)

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each burst."""
        return tuple(burst.name for burst in self.bursts)

    @property
    def pair_count(self) -> int:
        """Number of ordered pairs that training can draw from."""
        return sum(len(burst.frames) * (len(burst.frames) - 1) for burst in self.bursts)

    def split(self, test_count: int) -> tuple[Bursts, Bursts]:
        """(training, test): every k-th burst is for the test, which spreads the test bursts."""
        step = len(self) // test_count
        chosen = set(range(step - 1, step * test_count, step))
        train = tuple(each for i, each in enumerate(self.bursts) if i not in chosen)
        return Bursts(train), Bursts(tuple(self.bursts[i] for i in sorted(chosen)))

    def to(self, device: torch.device) -> Bursts:
        """The same bursts on `device`."""
        moved = (
            replace(burst, frames=tuple(frame.to(device) for frame in burst.frames))
            for burst in self.bursts
        )
        return Bursts(tuple(moved), self.notes)


def read_bursts(
    folder: Path,
    channels: int,
    min_side: int = 1,
    progress: Progress = ignore_progress,
    is_aligned: bool = False,
) -> Bursts:
    """Read all bursts of a folder. DataError where sizes differ or a partner is missing.

    Args:
        is_aligned: the frames are taken as they are, whatever moved.
    """
    groups = _two_folders(folder) if os.path.isdir(folder / "a") else _burst_folders(folder)
    bursts: list[Burst] = []
    notes: list[str] = []
    for index, (name, paths) in enumerate(groups):
        burst = [to_channels(read_pixels(path), channels) for path in paths]
        for path, pixels in zip(paths, burst):
            if pixels.shape != burst[0].shape:
                raise DataError(f"{path}: {_size(pixels)}, but {paths[0]} has {_size(burst[0])}")
            if min(pixels.shape[:2]) < min_side:
                raise DataError(f"{path}: {_size(pixels)}, smaller than the crop of {min_side}")
        frames = tuple(to_stored(pixels) for pixels in burst)
        notes += _identical_frames(frames, paths)
        motions = [STILL] * len(frames)
        if not is_aligned:
            motions, moved = _find_motions(frames, paths)
            notes += moved
        bursts.append(Burst(name, frames, tuple(motions)))
        progress(f"reading {folder}", (index + 1) / len(groups))
    return Bursts(tuple(bursts), tuple(notes))


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


def _identical_frames(frames: tuple[torch.Tensor, ...], paths: list[Path]) -> list[str]:
    """Notes about equal frames."""
    return [
        f"{paths[i]} and {paths[j]}: identical, nothing can be learned from them"
        for i, j in itertools.combinations(range(len(frames)), 2)
        if torch.equal(frames[i], frames[j])
    ]


def _find_motions(
    frames: tuple[torch.Tensor, ...], paths: list[Path]
) -> tuple[list[Motion], list[str]]:
    """Motion from the first frame to each, and notes about those that moved."""
    first = _grey(frames[0])
    motions, notes = [STILL], []
    for path, frame in zip(paths[1:], frames[1:]):
        found = find_motion(first, _grey(frame))
        if found is None:
            notes.append(
                f"{path}: no shift, turn and zoom of the whole against {paths[0].name} found:"
                " taken as it is"
            )
        elif not found.is_still:
            pixels = found.largest_shift((first.shape[0], first.shape[1]))
            notes.append(f"{path}: moved by up to {pixels:.1f} pixels: aligned to {paths[0].name}")
        motions.append(found or STILL)
    return motions, notes


def _grey(pixels: torch.Tensor) -> np.ndarray:
    """(H, W) float32 grey values of (H, W, C) stored pixels."""
    grey: np.ndarray = to_planes(pixels).mean(dim=0).numpy()
    return grey


def _size(pixels: np.ndarray) -> str:
    return f"{pixels.shape[1]}x{pixels.shape[0]}"
