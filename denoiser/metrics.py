"""Quality metrics of a linear image relative to a reference.

Host code. Every metric takes two (H, W, 3) images of linear radiance and returns a scalar tensor on
their device, without synchronisation. NaN in either image gives NaN.
"""

from __future__ import annotations

import torch

from denoiser.transfer import tone

RELATIVE_EPSILON = 0.01  # radiance squared, added to the denominator (Rousselle et al. 2011)
TRIMMED_FRACTION = 1e-3  # fraction of pixels, those of largest error, that trimmed relMSE excludes


def psnr(image: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Peak signal-to-noise ratio of T(radiance) in dB, peak 1; infinite for equal images."""
    _check(image, reference)
    return -10 * (tone(image) - tone(reference)).square().mean().log10()


def rel_mse(image: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """mean((x - r)^2 / (r^2 + 0.01)) (Rousselle et al. 2011), >= 0."""
    return _relative_error(image, reference).mean()


def trimmed_rel_mse(image: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """relMSE without the 0.1 % of pixels (rounded up) of largest error, such as fireflies.

    At least one pixel is kept.
    """
    errors = _relative_error(image, reference).mean(dim=-1).flatten()
    dropped = min(-int(-errors.numel() * TRIMMED_FRACTION // 1), errors.numel() - 1)
    kept = errors.sort().values[: errors.numel() - dropped]
    # NaN sorts last and would be trimmed: return NaN instead.
    return torch.where(torch.isfinite(errors).all(), kept.mean(), torch.nan)


def _relative_error(image: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    _check(image, reference)
    return (image - reference).square() / (reference.square() + RELATIVE_EPSILON)


def _check(image: torch.Tensor, reference: torch.Tensor) -> None:
    assert image.dim() == 3 and image.shape[2] == 3, tuple(image.shape)
    assert image.shape == reference.shape, (tuple(image.shape), tuple(reference.shape))
