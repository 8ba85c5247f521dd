"""Image metrics, compared with values computed by hand.

Host code.
"""

from __future__ import annotations

import math

import pytest
import torch

from denoiser.metrics import psnr
from denoiser.metrics import rel_mse
from denoiser.metrics import trimmed_rel_mse


def test_psnr_of_a_constant_tone_mapped_difference() -> None:
    """T(1) = 0.5^(1/2.2) and T(3) = 0.75^(1/2.2): the error is the same in all pixels."""
    difference = 0.75 ** (1 / 2.2) - 0.5 ** (1 / 2.2)
    measured = psnr(torch.ones(4, 5, 3), torch.full((4, 5, 3), 3.0))
    assert measured.item() == pytest.approx(-20 * math.log10(difference), abs=1e-4)
    assert psnr(torch.ones(2, 2, 3), torch.ones(2, 2, 3)).item() == math.inf


def test_rel_mse_matches_the_hand_computed_value() -> None:
    reference = torch.full((10, 10, 3), 0.3)
    assert rel_mse(reference + 0.1, reference).item() == pytest.approx(0.01 / 0.1, rel=1e-5)


def test_trimmed_rel_mse_drops_the_worst_thousandth_of_the_pixels() -> None:
    reference = torch.full((40, 50, 3), 0.3)
    image = reference + 0.1
    image[3, 4] = 1e4
    image[5, 6] = 1e3  # 2000 pixels: two are dropped
    assert rel_mse(image, reference).item() > 1e5
    assert trimmed_rel_mse(image, reference).item() == pytest.approx(0.1, rel=1e-4)
    image[7, 8] = 1e3
    assert trimmed_rel_mse(image, reference).item() > 1e3
    assert trimmed_rel_mse(image[:1, :1], reference[:1, :1]).item() == pytest.approx(0.1, rel=1e-4)


def test_metrics_check_shapes_and_propagate_nan() -> None:
    image = torch.ones(3, 3, 3)
    with pytest.raises(AssertionError):
        psnr(image, torch.ones(3, 4, 3))
    with pytest.raises(AssertionError):
        rel_mse(image[None], image[None])
    image[0, 0, 0] = math.nan
    assert math.isnan(psnr(image, torch.ones(3, 3, 3)))
    assert math.isnan(trimmed_rel_mse(image, torch.ones(3, 3, 3)))
