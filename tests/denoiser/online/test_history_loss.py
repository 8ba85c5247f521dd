"""Loss of the networks with history: its minimiser is the mean, output fireflies are penalised."""

from __future__ import annotations

import pytest
import torch

from denoiser.online.history_loss import CAP
from denoiser.online.history_loss import ERROR_LIMIT
from denoiser.online.history_loss import FLOOR
from denoiser.online.history_loss import MAX_LIMIT_FACTOR
from denoiser.online.history_loss import history_loss
from denoiser.temporal import channels as planes
from denoiser.temporal.examples import Examples

ALBEDO, EXPOSURE, RADIANCE = 0.48, 2.0, 0.5


def examples(targets: torch.Tensor) -> Examples:
    """Examples with `targets` and a history whose radiance is RADIANCE everywhere."""
    count, _, height, width = targets.shape
    inputs = torch.zeros((count, planes.CHANNELS, height, width))
    inputs[:, planes.ALBEDO], inputs[:, planes.EXPOSURE] = ALBEDO, EXPOSURE
    inputs[:, planes.LOG_MEAN] = torch.tensor(EXPOSURE * RADIANCE / (ALBEDO + 0.02)).log1p()
    return Examples(inputs, targets, torch.ones((count, 1, height, width), dtype=torch.bool))


def test_loss_matches_the_closed_form() -> None:
    targets = torch.full((1, 3, 8, 8), 1.0)
    for estimate, brightness in ((0.3, 0.3), (100.0, CAP * RADIANCE)):
        loss = history_loss(torch.full_like(targets, estimate), examples(targets))
        expected = ((estimate - 1.0) / (brightness + FLOOR)) ** 2
        torch.testing.assert_close(loss, torch.tensor(expected), rtol=1e-4, atol=0.0)


def test_lamp_does_not_reduce_the_penalty_of_a_halo_beside_it() -> None:
    """Near a small lamp, brightness is capped at CAP times the pixel's own, not the lamp's."""
    lamp, halo = 2000.0, 100.0
    targets = torch.full((1, 3, 16, 16), RADIANCE)
    targets[..., 7:9, 7:9] = lamp
    seen = examples(targets)
    seen.inputs[:, planes.LOG_MEAN] = (EXPOSURE * targets / (ALBEDO + 0.02)).log1p()
    for row, column, expected in (
        (6, 7, (halo - RADIANCE) / (CAP * RADIANCE + FLOOR)),
        (7, 7, (halo - lamp) / (halo + FLOOR)),
    ):
        estimate = targets.clone()
        estimate[..., row, column] = halo
        loss = history_loss(estimate, seen)
        near = max(expected, -ERROR_LIMIT)
        error = torch.tensor(near * (2 * expected - near) / 16**2)
        torch.testing.assert_close(loss, error, rtol=1e-3, atol=0.0)


def test_history_brightness_is_averaged_over_the_surroundings() -> None:
    """The brightness of a pixel whose history is black is a mean over its surroundings."""
    targets = torch.full((1, 3, 16, 16), RADIANCE)
    seen = examples(targets)
    seen.inputs[:, planes.LOG_MEAN, 7, 7] = 0
    estimate = targets.clone()
    estimate[..., 7, 7] = 100.0
    brightness = CAP * RADIANCE * 24 / 25
    expected = ((100.0 - RADIANCE) / (brightness + FLOOR)) ** 2 / 16**2
    torch.testing.assert_close(
        history_loss(estimate, seen), torch.tensor(expected), rtol=1e-3, atol=0.0
    )


def test_gradient_of_very_bright_targets_is_limited() -> None:
    """Beyond ERROR_LIMIT, the slope in e is -2 ERROR_LIMIT, and the loss is continuous."""
    scale = RADIANCE + FLOOR
    slopes, values = [], []
    for error in (
        0.5 * ERROR_LIMIT,
        ERROR_LIMIT * (1 - 1e-4),
        ERROR_LIMIT * (1 + 1e-4),
        50 * ERROR_LIMIT,
    ):
        estimate = torch.full((1, 3, 8, 8), RADIANCE, requires_grad=True)
        loss = history_loss(estimate, examples(torch.full((1, 3, 8, 8), RADIANCE + error * scale)))
        loss.backward()
        assert estimate.grad is not None
        slopes.append(float(estimate.grad.sum()) * scale)
        values.append(float(loss))
    assert slopes == pytest.approx(
        [-ERROR_LIMIT, -2 * ERROR_LIMIT, -2 * ERROR_LIMIT, -2 * ERROR_LIMIT], rel=1e-3
    )
    assert values[0] == pytest.approx(0.25 * ERROR_LIMIT**2, rel=1e-3)
    assert values[2] - values[1] == pytest.approx(4e-4 * ERROR_LIMIT**2, rel=0.05)
    assert values[3] == pytest.approx(99 * ERROR_LIMIT**2, rel=1e-3)


def test_loss_minimiser_is_the_mean_of_the_targets() -> None:
    generator = torch.Generator().manual_seed(0)
    targets = torch.rand((1, 3, 64, 64), generator=generator).pow(4) * 5  # mean 1, median 0.3
    estimate = torch.full((1, 3, 1, 1), 0.2, requires_grad=True)
    for _ in range(300):
        loss = history_loss(estimate.expand_as(targets), examples(targets))
        (slope,) = torch.autograd.grad(loss, estimate)
        estimate.data -= 0.2 * slope
    torch.testing.assert_close(estimate.detach().mean(), targets.mean(), rtol=1e-3, atol=0.0)


def test_invalid_pixels_do_not_affect_the_loss() -> None:
    targets = torch.full((1, 3, 8, 8), 1.0)
    seen = examples(targets)
    seen.valid[..., 4:] = False
    seen.targets[..., 4:] = 1e4
    whole = history_loss(torch.full_like(targets, 0.3), examples(torch.full_like(targets, 1.0)))
    torch.testing.assert_close(history_loss(torch.full_like(targets, 0.3), seen), whole)


def test_denoised_brightness_is_used_only_without_history() -> None:
    """LOG_DENOISED counts only without history (AGE 1) and where it is brighter than LOG_MEAN."""
    targets = torch.full((1, 3, 8, 8), RADIANCE)
    shown = torch.tensor(EXPOSURE * RADIANCE / (ALBEDO + 0.02))
    for age, factor, expected in ((1.0, 5.0, 5.0), (0.9, 5.0, 1.0), (1.0, 0.2, 1.0)):
        seen = examples(targets)
        seen.inputs[:, planes.AGE] = age
        seen.inputs[:, planes.LOG_DENOISED] = (factor * shown).log1p()
        error = (100.0 - RADIANCE) / (CAP * expected * RADIANCE + FLOOR)
        loss = history_loss(torch.full_like(targets, 100.0), seen)
        torch.testing.assert_close(loss, torch.tensor(error**2), rtol=1e-4, atol=0.0)


@pytest.mark.parametrize("lit, times", [(7, 1.0), (4, 1.25), (3, 2.0), (1, MAX_LIMIT_FACTOR)])
def test_error_limit_increases_with_relative_variance_of_the_frame(lit: int, times: float) -> None:
    """If `lit` of nine pixels are not 0, and equal, variance / mean^2 is 9 / lit - 1."""
    tile = (torch.arange(9) < lit).float().view(3, 3)
    estimate = torch.full((1, 3, 27, 27), RADIANCE, requires_grad=True)
    error = 5 * MAX_LIMIT_FACTOR * ERROR_LIMIT
    seen = examples(torch.full((1, 3, 27, 27), RADIANCE + error * (RADIANCE + FLOOR)))
    seen.inputs[:, planes.LOG_NOW] = 2.0 * tile.tile(9, 9)
    history_loss(estimate, seen).backward()
    assert estimate.grad is not None
    limits = -estimate.grad * estimate.numel() * (RADIANCE + FLOOR) / 2
    inner = limits[..., 4:-4, 4:-4]
    torch.testing.assert_close(
        inner, torch.full_like(inner, times * ERROR_LIMIT), rtol=1e-3, atol=0.0
    )
