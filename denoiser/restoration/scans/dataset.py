"""Magnetic resonance slices from .npz, NIfTI volumes or folders of PNG; split by subject.

Host code. Slices of one subject look alike: training on some would inflate the test score of the
others, so a subject is either in training or in the test.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np

from denoiser.errors import DataError
from denoiser.errors import one_line
from denoiser.restoration.corruptions.kspace import SIDE
from denoiser.restoration.dataset import ImageSet
from denoiser.restoration.dataset import to_stored
from denoiser.restoration.image_files import RANGES
from denoiser.restoration.image_files import image_paths
from denoiser.restoration.image_files import read_pages
from denoiser.restoration.image_files import to_channels
from denoiser.restoration.image_files import white_value
from denoiser.restoration.scans.volumes import VOLUME_SUFFIXES
from denoiser.restoration.scans.volumes import as_magnitudes
from denoiser.restoration.scans.volumes import read_axial_slices
from denoiser.seeds import derive_seed

# Slices whose largest value is at most this (white: 1) are skipped as empty (the authors' code).
EMPTY_THRESHOLD = 1.0 / 255.0
TEST_FRACTION = 0.2  # fraction of the subjects that is held out for the test


@dataclass(frozen=True, eq=False)
class Scans:
    """Slices and the subject of each."""

    images: ImageSet
    """Slices with one channel, 255 x 255."""
    subjects: tuple[str, ...]
    """Name of each slice's subject."""
    notes: tuple[str, ...] = ()
    """What was changed on reading, a line each."""

    def split(self, seed: int) -> tuple[ImageSet, ImageSet]:
        """(training, test), no subject in both; a fifth of the subjects, at least 1, for the test.

        DataError if there is only one subject.
        """
        order = sorted(set(self.subjects))
        if len(order) < 2:
            raise DataError(f"only one subject ({order[0]}), but training and test need one each")
        shuffled = np.random.default_rng(derive_seed(seed)).permutation(len(order))
        count = max(round(TEST_FRACTION * len(order)), 1)
        held_out = {order[index] for index in shuffled[:count]}
        is_test = [subject in held_out for subject in self.subjects]
        train = [index for index, held in enumerate(is_test) if not held]
        test = [index for index, held in enumerate(is_test) if held]
        return self.images.subset(train), self.images.subset(test)


def read_scans(path: Path) -> Scans:
    """Read slices from .npz, a NIfTI volume, or a folder of volumes or images; else DataError."""
    if path.suffix == ".npz":
        return _read_npz(path)
    volumes = [path] if _is_volume(path) else []
    if os.path.isdir(path):
        volumes = sorted(file for file in path.rglob("*") if _is_volume(file))
    if volumes:
        read = [(_volume_name(file), *read_axial_slices(file)) for file in volumes]
        scans = _non_empty_slices([(name, slices) for name, slices, _ in read])
        return replace(scans, notes=tuple(note for _, _, notes in read for note in notes))
    groups: dict[str, list[np.ndarray]] = {}
    for file in image_paths(path):
        for page in read_pages(file):
            pixels = to_channels(page, 1)[..., 0]
            scaled = pixels.astype(np.float32) / np.float32(white_value(pixels))
            groups.setdefault(_subject_of(file, path), []).append(scaled)
    return _non_empty_slices(list(groups.items()))


def _read_npz(path: Path) -> Scans:
    """Read the arrays `slices` (N, H, W) and `subject` (N,).

    White is 255 in uint8, 65535 in uint16, else 1, or the largest value where that is above 1.
    """
    try:
        file = np.load(path, allow_pickle=False)
        if isinstance(file, np.ndarray):
            raise DataError(f"{path}: holds one array; expected an archive of slices and subject")
        with file:
            slices, subjects = np.asarray(file["slices"]), np.asarray(file["subject"])
    except FileNotFoundError as error:
        raise DataError(f"{path}: no such file") from error
    except DataError:
        raise
    except Exception as error:  # NumPy's errors for damaged archives have no common class
        raise DataError(f"{path}: cannot read slices and subject: {one_line(error)}") from error
    if slices.dtype.kind not in "buif":
        raise DataError(f"{path}: slices of type {slices.dtype}, but uint8 or float is needed")
    if slices.ndim != 3 or subjects.shape != slices.shape[:1] or not slices.size:
        raise DataError(
            f"{path}: slices {slices.shape}, subject {subjects.shape}; expected (N, H, W) and (N,)"
        )
    notes: list[str] = []
    scale = np.float32(RANGES.get(slices.dtype, 1.0))
    values = as_magnitudes(path, slices, notes) / scale
    if (peak := float(values.max())) > 1.0:
        notes.append(f"{path}: values up to {peak:g} were divided by the largest")
        values /= np.float32(peak)
    groups: dict[str, list[np.ndarray]] = {}
    for subject, pixels in zip(subjects, values):
        groups.setdefault(str(subject), []).append(pixels)
    return replace(_non_empty_slices(list(groups.items())), notes=tuple(notes))


def _non_empty_slices(groups: list[tuple[str, list[np.ndarray]]]) -> Scans:
    """Scans of the slices that are not empty, centred in squares of 255 x 255."""
    pixels, names, subjects = [], [], []
    for subject, slices in groups:
        for index, one in enumerate(slices):
            if one.max() > EMPTY_THRESHOLD:
                pixels.append(to_stored(_centered(one)[..., None]))
                names.append(f"{subject}-{index:03d}")
                subjects.append(subject)
    if not pixels:
        raise DataError("all slices are empty")
    return Scans(ImageSet(tuple(pixels), tuple(names)), tuple(subjects))


def _centered(pixels: np.ndarray) -> np.ndarray:
    """Pad (with black) or crop (H, W) to (255, 255) float32 about its centre; clip to [0, 1]."""
    result = np.zeros((SIDE, SIDE), np.float32)
    into, out_of = [], []
    for side in pixels.shape:
        common = min(side, SIDE)
        into.append(slice((SIDE - common) // 2, (SIDE - common) // 2 + common))
        out_of.append(slice((side - common) // 2, (side - common) // 2 + common))
    result[tuple(into)] = pixels[tuple(out_of)]
    return np.clip(result, 0.0, 1.0)


def _is_volume(path: Path) -> bool:
    return path.name.lower().endswith(VOLUME_SUFFIXES) and os.path.isfile(path)


def _volume_name(path: Path) -> str:
    return re.sub(r"\.nii(\.gz)?$", "", path.name, flags=re.IGNORECASE)


def _subject_of(file: Path, folder: Path) -> str:
    """Subject of a file: its subfolder, or in a flat folder its name without the final number."""
    if file.parent != folder and os.path.isdir(folder):
        return str(file.parent.relative_to(folder))
    return re.sub(r"[-_. ]?\d+$", "", file.stem) or file.stem
