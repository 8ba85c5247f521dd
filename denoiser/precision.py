"""Number format of the convolutions on a device: bf16 or fp32.

Host code.
"""

from __future__ import annotations

import torch

from denoiser.settings import Precision


def autocast(precision: Precision, device: torch.device, is_large: bool = False) -> torch.autocast:
    """Context in which convolutions run in `precision`; outside it everything is float32.

    Args:
        is_large: the network is that of offline restoration, which gains from the bf16 instructions
            of AVX-512, too.
    """
    is_native = has_native_bf16(device) or (is_large and has_avx512_bf16(device))
    is_bf16 = precision is Precision.BF16 or (precision is Precision.AUTO and is_native)
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=is_bf16)


def has_native_bf16(device: torch.device) -> bool:
    """True if `device` computes bfloat16 in hardware: CUDA since Ampere, CPUs with AMX.

    A training step in bf16 is 7 to 10 times slower than in fp32 on an AVX2 CPU, which emulates it,
    and 3.5 to 4 times faster on a CPU with AMX.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    return _has_cpu("_is_amx_tile_supported", device)


def has_avx512_bf16(device: torch.device) -> bool:
    """True for a CPU with AVX-512 BF16: steps of the restoration networks are 1.8 to 2.2 times
    faster than in fp32, those of the small network `fast` slower (docs/experiments.md).
    """
    return _has_cpu("_is_avx512_bf16_supported", device)


def _has_cpu(check: str, device: torch.device) -> bool:
    # Private in torch, and missing in old versions: those run in fp32.
    return device.type == "cpu" and bool(getattr(torch.cpu, check, lambda: False)())
