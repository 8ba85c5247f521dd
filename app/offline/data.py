"""What an offline task trains on and is tested with.

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from app.settings.offline_options import OfflineOptions
from denoiser.errors import DataError
from denoiser.restoration.batch import BatchSource
from denoiser.restoration.batch import BurstPairs
from denoiser.restoration.batch import CorruptedPictures
from denoiser.restoration.burst_files import Bursts
from denoiser.restoration.burst_files import read_bursts
from denoiser.restoration.dataset import PictureSet
from denoiser.restoration.dataset import Progress
from denoiser.restoration.dataset import read_pictures
from denoiser.restoration.sample_images import default_test
from denoiser.restoration.sample_images import default_training
from denoiser.restoration.scan_files import Scans
from denoiser.restoration.scan_files import read_scans
from denoiser.restoration.tasks import TASKS

DEFAULT_SET = "scikit-image"  # name of the test set that comes with the program
SPLIT_SEED = 20180710  # subjects are split the same way whatever the training's seed
TEST_BURSTS = 0.1  # share of the bursts kept for measuring
SPLIT_SET = "held-out"  # name of a test set taken out of the training data
DEFAULT_NOTE = (
    "training on the eleven photographs that scikit-image ships: more pictures (--train-data DIR)"
    " make it better"
)


@dataclass(frozen=True, eq=False)
class OfflineData:
    """Everything read, checked and on the device."""

    source: BatchSource | None
    """Batches to train on; None where nothing is trained."""
    tests: dict[str, PictureSet]
    """Clean pictures by the name of their set."""
    bursts: Bursts | None = None
    """Noisy pictures to measure on where nobody knows the clean ones."""
    notes: tuple[str, ...] = ()
    """What the user should know."""


def read_offline_data(
    options: OfflineOptions, device: torch.device, progress: Progress, is_training: bool
) -> OfflineData:
    """Read training and test data of a task. DataError where they cannot be used."""
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
            pictures, notes = default_training(settings.channels), (DEFAULT_NOTE,)
            smallest = min(min(pixels.shape[:2]) for pixels in pictures.pixels)
            if smallest < settings.crop:
                raise DataError(f"--crop {settings.crop}: the smallest photograph has {smallest}")
        else:
            pictures = read_pictures(options.train_data, settings.channels, settings.crop, progress)
        source = CorruptedPictures(
            pictures.to(device), task.corruption, settings.crop, settings.seed, settings.level
        )
    tests = {
        name: read_pictures(path, settings.channels, progress=progress)
        for name, path in options.test_data.items()
    } or {DEFAULT_SET: default_test(settings.channels)}
    return OfflineData(source, {n: s.to(device) for n, s in tests.items()}, notes=notes)


def _read_scan_data(
    options: OfflineOptions, device: torch.device, is_training: bool
) -> OfflineData:
    """Slices; a test set comes out of the training data where none is named."""
    task, settings = TASKS[options.training.task], options.training
    assert task.corruption is not None
    tests = {name: read_scans(path).pictures for name, path in options.test_data.items()}
    if options.train_data is None and (is_training or not tests):
        raise DataError(
            f"--task {task.name} needs --train-data: .npz, NIfTI volumes or folders of PNG"
        )
    source = None
    notes: tuple[str, ...] = ()
    if options.train_data is not None:
        scans: Scans = read_scans(options.train_data)
        pictures = scans.pictures
        if not tests:
            pictures, held_out = scans.split(SPLIT_SEED)
            tests = {SPLIT_SET: held_out}
            notes = (f"{len(held_out)} slices of every fifth subject are kept for the test",)
        if is_training:
            source = CorruptedPictures(pictures.to(device), task.corruption, None, settings.seed)
    return OfflineData(source, {n: s.to(device) for n, s in tests.items()}, notes=notes)


def _read_pairs(
    options: OfflineOptions, device: torch.device, progress: Progress, is_training: bool
) -> OfflineData:
    """The user's own bursts; a tenth of them, at least one, is kept for measuring."""
    settings = options.training
    if options.train_data is None:
        raise DataError("--task pairs needs --train-data: a folder with a and b, or with bursts")
    bursts = read_bursts(options.train_data, settings.channels, settings.crop, progress)
    notes = bursts.warnings
    if len(bursts) < 2:
        notes += ("one burst only: what is measured on it was also trained on",)
        train = test = bursts
    else:
        train, test = bursts.split(max(round(TEST_BURSTS * len(bursts)), 1))
    source = None
    if is_training:
        source = BurstPairs(train.to(device), settings.crop, settings.seed)
    return OfflineData(source, {}, test.to(device), notes)
