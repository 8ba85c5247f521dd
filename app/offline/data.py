"""Training and test data of an offline task.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from app.settings.offline_options import OfflineOptions
from denoiser.errors import DataError
from denoiser.restoration.batch import BatchSource
from denoiser.restoration.batch import CorruptedImages
from denoiser.restoration.bursts.burst_files import Bursts
from denoiser.restoration.bursts.burst_files import read_bursts
from denoiser.restoration.bursts.pairs import BurstPairs
from denoiser.restoration.dataset import ImageSet
from denoiser.restoration.dataset import Progress
from denoiser.restoration.dataset import read_images
from denoiser.restoration.recipes import RECIPES
from denoiser.restoration.sample_images import default_test
from denoiser.restoration.sample_images import default_training
from denoiser.restoration.scans.dataset import Scans
from denoiser.restoration.scans.dataset import read_scans
from denoiser.restoration.tasks import TASKS

DEFAULT_SET = "scikit-image"  # name of the test set that comes with the program
SPLIT_SEED = 20180710  # seed of the split of subjects, independent of the training seed
TEST_BURST_FRACTION = 0.1  # fraction of the bursts held out for the test
HELD_OUT_SET = "held-out"  # name of the test set held out of the training data
DEFAULT_NOTE = (
    "training on the eleven photographs that scikit-image ships: more images (--train-data DIR)"
    " improve the result"
)


@dataclass(frozen=True, eq=False)
class OfflineData:
    """Training and test data, checked and on the device."""

    source: BatchSource | None
    """Source of training batches; None without training."""
    tests: dict[str, ImageSet]
    """Clean images by name of the test set."""
    bursts: Bursts | None = None
    """Noisy test bursts of the task `pairs`, which has no clean images; None in other tasks."""
    notes: tuple[str, ...] = ()
    """Notes and warnings for the user, one line each."""


def read_offline_data(
    options: OfflineOptions, device: torch.device, progress: Progress, is_training: bool
) -> OfflineData:
    """Read training and test data of a task. DataError if they cannot be used."""
    task = TASKS[options.training.task]
    if task.corruption is None:
        return _read_pairs(options, device, progress, is_training)
    if task.is_scan:
        return _read_scan_data(options, device, is_training)
    settings = options.training
    notes: tuple[str, ...] = ()
    source = None
    if is_training:
        if options.train_data is None:
            images, notes = default_training(settings.channels), (DEFAULT_NOTE,)
            smallest = min(min(pixels.shape[:2]) for pixels in images.pixels)
            if smallest < settings.crop:
                raise DataError(f"--crop {settings.crop}: at most {smallest} without --train-data")
        else:
            images = read_images(options.train_data, settings.channels, settings.crop, progress)
        source = CorruptedImages(
            images.to(device),
            task.corruption,
            settings.crop,
            settings.seed,
            settings.level,
            RECIPES[settings.network].is_augmented,
            task.grey_fraction if settings.channels == 3 else 0.0,
        )
    tests = {
        name: read_images(path, settings.channels, progress=progress)
        for name, path in options.test_data.items()
    } or {DEFAULT_SET: default_test(settings.channels)}
    return OfflineData(source, {n: s.to(device) for n, s in tests.items()}, notes=notes)


def _read_scan_data(
    options: OfflineOptions, device: torch.device, is_training: bool
) -> OfflineData:
    """Read slices of scans; without test data, hold out a test set from the training data."""
    task, settings = TASKS[options.training.task], options.training
    assert task.corruption is not None
    read = {name: read_scans(path) for name, path in options.test_data.items()}
    tests = {name: scans.images for name, scans in read.items()}
    if options.train_data is None and (is_training or not tests):
        raise DataError(
            f"--task {task.name} needs --train-data: .npz, NIfTI volumes or folders of PNG"
        )
    source = None
    notes = tuple(note for scans in read.values() for note in scans.notes)
    if options.train_data is not None:
        scans: Scans = read_scans(options.train_data)
        images, notes = scans.images, notes + scans.notes
        if not tests:
            images, held_out = scans.split(SPLIT_SEED)
            tests = {HELD_OUT_SET: held_out}
            notes += (f"{len(held_out)} slices of a fifth of the subjects are held out as test",)
        if is_training:
            source = CorruptedImages(images.to(device), task.corruption, None, settings.seed)
    return OfflineData(source, {n: s.to(device) for n, s in tests.items()}, notes=notes)


def _read_pairs(
    options: OfflineOptions, device: torch.device, progress: Progress, is_training: bool
) -> OfflineData:
    """Read the user's bursts; hold out a tenth of them, at least one, for the test."""
    settings = options.training
    if options.train_data is None:
        raise DataError("--task pairs needs --train-data: subfolders a and b, or one per burst")
    bursts = read_bursts(
        options.train_data, settings.channels, settings.crop, progress, options.is_aligned
    )
    notes = bursts.notes
    if len(bursts) < 2:
        notes += ("only one burst: it is used for both training and test",)
        train = test = bursts
    else:
        train, test = bursts.split(max(round(TEST_BURST_FRACTION * len(bursts)), 1))
    source = None
    if is_training:
        source = BurstPairs(train.to(device), settings.crop, settings.seed)
    return OfflineData(source, {}, test.to(device), notes)
