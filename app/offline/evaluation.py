"""Evaluation of networks on test sets, by default at the paper's levels, with reproducible noise.

Host code. Inputs are measured unclipped, restored images clipped to [-0.5, 0.5].
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

import torch

from app.offline.data import OfflineData
from denoiser.restoration.baselines import bm3d_gaussian
from denoiser.restoration.baselines import bm3d_poisson
from denoiser.restoration.batch import corrupt_for_test
from denoiser.restoration.batch import stack_spectra
from denoiser.restoration.bursts.error import burst_error
from denoiser.restoration.corruptions.base import Corrupted
from denoiser.restoration.corruptions.bernoulli import Bernoulli
from denoiser.restoration.corruptions.gaussian import BROWN_SIGMA
from denoiser.restoration.corruptions.gaussian import BrownGaussian
from denoiser.restoration.corruptions.gaussian import WhiteGaussian
from denoiser.restoration.corruptions.poisson import Poisson
from denoiser.restoration.dataset import ImageSet
from denoiser.restoration.dataset import Progress
from denoiser.restoration.deep_image_prior import fit_deep_image_prior
from denoiser.restoration.metrics import clip_to_range
from denoiser.restoration.metrics import image_psnr
from denoiser.restoration.metrics import image_ssim
from denoiser.restoration.restorer import Restorer
from denoiser.restoration.tasks import TASKS
from denoiser.restoration.trainer import RestorationTrainer

TEST_SEED = 1000  # of the noise on test images, independent of the training seed
FIGURE_IMAGE_COUNT = 3  # images of each test set that are kept for the figure
INPUT, TRUTH = "input", "truth"  # labels of the noisy and the clean image
VALIDATION_IMAGE_COUNT = 4  # test images measured during training
VALIDATION_CROP_SIDE = 256  # pixels; side of the central crop measured during training
LEAST_ERROR = 1e-12  # of an estimate that is below 0 by chance
PRIOR_STEPS = 1800  # of the deep image prior; its paper uses a few thousand per image

RestoreTest = Callable[[Corrupted, int], torch.Tensor]
"""Maps a corrupted image and its index in the test set to a restored (C, H, W) image."""


@dataclass(eq=False)
class SetScores:
    """Scores of one test set: lists with one value per image, by label of the restorer."""

    names: list[str] = field(default_factory=list)
    psnr_input: list[float] = field(default_factory=list)
    psnr: dict[str, list[float]] = field(default_factory=dict)
    ssim: dict[str, list[float]] = field(default_factory=dict)
    images: list[dict[str, torch.Tensor]] = field(default_factory=list)
    """The first images of the set, (C, H, W) by label: noisy, restored and clean."""

    def mean(self, label: str) -> float:
        """PSNR of a restorer in dB, averaged over images as in the paper."""
        return statistics.fmean(self.psnr[label])


@dataclass(frozen=True, eq=False)
class TestNoise:
    """Corruption of the test images."""

    task: str
    level: float | None = None
    """None: the paper's test level."""

    def corrupt(self, clean: torch.Tensor, number: int) -> Corrupted:
        """Corrupt image `number` of a set; its noise is the same every time."""
        corruption = TASKS[self.task].corruption
        assert corruption is not None
        level = corruption.test_level if self.level is None else self.level
        return corrupt_for_test(corruption, clean, level, TEST_SEED, number)


def network_restorer(restorer: Restorer) -> RestoreTest:
    """Restorer that applies a trained network."""

    def restore(noisy: Corrupted, number: int) -> torch.Tensor:
        spectrum = None if noisy.spectrum is None else stack_spectra([noisy.spectrum])
        return restorer.restore_images(noisy.image[None], spectrum)[0]

    return restore


def baseline_restorer(noise: TestNoise) -> tuple[str, RestoreTest] | None:
    """(name, restorer) of the paper's baseline for a task, None if it has none."""
    corruption = TASKS[noise.task].corruption
    assert corruption is not None
    level = corruption.test_level if noise.level is None else noise.level
    if isinstance(corruption, WhiteGaussian):
        return "bm3d", lambda noisy, number: bm3d_gaussian(noisy.image, level)
    if isinstance(corruption, BrownGaussian):
        return "bm3d", lambda noisy, number: bm3d_gaussian(noisy.image, BROWN_SIGMA)
    if isinstance(corruption, Poisson):
        return "anscombe-bm3d", lambda noisy, number: bm3d_poisson(noisy.image, level)
    if isinstance(corruption, Bernoulli):
        return "deep-image-prior", _fit_prior
    return None


def evaluate_set(
    images: ImageSet,
    noise: TestNoise,
    restorers: Mapping[str, RestoreTest],
    is_rounded: bool,
    progress: Progress,
) -> SetScores:
    """Corrupt, restore and score every image of a set."""
    scores = SetScores()
    for number in range(len(images)):
        clean = images.image(number)
        noisy = noise.corrupt(clean, number)
        scores.names.append(images.names[number])
        scores.psnr_input.append(image_psnr(noisy.image, clean))
        shown = {INPUT: noisy.image}
        for label, restore in restorers.items():
            shown[label] = restored = clip_to_range(restore(noisy, number), is_rounded)
            scores.psnr.setdefault(label, []).append(image_psnr(restored, clean))
            scores.ssim.setdefault(label, []).append(image_ssim(restored, clean))
        if number < FIGURE_IMAGE_COUNT:
            scores.images.append(shown | {TRUTH: clean})
        progress("evaluating", (number + 1) / len(images))
    return scores


def validation_psnr(trainer: RestorationTrainer, data: OfflineData) -> float:
    """Mean PSNR in dB of a few test images, central crops unless scans; for bursts the estimate."""
    if data.bursts is not None:
        error = burst_error(trainer.restorer, data.bursts, VALIDATION_CROP_SIDE)
        return -10.0 * math.log10(max(error.mean_square, LEAST_ERROR))
    images = next(iter(data.tests.values()))
    settings = trainer.settings
    noise, restore = TestNoise(settings.task, settings.level), network_restorer(trainer.restorer)
    values = []
    for number in range(min(len(images), VALIDATION_IMAGE_COUNT)):
        clean = images.image(number)
        if not TASKS[trainer.settings.task].is_scan:
            clean = _central_crop(clean, VALIDATION_CROP_SIDE)
        restored = restore(noise.corrupt(clean, number), number)
        values.append(image_psnr(clip_to_range(restored), clean))
    return statistics.fmean(values)


def _fit_prior(noisy: Corrupted, number: int) -> torch.Tensor:
    assert noisy.observed is not None
    fitted = fit_deep_image_prior(noisy.image, noisy.observed, PRIOR_STEPS, number)
    # Observed pixels are exact: keep them.
    return torch.where(noisy.observed, noisy.image, fitted)


def _central_crop(image: torch.Tensor, side: int) -> torch.Tensor:
    """Central crop (C, h, w) of a (C, H, W) image; h and w are at most `side`."""
    height, width = image.shape[1:]
    top, left = max((height - side) // 2, 0), max((width - side) // 2, 0)
    return image[:, top : top + side, left : left + side]
