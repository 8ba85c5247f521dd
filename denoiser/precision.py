"""Number format of the convolutions on a device: bf16 or fp32.

Host code.
"""

from __future__ import annotations

import torch

from denoiser.settings import Precision


def autocast(precision: Precision, device: torch.device) -> torch.autocast:
    """Context in which convolutions run in `precision`; outside it everything is float32."""
    is_bf16 = precision is Precision.BF16 or (
        precision is Precision.AUTO and has_native_bf16(device)
    )
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=is_bf16)


def has_native_bf16(device: torch.device) -> bool:
    """True if `device` computes bfloat16 in hardware: CUDA since Ampere, CPUs with AMX.

    A training step in bf16 is 7 to 10 times slower than in fp32 on an AVX2 CPU, which emulates it,
    and 3.5 to 4 times faster on a CPU with AMX.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    # Private in torch, and missing in old versions: those run in fp32.
    has_amx = getattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    return device.type == "cpu" and has_amx()
