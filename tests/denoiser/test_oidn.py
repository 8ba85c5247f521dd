"""Open Image Denoise, which the tests require: denoising, broken pixels, prefiltered features."""

from __future__ import annotations

import pytest
import torch

from denoiser.metrics import psnr
from denoiser.oidn import has_oidn
from denoiser.oidn import oidn_denoise
from tests.denoiser.synthetic import clean_half
from tests.denoiser.synthetic import noisy_pair

CLEAN = clean_half(96, 64)


def test_oidn_gains_more_than_5_db_over_the_mean_of_both_halves() -> None:
    assert has_oidn()
    pair = noisy_pair(CLEAN, 0)
    denoised = oidn_denoise(pair)
    assert denoised.shape == CLEAN.color.shape and denoised.dtype == torch.float32
    noisy = float(psnr(pair.mean_color(), CLEAN.color))
    assert float(psnr(denoised, CLEAN.color)) > noisy + 5.0


@pytest.mark.parametrize("broken", [torch.nan, torch.inf])
def test_nonfinite_pixel_of_one_half_is_taken_from_the_other(broken: float) -> None:
    pair, whole = noisy_pair(CLEAN, 0), noisy_pair(CLEAN, 0)
    pair.a.color[10, 12] = broken
    whole.a.color[10, 12] = whole.b.color[10, 12]
    assert torch.equal(oidn_denoise(pair), oidn_denoise(whole))
    pair.b.color[10, 12] = torch.inf
    assert torch.isfinite(oidn_denoise(pair)).all()


def test_prefiltering_noisy_features_improves_psnr() -> None:
    pair = noisy_pair(CLEAN, 0)
    generator = torch.Generator().manual_seed(0)
    for half in (pair.a, pair.b):
        for feature in (half.albedo, half.normal):
            feature.add_(torch.randn(feature.shape, generator=generator), alpha=0.1)
    plain, prefiltered = (
        float(psnr(oidn_denoise(pair, is_prefiltered=first), CLEAN.color))
        for first in (False, True)
    )
    assert prefiltered > plain + 0.3, (plain, prefiltered)
