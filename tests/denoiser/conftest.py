"""Fixtures of the denoiser's tests.

One thread: results are then the same on every machine with the same torch.

Host code.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from denoiser.restoration.batch import CorruptedImages
from denoiser.restoration.corruptions.gaussian import WhiteGaussian
from denoiser.restoration.sample_images import default_training
from denoiser.restoration.settings import RestorationSettings
from denoiser.restoration.trainer import RestorationTrainer
from denoiser.settings import Precision


@pytest.fixture(autouse=True, scope="package")
def one_thread() -> Iterator[None]:
    """Run these tests and their fixtures on one torch thread; restore the thread count after."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="package")
def photographs() -> CorruptedImages:
    """32 x 32 crops of the default photographs with white Gaussian noise of random level."""
    return CorruptedImages(default_training(3), WhiteGaussian(), 32, seed=0)


@pytest.fixture(scope="package")
def trained(one_thread: None, photographs: CorruptedImages) -> RestorationTrainer:
    """Trainer whose network was trained on noisy targets for 120 iterations."""
    settings = RestorationSettings(
        task="gaussian", crop=32, iterations=120, batch=4, precision=Precision.FP32
    )
    trainer = RestorationTrainer(settings, "cpu")
    while trainer.step_count < settings.iterations:
        trainer.step(photographs.batch(trainer.step_count, 0, settings.batch))
    return trainer
