"""Open Image Denoise, which comes with the tests: it denoises what it is given."""

from __future__ import annotations

import torch

from denoiser.metrics import psnr
from denoiser.oidn import has_oidn
from denoiser.oidn import oidn_denoise
from tests.denoiser.synthetic import clean_half
from tests.denoiser.synthetic import noisy_pair

CLEAN = clean_half(96, 64)


def test_it_denoises_the_mean_of_both_halves() -> None:
    assert has_oidn()
    pair = noisy_pair(CLEAN, 0)
    denoised = oidn_denoise(pair)
    assert denoised.shape == CLEAN.color.shape and denoised.dtype == torch.float32
    noisy = float(psnr(pair.mean_color(), CLEAN.color))
    assert float(psnr(denoised, CLEAN.color)) > noisy + 5.0


def test_a_broken_pixel_breaks_nothing_else() -> None:
    pair = noisy_pair(CLEAN, 0)
    before = oidn_denoise(pair)
    pair.a.color[10, 12] = torch.nan
    after = oidn_denoise(pair)
    assert torch.isfinite(after).all()
    assert float(psnr(after, before)) > 30.0
