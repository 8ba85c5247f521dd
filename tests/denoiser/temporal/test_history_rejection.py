"""History rejection: differences within the noise keep the history, larger ones reduce it."""

from __future__ import annotations

import pytest
import torch

from denoiser.temporal.history_rejection import MIN_STANDARD_ERROR
from denoiser.temporal.history_rejection import TOLERANCE
from denoiser.temporal.history_rejection import WINDOW
from denoiser.temporal.history_rejection import agreement

SIZE = (200, 200)
ALL = torch.ones((1, 1, *SIZE), dtype=torch.bool)
DEVIATION = 0.5  # standard deviation of a pixel's log, the same in all channels


def noise(seed: int) -> torch.Tensor:
    """(3, 1, H, W) Gaussian noise of standard deviation DEVIATION, equal in all channels."""
    generator = torch.Generator().manual_seed(seed)
    return DEVIATION * torch.randn((1, 1, *SIZE), generator=generator).expand(3, -1, -1, -1)


def test_history_within_noise_keeps_its_weight() -> None:
    fraction = agreement(torch.zeros((3, 1, *SIZE)), noise(0), ALL)
    assert fraction.shape == (1, 1, *SIZE)
    # The limit is 2 standard errors of 25 samples: exceeded by Student's t with 24 degrees of
    # freedom in 5.7 % of all cases.
    doubted = (fraction < 1).float().mean()
    assert float(doubted) == pytest.approx(0.057, abs=0.015)
    assert float(fraction.mean()) > 0.98


def test_history_weight_falls_with_inverse_square_of_the_difference() -> None:
    for change in (0.8, -1.6):
        fraction = agreement(torch.full((3, 1, *SIZE), change), noise(1), ALL)
        error = DEVIATION / WINDOW
        expected = (TOLERANCE * error / change) ** 2
        assert float(fraction.median()) == pytest.approx(expected, rel=0.1)


def test_small_changes_without_noise_keep_the_history_weight() -> None:
    still = torch.ones((3, 1, *SIZE))
    for change, expected in (
        (0.0, 1.0),
        (1.9 * MIN_STANDARD_ERROR, 1.0),
        (10 * MIN_STANDARD_ERROR, 0.04),
    ):
        fraction = agreement(still + change, still, ALL)
        torch.testing.assert_close(
            fraction, torch.full_like(fraction, expected), rtol=1e-3, atol=1e-6
        )


def test_pixels_without_history_do_not_cause_rejection() -> None:
    history = torch.full((3, 1, *SIZE), 5.0)
    history[..., :100] = 0.0  # agrees with the frame where history is known
    is_known = ALL.clone()
    is_known[..., 100:] = False
    fraction = agreement(history, noise(2), is_known)
    assert float((fraction < 1).float().mean()) < 0.06
    assert float(fraction.min()) > 0.1
