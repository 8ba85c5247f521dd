"""Transfer functions: invertible maps between linear radiance and a bounded range.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

GAMMA = 2.2  # exponent of T (Lehtinen et al. 2018, section 3.3)
RATIO_FLOOR = 1e-10  # below this T is linear: its slope stays finite, and T changes by < 3e-5
RATIO_CEILING = 1 - 2**-24  # largest float32 below 1: the inverse stays finite, <= 1.7e7


@dataclass(frozen=True)
class Transfer:
    """Elementwise map of tensors of any shape, and its inverse."""

    forward: Callable[[torch.Tensor], torch.Tensor]
    """Maps linear radiance >= 0 to the bounded range, negative values as 0; `LINEAR`: unchanged."""
    inverse: Callable[[torch.Tensor], torch.Tensor]
    """Maps the bounded range back to linear radiance >= 0."""


def tone(radiance: torch.Tensor) -> torch.Tensor:
    """T(v) = (v / (1 + v))^(1/2.2), in [0, 1], any shape; v < 0 counts as 0, NaN and inf give NaN.

    Lehtinen et al. 2018, section 3.3, after Reinhard et al. 2002. The slope at 0 is 3e5 and not
    infinite, so gradients through it stay finite.
    """
    positive = radiance.clamp(min=0)
    ratio = positive / (1 + positive)
    power = ratio.clamp(min=RATIO_FLOOR) ** (1 / GAMMA)
    return torch.where(ratio < RATIO_FLOOR, ratio * RATIO_FLOOR ** (1 / GAMMA - 1), power)


def untone(toned: torch.Tensor) -> torch.Tensor:
    """The inverse of T: t^2.2 / (1 - t^2.2), t clamped to [0, 1), at most 1.7e7, of any shape."""
    ratio = (toned.clamp(min=0) ** GAMMA).clamp(max=RATIO_CEILING)
    return ratio / (1 - ratio)


def _identity(radiance: torch.Tensor) -> torch.Tensor:
    return radiance


def _nonnegative(radiance: torch.Tensor) -> torch.Tensor:
    return radiance.clamp(min=0)


TONED = Transfer(tone, untone)
LINEAR = Transfer(_identity, _nonnegative)
