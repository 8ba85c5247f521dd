"""Measures trained networks on test sets, at the paper's levels, with the same noise every time.

Host code. Inputs are measured as they are, restored pictures clipped to what a picture can show.
"""

from __future__ import annotations

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
from denoiser.restoration.burst_files import Bursts
from denoiser.restoration.corruptions.base import Corrupted
from denoiser.restoration.corruptions.bernoulli import Bernoulli
from denoiser.restoration.corruptions.gaussian import BROWN_SIGMA
from denoiser.restoration.corruptions.gaussian import BrownGaussian
from denoiser.restoration.corruptions.gaussian import WhiteGaussian
from denoiser.restoration.corruptions.poisson import Poisson
from denoiser.restoration.dataset import PictureSet
from denoiser.restoration.dataset import Progress
from denoiser.restoration.dataset import to_planes
from denoiser.restoration.deep_image_prior import fit_deep_image_prior
from denoiser.restoration.metrics import clipped
from denoiser.restoration.metrics import picture_psnr
from denoiser.restoration.metrics import picture_ssim
from denoiser.restoration.tasks import TASKS
from denoiser.restoration.trainer import RestorationTrainer

TEST_SEED = 1000  # of the noise on test pictures, whatever a training's seed
SHOWN_PICTURES = 3  # of each set that are kept for figures
INPUT, TRUTH = "input", "truth"  # their labels beside those of restorers
QUICK_PICTURES = 4  # that are looked at during a training
QUICK_SIDE = 256  # pixels in the middle of them
PRIOR_STEPS = 1800  # of the deep image prior; its paper takes some thousands for a picture

Restorer = Callable[[Corrupted, int], torch.Tensor]
"""Maps a corrupted picture, number n of its set, to (C, H, W)."""


@dataclass(eq=False)
class SetScores:
    """What was measured on one test set, picture by picture; one list for each restorer."""

    names: list[str] = field(default_factory=list)
    psnr_input: list[float] = field(default_factory=list)
    psnr: dict[str, list[float]] = field(default_factory=dict)
    ssim: dict[str, list[float]] = field(default_factory=dict)
    pictures: list[dict[str, torch.Tensor]] = field(default_factory=list)
    """(C, H, W) of the first pictures by label, with what was restored from and the truth."""

    def mean(self, label: str) -> float:
        """Mean PSNR of a restorer in dB; the mean over pictures, as in the paper."""
        return statistics.fmean(self.psnr[label])


@dataclass(frozen=True, eq=False)
class TestNoise:
    """How test pictures are corrupted."""

    task: str
    level: float | None = None
    """None: the paper's test level."""

    def corrupt(self, clean: torch.Tensor, number: int) -> Corrupted:
        """Picture `number` of a set with its own noise, always the same."""
        corruption = TASKS[self.task].corruption
        assert corruption is not None
        level = corruption.test_level if self.level is None else self.level
        return corrupt_for_test(corruption, clean, level, TEST_SEED, number)


def network_restorer(trainer: RestorationTrainer) -> Restorer:
    """A trained network."""

    def restore(noisy: Corrupted, number: int) -> torch.Tensor:
        spectrum = None if noisy.spectrum is None else stack_spectra([noisy.spectrum])
        return trainer.restore_pictures(noisy.image[None], spectrum)[0]

    return restore


def baseline_restorer(noise: TestNoise) -> tuple[str, Restorer] | None:
    """The paper's comparison for a task and its name, None where there is none."""
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
    pictures: PictureSet,
    noise: TestNoise,
    restorers: Mapping[str, Restorer],
    is_rounded: bool,
    progress: Progress,
) -> SetScores:
    """Corrupt and restore every picture of a set."""
    scores = SetScores()
    for number in range(len(pictures)):
        clean = pictures.picture(number)
        noisy = noise.corrupt(clean, number)
        scores.names.append(pictures.names[number])
        scores.psnr_input.append(picture_psnr(noisy.image, clean))
        shown = {INPUT: noisy.image}
        for label, restore in restorers.items():
            shown[label] = restored = clipped(restore(noisy, number), is_rounded)
            scores.psnr.setdefault(label, []).append(picture_psnr(restored, clean))
            scores.ssim.setdefault(label, []).append(picture_ssim(restored, clean))
        if number < SHOWN_PICTURES:
            scores.pictures.append(shown | {TRUTH: clean})
        progress("evaluating", (number + 1) / len(pictures))
    return scores


def quick_psnr(trainer: RestorationTrainer, data: OfflineData) -> float:
    """Mean PSNR in dB over the middles of a few test pictures, or what is known of bursts."""
    if data.bursts is not None:
        return estimated_psnr(trainer, data.bursts, QUICK_SIDE)[1]
    pictures = next(iter(data.tests.values()))
    settings = trainer.settings
    noise, restore = TestNoise(settings.task, settings.level), network_restorer(trainer)
    values = []
    for number in range(min(len(pictures), QUICK_PICTURES)):
        clean = pictures.picture(number)
        if not TASKS[trainer.settings.task].is_scan:
            clean = _middle(clean, QUICK_SIDE)
        restored = restore(noise.corrupt(clean, number), number)
        values.append(picture_psnr(clipped(restored), clean))
    return statistics.fmean(values)


def estimated_psnr(
    trainer: RestorationTrainer, bursts: Bursts, side: int | None = None
) -> tuple[float, float]:
    """(input, restored) PSNR in dB without a clean picture: unbiased where noise is independent.

    Two frames a and b have E|a - b|^2 = 2 var, and E|f(a) - b|^2 = |f(a) - clean|^2 + var. Only the
    first two frames of each burst are taken.
    """
    variance, error = 0.0, 0.0
    for burst in bursts.frames:
        a, b = (to_planes(frame) for frame in burst[:2])
        if side is not None:
            a, b = _middle(a, side), _middle(b, side)
        restored = trainer.restore_pictures(a[None])[0]
        variance += float((a - b).square().mean()) / 2.0
        error += float((restored - b).square().mean())
    count = len(bursts)
    variance, error = variance / count, error / count
    return tuple(  # type: ignore[return-value]
        float(-10.0 * torch.tensor(max(value, 1e-12)).log10())
        for value in (variance, error - variance)
    )


def _fit_prior(noisy: Corrupted, number: int) -> torch.Tensor:
    assert noisy.observed is not None
    fitted = fit_deep_image_prior(noisy.image, noisy.observed, PRIOR_STEPS, number)
    # What was observed is known.
    return torch.where(noisy.observed, noisy.image, fitted)


def _middle(picture: torch.Tensor, side: int) -> torch.Tensor:
    """(C, h, w) of the middle of (C, H, W), at most `side` each."""
    height, width = picture.shape[1:]
    top, left = max((height - side) // 2, 0), max((width - side) // 2, 0)
    return picture[:, top : top + side, left : left + side]
