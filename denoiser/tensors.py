"""Tensor functions: name prefixes, asynchronous upload and a fast e^x - 1.

Host code.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch


def strip_prefix(tensors: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    """Tensors whose name starts with `prefix`, by the name without it."""
    start = len(prefix)
    return {name[start:]: value for name, value in tensors.items() if name.startswith(prefix)}


def to_device_async(values: torch.Tensor, device: torch.device) -> torch.Tensor:
    """Copy a CPU tensor to `device` without waiting for the work queued there."""
    if device.type != "cuda":
        return values.to(device)
    return values.pin_memory().to(device, non_blocking=True)


def exp_minus_1(logarithms: torch.Tensor) -> torch.Tensor:
    """e^x - 1, contiguous, not differentiable.

    `torch.expm1` is exact for tiny x, but four times as slow on a CPU. Without the contiguous copy
    a few of many interleaved channels would be three times as slow.
    """
    return logarithms.contiguous().exp().sub_(1)
