"""Minimisers of the losses: mean (L2), median (L1), mode (annealed L0), mean of observed values."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from denoiser.restoration.losses import L0_EPSILON
from denoiser.restoration.losses import annealed_l0
from denoiser.restoration.losses import restoration_loss
from denoiser.restoration.settings import RestorationLoss

VALUES = torch.tensor([0.1] * 4 + [0.2, 0.35, 0.5, 0.62, 0.7, 0.9, 0.97], dtype=torch.float64)
CANDIDATES = torch.linspace(0.0, 1.0, 2001, dtype=torch.float64)


def minimiser(loss: RestorationLoss, done: float) -> float:
    """Constant of CANDIDATES with the lowest loss on VALUES, by exhaustive search.

    `done` is the completed fraction of training, in [0, 1].
    """
    targets = VALUES.view(1, 1, 1, -1)
    costs = [
        restoration_loss(loss, torch.full_like(targets, float(value)), targets, done)
        for value in CANDIDATES
    ]
    return float(CANDIDATES[int(torch.stack(costs).argmin())])


def test_l2_minimiser_is_the_mean() -> None:
    assert minimiser(RestorationLoss.L2, 0.5) == pytest.approx(float(VALUES.mean()), abs=5e-4)


def test_l1_minimiser_is_the_median() -> None:
    assert minimiser(RestorationLoss.L1, 0.5) == pytest.approx(float(np.median(VALUES)), abs=5e-4)


def test_annealed_l0_minimiser_moves_from_mean_to_mode() -> None:
    assert minimiser(RestorationLoss.L0, 0.0) == pytest.approx(float(VALUES.mean()), abs=5e-4)
    assert minimiser(RestorationLoss.L0, 0.5) == pytest.approx(float(np.median(VALUES)), abs=5e-4)
    assert minimiser(RestorationLoss.L0, 0.98) == pytest.approx(0.1, abs=5e-4)


def test_annealed_l0_matches_its_formula_and_has_finite_gradient_at_0() -> None:
    error = torch.tensor([0.0, -0.3], requires_grad=True)
    value = annealed_l0(error, 0.75)  # gamma = 0.5
    assert value.tolist() == pytest.approx([L0_EPSILON**0.5, (0.3 + L0_EPSILON) ** 0.5])
    value.sum().backward()
    assert error.grad is not None and torch.isfinite(error.grad).all()


def test_masked_l2_minimiser_is_the_mean_of_observed_values() -> None:
    observed = torch.tensor([True] * 3 + [False] * 2).view(1, 1, 1, 5)
    targets = torch.tensor([0.2, 0.3, 0.7, -0.5, -0.5]).view(1, 1, 1, 5)
    estimate = torch.zeros(1, 1, 1, 1, requires_grad=True)

    def cost(value: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        return restoration_loss(RestorationLoss.L2, value.expand_as(targets), targets, 0.0, mask)

    for mask, wanted in ((observed, 0.4), (None, 0.04)):
        at = torch.full_like(estimate, wanted, requires_grad=True)
        (gradient,) = torch.autograd.grad(cost(at, mask), at)
        assert float(gradient.abs().max()) < 1e-6
    # The divisor is the count of all values, observed or not: parts of a batch can be averaged.
    assert float(cost(torch.zeros(1, 1, 1, 1), observed)) == pytest.approx((0.04 + 0.09 + 0.49) / 5)


def test_unobserved_values_have_zero_gradient() -> None:
    estimate = torch.zeros(1, 1, 1, 2, requires_grad=True)
    target = torch.tensor([0.5, torch.nan]).view(1, 1, 1, 2)
    observed = torch.tensor([True, False]).view(1, 1, 1, 2)
    restoration_loss(
        RestorationLoss.L2, estimate, torch.nan_to_num(target), 0.0, observed
    ).backward()
    assert estimate.grad is not None and estimate.grad.flatten().tolist() == [-0.5, 0.0]
