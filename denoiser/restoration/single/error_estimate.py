"""Error of restored values, estimated without clean ones on crops that training does not touch.

Host code. The mean squared difference of a restored crop from a target of independent noise is its
mean squared error plus the variance of that noise (Lehtinen et al. 2018, section 2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

MODEL_ERROR = 0.05
"""Relative error of a variance by `estimate_noise`; twice that of a standard deviation, which is
within 2.5 % for white noise of sigma 25 (of 255) on MRI slices."""


@dataclass(frozen=True)
class ErrorEstimate:
    """Mean squared error of restored values, estimated without clean ones on held-out crops."""

    mean_square: float
    """Of values scaled as images; may be below 0 by chance."""
    standard_error: float
    input_mean_square: float
    """Of the noisy values."""

    @property
    def psnr(self) -> float | None:
        """PSNR in dB, peak: from black to white; None where the estimate is not above 0."""
        return -10.0 * math.log10(self.mean_square) if self.mean_square > 0.0 else None

    @property
    def psnr_error(self) -> float | None:
        """Standard error of `psnr`, dB."""
        if self.mean_square <= 0.0:
            return None
        return 10.0 / math.log(10.0) * self.standard_error / self.mean_square

    @property
    def input_psnr(self) -> float | None:
        """PSNR of the noisy values, dB; None for values without noise."""
        before = self.input_mean_square
        return -10.0 * math.log10(before) if before > 0.0 else None

    @property
    def is_better(self) -> bool:
        """True if the restored values are estimated to be better than the noisy ones."""
        return self.mean_square < self.input_mean_square


def error_estimate(
    errors: torch.Tensor, before: torch.Tensor, modelled_variance: float = 0.0
) -> ErrorEstimate:
    """Estimate from the mean squared errors of some crops, restored and noisy, (N,) each.

    Args:
        modelled_variance: mean variance of the targets' noise, where it comes from a `NoiseModel`.
    """
    spread = float(errors.std()) / math.sqrt(len(errors)) if len(errors) > 1 else math.inf
    error = math.hypot(spread, MODEL_ERROR * modelled_variance)
    return ErrorEstimate(float(errors.mean()), error, float(before.mean()))
