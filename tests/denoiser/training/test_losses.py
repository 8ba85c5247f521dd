"""Losses: closed forms, gradients, minimisers and the five combinations.

Host code.
"""

from __future__ import annotations

import pytest
import torch

from denoiser.settings import LossName
from denoiser.training.losses import OBJECTIVES
from denoiser.training.losses import hdr_error
from denoiser.training.losses import masked_mean
from denoiser.training.losses import squared_error
from denoiser.transfer import tone
from denoiser.transfer import untone

ESTIMATES = torch.tensor([0.0, 0.02, 0.3, 5.0, 200.0])
TARGETS = torch.tensor([0.5, 0.0, 0.4, 1e3, 100.0])


def planted_hdr_error(estimate: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Planted error: HDR loss whose gradient also flows through the denominator."""
    return ((estimate - target) / (estimate + 0.01)).square()


def minimiser(error: object, targets: torch.Tensor) -> float:
    """Constant estimate that minimises the mean error of `targets`, by scaled gradient descent."""
    estimate = torch.full((), 1.0, dtype=torch.float64, requires_grad=True)
    for _ in range(4000):
        (gradient,) = torch.autograd.grad(error(estimate, targets).mean(), estimate)
        with torch.no_grad():
            # Scaling by the squared estimate makes one rate fit both losses.
            estimate -= 0.05 * gradient * (estimate + 0.01).square().clamp(max=1)
    return estimate.item()


def noisy_targets() -> torch.Tensor:
    """Gamma noise with shape 1/2 and mean 0.3, as float64."""
    noise = torch.randn(20_000, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    return 0.3 * noise.square()


def test_hdr_loss_and_gradient_match_the_closed_form() -> None:
    estimate = ESTIMATES.clone().requires_grad_()
    error = hdr_error(estimate, TARGETS)
    torch.testing.assert_close(error.detach(), (ESTIMATES - TARGETS) ** 2 / (ESTIMATES + 0.01) ** 2)
    error.sum().backward()
    expected = 2 * (ESTIMATES - TARGETS) / (ESTIMATES + 0.01) ** 2
    torch.testing.assert_close(estimate.grad, expected)


def test_hdr_gradient_check_detects_gradient_through_the_denominator() -> None:
    estimate = ESTIMATES.clone().requires_grad_()
    planted_hdr_error(estimate, TARGETS).sum().backward()
    expected = 2 * (ESTIMATES - TARGETS) / (ESTIMATES + 0.01) ** 2
    assert ((estimate.grad - expected).abs() > 0.1 * expected.abs()).all()


def test_hdr_loss_and_gradient_are_finite_for_negative_estimates() -> None:
    estimate = torch.tensor([-0.01, -5.0], requires_grad=True)
    error = hdr_error(estimate, torch.tensor([0.0, 0.0]))
    error.sum().backward()
    torch.testing.assert_close(error.detach(), torch.tensor([1.0, 25e4]))
    assert (estimate.grad < 0).all() and torch.isfinite(estimate.grad).all()


@pytest.mark.parametrize("error", [hdr_error, squared_error])
def test_loss_minimiser_is_the_mean_of_noisy_targets(error: object) -> None:
    targets = noisy_targets()
    assert minimiser(error, targets) == pytest.approx(targets.mean().item(), rel=1e-4)


def test_minimiser_with_gradient_through_denominator_is_not_the_mean() -> None:
    """The true minimiser of the ratio is about E[y^2] / E[y], three times the mean here."""
    targets = noisy_targets()
    assert minimiser(planted_hdr_error, targets) > 2 * targets.mean().item()


def test_masked_pixels_do_not_affect_the_mean_or_the_gradient() -> None:
    values = torch.tensor([1.0, 2.0, 3.0, 400.0]).reshape(1, 1, 2, 2).expand(1, 3, 2, 2)
    values = values.clone().requires_grad_()
    valid = torch.tensor([True, True, True, False]).reshape(1, 1, 2, 2)
    mean = masked_mean(values, valid)
    mean.backward()
    assert mean.item() == 2
    assert values.grad[0, :, 1, 1].abs().sum() == 0
    assert masked_mean(values, torch.zeros_like(valid)).item() == 0


@pytest.mark.parametrize(
    ("name", "is_relative", "is_input_toned", "is_target_toned"),
    [
        (LossName.HDR_TONED_INPUT, True, True, False),
        (LossName.HDR_LINEAR_INPUT, True, False, False),
        (LossName.L2_TONED_INPUT, False, True, False),
        (LossName.L2_LINEAR_INPUT, False, False, False),
        (LossName.L2_TONED_TARGET, False, True, True),
    ],
)
def test_five_losses_of_figure_6_match_their_definitions(
    name: LossName, is_relative: bool, is_input_toned: bool, is_target_toned: bool
) -> None:
    objective = OBJECTIVES[name]
    radiance = torch.tensor([0.1, 2.0, 30.0])
    toned = tone(radiance)
    assert torch.equal(
        objective.input_transfer.forward(radiance), toned if is_input_toned else radiance
    )
    output = torch.tensor([-0.4, 0.2, 0.9]).reshape(1, 3, 1, 1)
    target = radiance.reshape(1, 3, 1, 1)
    estimate = objective.estimate(output)
    compared = tone(target) if is_target_toned else target
    expected = (estimate - compared) ** 2
    if is_relative:
        expected = expected / (estimate + 0.01) ** 2
    valid = torch.ones(1, 1, 1, 1, dtype=torch.bool)
    torch.testing.assert_close(objective.loss(output, target, valid), expected.mean())
    decoded = untone(estimate) if is_target_toned else estimate.clamp(min=0)
    assert not is_relative or (estimate > 0).all()
    torch.testing.assert_close(objective.radiance(output), decoded)
    assert (objective.radiance(output) >= 0).all()


def test_minimiser_for_tone_mapped_targets_is_too_dark() -> None:
    """As in figure 6: E[T(y)] < T(E[y]), so the decoded constant is below the mean."""
    targets = noisy_targets()
    toned = minimiser(squared_error, tone(targets))
    assert untone(torch.tensor(toned)).item() < 0.8 * targets.mean().item()


def test_every_loss_name_has_an_objective() -> None:
    assert set(OBJECTIVES) == set(LossName)
