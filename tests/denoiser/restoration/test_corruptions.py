"""Corruptions: the documented statistic is preserved, and two corruptions are independent.

Host code. Statistics are taken over many corruptions of one small image and checked with
statistical tests; some tests also check that a planted error is detected.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import stats

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.base import Corruption
from denoiser.restoration.corruptions.base import Statistic
from denoiser.restoration.corruptions.bernoulli import Bernoulli
from denoiser.restoration.corruptions.camera import CameraNoise
from denoiser.restoration.corruptions.gaussian import BROWN_BANDWIDTHS
from denoiser.restoration.corruptions.gaussian import BrownGaussian
from denoiser.restoration.corruptions.gaussian import WhiteGaussian
from denoiser.restoration.corruptions.impulse import Impulse
from denoiser.restoration.corruptions.poisson import Poisson
from denoiser.restoration.corruptions.text import TextOverlay
from denoiser.restoration.tasks import TASKS
from denoiser.seeds import generator_at

COUNT = 2000
SIGNIFICANCE = 1e-3
SIDE = 12


@pytest.fixture(scope="module")
def clean() -> torch.Tensor:
    """(3, 12, 12) image with shuffled values from nearly black, 0.08 above black, to white."""
    values = torch.linspace(-0.42, 0.5, 3 * SIDE * SIDE)
    return values[torch.randperm(len(values), generator=generator_at("cpu", 1))].view(3, SIDE, SIDE)


def draws(corruption: Corruption, clean: torch.Tensor, level: float, count: int) -> torch.Tensor:
    """(count, 3, H, W) independent corruptions of `clean` at `level`."""
    return torch.stack(
        [corruption.corrupt(clean, level, generator_at("cpu", 7, i)).image for i in range(count)]
    )


def mean_is_kept(images: torch.Tensor, clean: torch.Tensor) -> bool:
    """Whether the mean of `images` is `clean`: chi-square test and z-test of the sum.

    z of each value is the error of its mean, divided by its standard error.
    """
    error = images.double().mean(dim=0) - clean.double()
    spread = images.double().std(dim=0) / math.sqrt(len(images))
    is_noisy = spread > 0
    assert (error[~is_noisy].abs() < 1e-6).all(), "a value without noise has changed"
    z = (error / spread)[is_noisy]
    return bool(stats.chi2.sf(float((z**2).sum()), z.numel()) > SIGNIFICANCE) and bool(
        abs(float(z.sum())) / math.sqrt(z.numel()) < stats.norm.isf(SIGNIFICANCE / 2)
    )


@pytest.mark.parametrize(
    ("corruption", "level"),
    [
        (WhiteGaussian(), 25.0),
        (WhiteGaussian(), 50.0),
        (Poisson(), 5.0),
        (Poisson(), 30.0),
        (CameraNoise(), 50.0),
    ],
    ids=["gaussian 25", "gaussian 50", "poisson 5", "poisson 30", "camera 50"],
)
def test_gaussian_and_poisson_noise_preserve_the_mean(
    corruption: Corruption, level: float, clean: torch.Tensor
) -> None:
    images = draws(corruption, clean, level, COUNT)
    assert corruption.statistic is Statistic.MEAN and mean_is_kept(images, clean)
    # Clipping to the range [0, 1], as 8-bit storage does, changes the mean.
    assert not mean_is_kept(images.clamp(-0.5, 0.5), clean)
    assert not mean_is_kept(images + 0.002, clean)


def test_white_noise_has_requested_sigma_and_no_spatial_correlation() -> None:
    grey = torch.zeros(3, 128, 128)
    noise = WhiteGaussian().corrupt(grey, 25.0, generator_at("cpu", 3)).image * 255
    count = noise.numel()
    assert abs(float(noise.std()) - 25.0) < 4 * 25.0 / math.sqrt(2 * count)
    right = float((noise[..., 1:] * noise[..., :-1]).mean()) / 625.0
    assert abs(right) < 4 / math.sqrt(count)


@pytest.mark.parametrize("bandwidth", [0.0, *BROWN_BANDWIDTHS])
def test_brown_noise_has_sigma_25_and_the_requested_bandwidth(bandwidth: float) -> None:
    side, count = 96, 200
    grey = torch.zeros(1, side, side)
    fields = torch.stack(
        [
            BrownGaussian().corrupt(grey, bandwidth, generator_at("cpu", 5, i)).image[0] * 255
            for i in range(count)
        ]
    )
    # The two positions are far apart, so their values are independent samples.
    at = fields[:, 8, 8], fields[:, 70, 40]
    spread = torch.cat(at).std()
    assert abs(float(spread) - 25.0) < 4 * 25.0 / math.sqrt(2 * 2 * count)
    if bandwidth > 0.0:
        distance = round(bandwidth)
        pairs = fields[:, :, distance:] * fields[:, :, :-distance]
        expected = math.exp(-(distance**2) / (4 * bandwidth**2))
        places = max(side / bandwidth / 4, 1.0) ** 2  # independent values per field, roughly
        error = float(pairs.mean()) / 625.0 - expected
        assert abs(error) < 5 * math.sqrt(2.0 / (count * places))


def test_brown_noise_is_uncorrelated_between_opposite_edges() -> None:
    grey = torch.zeros(1, 64, 64)
    rows = torch.stack(
        [
            BrownGaussian().corrupt(grey, 5.0, generator_at("cpu", 9, i)).image[0, 0] * 255
            for i in range(400)
        ]
    )
    across = float((rows[:, 0] * rows[:, -1]).mean()) / 625.0
    assert abs(across) < 4 / math.sqrt(400), "values at the left and right edges are correlated"


def test_poisson_variance_is_the_clean_value_over_lambda(clean: torch.Tensor) -> None:
    images = draws(Poisson(), clean, 30.0, COUNT)
    expected = (clean.double() - BLACK) / 30.0
    ratio = images.double().var(dim=0)[expected > 0.003] / expected[expected > 0.003]
    assert abs(float(ratio.mean()) - 1.0) < 0.01
    assert float((images - BLACK).mul(30).sub((images - BLACK).mul(30).round()).abs().max()) < 1e-3


def test_camera_noise_is_poisson_gaussian_or_both_with_the_requested_variance() -> None:
    # One half of the image is white, the other at a quarter: their variances give the mixture.
    clean = torch.full((1, 64, 128), BLACK + 1.0)
    clean[..., 64:] = BLACK + 0.25
    fractions = []
    for i in range(400):
        noise = (CameraNoise().corrupt(clean, 30.0, generator_at("cpu", 11, i)).image - clean) * 255
        white, dark = noise[..., :64].var() / 900.0, noise[..., 64:].var() / 900.0
        assert abs(float(white) - 1.0) < 5 * math.sqrt(2.0 / 4096)
        fractions.append((1.0 - float(dark)) / 0.75)  # of the variance that is Poisson's
    found = np.array(fractions)
    poisson, gaussian = (found > 0.97).mean(), (found < 0.1).mean()
    for share, expected in ((poisson, 0.4 + 0.2 * 0.03), (gaussian, 0.4 + 0.2 * 0.1)):
        assert abs(share - expected) < 4 * math.sqrt(0.24 / 400)
    assert 0.0 < ((found > 0.2) & (found < 0.9)).mean() < 0.25


@pytest.mark.parametrize("level", [0.0, 0.3, 0.95])
def test_bernoulli_drops_requested_fraction_and_keeps_other_pixels(level: float) -> None:
    clean = torch.rand(3, 100, 100, generator=generator_at("cpu", 2)) - 0.5
    noisy = Bernoulli().corrupt(clean, level, generator_at("cpu", 4))
    assert noisy.observed is not None and noisy.observed.shape == (1, 100, 100)
    seen = noisy.observed.expand_as(clean)
    assert torch.equal(noisy.image[seen], clean[seen]) and (noisy.image[~seen] == BLACK).all()
    lost = 1.0 - float(noisy.observed.float().mean())
    assert abs(lost - level) <= 4 * math.sqrt(level * (1 - level) / 1e4)


@pytest.mark.parametrize("level", [0.3, 0.7])
def test_impulse_noise_preserves_the_mode(level: float, clean: torch.Tensor) -> None:
    images = draws(Impulse(), clean, level, COUNT)
    untouched = (images == clean).all(dim=1)
    fraction = float(untouched.double().mean())
    assert abs(fraction - (1 - level)) < 4 * math.sqrt(level * (1 - level) / untouched.numel())
    # Replaced values are uniform in [0, 1] and do not repeat, so the mode is the clean value.
    replaced = images.permute(0, 2, 3, 1)[~untouched] - BLACK
    assert stats.kstest(replaced.flatten().numpy(), "uniform").pvalue > SIGNIFICANCE
    assert stats.kstest(replaced.flatten().numpy() * 0.99, "uniform").pvalue < SIGNIFICANCE
    assert not mean_is_kept(images, clean)


@pytest.mark.parametrize("level", [0.1, 0.25, 0.45])
def test_text_preserves_the_median_and_covers_requested_fraction(level: float) -> None:
    clean = torch.rand(3, 64, 64, generator=generator_at("cpu", 6)) - 0.5
    images = draws(TextOverlay(), clean, level, 300)
    touched = (images != clean).any(dim=1).double()
    assert abs(float(touched.mean()) - level) < 0.01
    # Rows in the middle and at the edges are covered about equally often.
    rows = touched.mean(dim=(0, 2))
    assert float(rows.min()) > 0.5 * level and float(rows.max()) < 1.6 * level
    median = images.median(dim=0).values
    kept = (median == clean).float().mean()
    assert kept > (0.99 if level < 0.4 else 0.7)
    assert not mean_is_kept(images, clean)


def test_text_has_more_than_10_colors_and_stays_in_range() -> None:
    grey = torch.zeros(3, 128, 128)
    image = TextOverlay().corrupt(grey, 0.3, generator_at("cpu", 8)).image
    colors = image.permute(1, 2, 0).reshape(-1, 3)
    assert len(torch.unique((colors * 20).round(), dim=0)) > 10
    assert image.min() >= -0.5 and image.max() <= 0.5


@pytest.mark.parametrize("name", [n for n, t in TASKS.items() if t.corruption and not t.is_scan])
def test_corruptions_are_repeatable_and_uncorrelated_between_seeds(
    name: str, clean: torch.Tensor
) -> None:
    corruption = TASKS[name].corruption
    assert corruption is not None
    level = corruption.test_level
    grey = torch.zeros(3, 32, 32)
    one, same, other = (
        corruption.corrupt(grey, level, generator_at("cpu", seed)).image for seed in (1, 1, 2)
    )
    assert torch.equal(one, same) and not torch.equal(one, other)
    pairs = [
        [corruption.corrupt(grey, level, generator_at("cpu", i, role)).image for role in (0, 1)]
        for i in range(60)
    ]
    a, b = (torch.stack(side).double().mean(dim=(2, 3)) for side in zip(*pairs))
    correlation = np.corrcoef(a.flatten(), b.flatten())[0, 1]
    if float(a.std()) > 0.0:
        assert abs(correlation) < 4 / math.sqrt(a.numel() / 3)


@pytest.mark.parametrize("name", [n for n, t in TASKS.items() if t.corruption])
def test_random_corruption_levels_stay_within_their_range(name: str) -> None:
    corruption = TASKS[name].corruption
    assert corruption is not None
    low, high = corruption.levels
    drawn = [corruption.draw_level(generator_at("cpu", i)) for i in range(400)]
    assert low <= min(drawn) and max(drawn) <= high
    assert low <= corruption.test_level <= high
    if name not in ("brown", "mri"):
        scaled = (np.array(drawn) - low) / (high - low)
        assert stats.kstest(scaled, "uniform").pvalue > SIGNIFICANCE
