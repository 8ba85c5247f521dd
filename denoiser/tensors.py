"""Tensors by name, small ones made on the host, and what torch does slowly.

Host code.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch


def strip_prefix(tensors: Mapping[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    """The tensors whose name starts with `prefix`, without it."""
    start = len(prefix)
    return {name[start:]: value for name, value in tensors.items() if name.startswith(prefix)}


def to_device_async(values: torch.Tensor, device: torch.device) -> torch.Tensor:
    """A CPU tensor on `device`, without waiting for what the device is doing."""
    if device.type != "cuda":
        return values.to(device)
    return values.pin_memory().to(device, non_blocking=True)


def exp_minus_1(logarithms: torch.Tensor) -> torch.Tensor:
    """e^x - 1, not differentiated, contiguous; torch's own is exact for tiny x and takes a CPU four
    times as long, and a few channels out of many, pixel by pixel, take it three times as long.
    """
    return logarithms.contiguous().exp().sub_(1)
