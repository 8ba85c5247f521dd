"""Losses of the offline tasks: each recovers another statistic of its noisy targets.

Host code. Lehtinen et al. 2018, sections 2 and 3.1. Each takes (N, C, H, W) estimate and target,
the share of training done, and (N, 1, H, W) bool where the target was observed, or None.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from denoiser.restoration.settings import RestorationLoss

L0_EPSILON = 1e-8  # keeps the gradient of |x|^gamma finite at 0 (section 3.1)
L0_FIRST_GAMMA = 2.0  # annealed linearly to 0 over the training


def squared(error: torch.Tensor, done: float) -> torch.Tensor:
    """Squared errors."""
    return error.square()


def absolute(error: torch.Tensor, done: float) -> torch.Tensor:
    """Absolute errors."""
    return error.abs()


def annealed_l0(error: torch.Tensor, done: float) -> torch.Tensor:
    """(|error| + epsilon)^gamma, gamma = 2 (1 - done)."""
    return (error.abs() + L0_EPSILON) ** (L0_FIRST_GAMMA * (1.0 - done))


ERRORS: dict[RestorationLoss, Callable[[torch.Tensor, float], torch.Tensor]] = {
    RestorationLoss.L2: squared,
    RestorationLoss.L1: absolute,
    RestorationLoss.L0: annealed_l0,
}


def restoration_loss(
    loss: RestorationLoss,
    estimate: torch.Tensor,
    target: torch.Tensor,
    done: float,
    observed: torch.Tensor | None = None,
) -> torch.Tensor:
    """Mean error over all values; what the target did not observe counts as 0.

    Dividing by all values, not by the observed ones, makes it the paper's sum |m (f - y)|^2 up to a
    constant, whatever share of a batch was observed.
    """
    assert estimate.shape == target.shape, (tuple(estimate.shape), tuple(target.shape))
    errors = ERRORS[loss](estimate - target, done)
    return errors.mean() if observed is None else torch.where(observed, errors, 0.0).mean()
