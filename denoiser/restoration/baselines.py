"""Classic denoisers for comparison: BM3D, plain and with the Anscombe transform.

Host code. BM3D is an optional package; its licence permits research only.
"""

from __future__ import annotations

import importlib.util

import numpy as np
import torch

from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.corruptions.base import BYTE_STEPS

ANSCOMBE_SHIFT = 3.0 / 8.0  # added to counts before the square root (Anscombe 1948)
# Poisson means at which the expectation of the Anscombe transform is tabulated.
MEAN_TABLE = np.concatenate([np.linspace(0.0, 2.0, 201), np.geomspace(2.02, 1e5, 600)])


def has_bm3d() -> bool:
    """True if the optional package bm3d is installed."""
    return importlib.util.find_spec("bm3d") is not None


def bm3d_gaussian(noisy: torch.Tensor, sigma: float) -> torch.Tensor:
    """BM3D (Dabov et al. 2007) of a (C, H, W) image with noise of standard deviation sigma/255."""
    return _bm3d((noisy - BLACK), sigma / BYTE_STEPS) + BLACK


def bm3d_poisson(noisy: torch.Tensor, peak: float) -> torch.Tensor:
    """BM3D on the Anscombe transform of Poisson counts, with the exact unbiased inverse.

    Args:
        noisy: (C, H, W), counts / peak - 0.5.
        peak: lambda, the expected count of a white pixel.
    """
    counts = (noisy - BLACK).double() * peak
    stabilised = 2.0 * (counts + ANSCOMBE_SHIFT).clamp(min=0.0).sqrt()
    # BM3D expects about [0, 1]; the transformed noise has a standard deviation of 1.
    scale = float(stabilised.max())
    denoised = _bm3d((stabilised / scale).float(), 1.0 / scale).double() * scale
    means = exact_unbiased_inverse(denoised.cpu().numpy())
    return torch.from_numpy(means / peak + BLACK).to(noisy)


def exact_unbiased_inverse(stabilised: np.ndarray) -> np.ndarray:
    """Poisson means whose Anscombe transform has the expectation `stabilised`.

    Makitalo and Foi 2011.
    """
    return np.interp(stabilised, _expected_anscombe(MEAN_TABLE), MEAN_TABLE)


def _expected_anscombe(means: np.ndarray) -> np.ndarray:
    """E[2 sqrt(n + 3/8)] of Poisson counts n, for each of `means`."""
    from scipy import stats

    result = np.empty_like(means)
    for index, mean in enumerate(means):
        spread = 12.0 * np.sqrt(mean) + 20.0
        counts = np.arange(max(0.0, np.floor(mean - spread)), np.ceil(mean + spread))
        mass = stats.poisson.pmf(counts, mean)
        result[index] = (2.0 * np.sqrt(counts + ANSCOMBE_SHIFT) * mass).sum() / mass.sum()
    return result


def _bm3d(image: torch.Tensor, sigma: float) -> torch.Tensor:
    """BM3D of a (C, H, W) image in [0, 1]; colour channels are denoised jointly."""
    import bm3d

    pixels = image.permute(1, 2, 0).double().cpu().numpy()
    denoise = bm3d.bm3d_rgb if pixels.shape[2] == 3 else bm3d.bm3d
    result = np.asarray(denoise(pixels.squeeze(), sigma)).reshape(pixels.shape)
    return torch.from_numpy(result).permute(2, 0, 1).to(image)
