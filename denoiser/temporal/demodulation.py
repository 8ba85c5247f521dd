"""Demodulation: radiance divided by albedo is smooth where only the texture changes.

Host code. (N, 3, H, W) linear planes.
"""

from __future__ import annotations

import torch

ALBEDO_FLOOR = 0.02  # added to albedo: avoids division by 0; black surfaces can be specular, too


def demodulated(color: torch.Tensor, albedo: torch.Tensor) -> torch.Tensor:
    """Radiance over albedo, approximately irradiance / pi; >= 0."""
    return color / (albedo + ALBEDO_FLOOR)


def remodulated(smooth: torch.Tensor, albedo: torch.Tensor) -> torch.Tensor:
    """The inverse of `demodulated` for the same albedo."""
    return smooth * (albedo + ALBEDO_FLOOR)
