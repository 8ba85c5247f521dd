"""Precision: which number format the convolutions use on a device.

Host code.
"""

from __future__ import annotations

import torch

from denoiser.settings import Precision


def autocast(precision: Precision, device: torch.device) -> torch.autocast:
    """A context in which convolutions run in `precision`; outside it everything is float32."""
    is_bf16 = precision is Precision.BF16 or (
        precision is Precision.AUTO and has_native_bf16(device)
    )
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=is_bf16)


def has_native_bf16(device: torch.device) -> bool:
    """Whether `device` computes with bfloat16 in hardware: CUDA from Ampere on, a CPU with AMX.

    An AVX2 CPU runs a training step 7 to 10 times slower in emulated bf16 than in fp32; one with
    AMX 3.5 to 4 times faster.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    # Underscored in torch, and absent from old versions: those then run in fp32.
    has_amx = getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    return device.type == "cpu" and has_amx()
