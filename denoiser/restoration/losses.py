"""Losses of the offline tasks; each recovers a different statistic of the noisy targets.

Host code. Lehtinen et al. 2018, sections 2 and 3.1. Estimate and target are (N, C, H, W); `done` is
the fraction of training done; `observed` is (N, 1, H, W) bool, or None if all pixels are observed.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from denoiser.restoration.settings import RestorationLoss

L0_EPSILON = 1e-8  # keeps the gradient of |x|^gamma finite at 0 (section 3.1)
L0_FIRST_GAMMA = 2.0  # initial gamma; annealed linearly to 0 over the training


def squared(error: torch.Tensor, done: float) -> torch.Tensor:
    """error^2 per element."""
    return error.square()


def absolute(error: torch.Tensor, done: float) -> torch.Tensor:
    """|error| per element."""
    return error.abs()


def annealed_l0(error: torch.Tensor, done: float) -> torch.Tensor:
    """(|error| + 1e-8)^gamma per element, gamma = 2 (1 - done)."""
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
    """Mean of `example_errors`, a scalar."""
    return example_errors(loss, estimate, target, done, observed).mean()


def example_errors(
    loss: RestorationLoss,
    estimate: torch.Tensor,
    target: torch.Tensor,
    done: float,
    observed: torch.Tensor | None = None,
) -> torch.Tensor:
    """(N,) mean error over all values of each example; pixels not observed in the target count 0.

    Division by the number of all values, not of the observed ones, makes the loss the paper's sum
    |m (f - y)|^2 up to a constant, whatever fraction of a batch was observed.
    """
    assert estimate.shape == target.shape, (tuple(estimate.shape), tuple(target.shape))
    errors = ERRORS[loss](estimate - target, done)
    if observed is not None:
        errors = torch.where(observed, errors, 0.0)
    return errors.flatten(1).mean(dim=1)


def balanced_loss(errors: torch.Tensor, floor: float) -> torch.Tensor:
    """Mean of (N,) squared errors, each divided by itself + floor^2 without gradient through that.

    An example's error is mostly the noise of its target: examples count about in proportion to the
    inverse variance of their noise. Over many pixels the divisor hardly depends on any one of them,
    so that each example still pulls towards the mean.
    """
    return (errors / (errors.detach() + floor**2)).mean()
