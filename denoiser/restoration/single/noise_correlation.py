"""Correlation of the noise of neighbouring pixels, estimated from one image.

Host code. Recorruption assumes independent pixels; the noise of photographs that were demosaicked,
scaled, denoised or compressed is correlated. Measured in the blocks that vary least about a plane.
"""

from __future__ import annotations

import torch

BLOCK = 16  # pixels; side of a block
QUIET_FRACTION = 0.02  # of the blocks, those of least variance, are taken for noise alone
MIN_BLOCKS = 8  # to take, of an image with few
MIN_VARIANCE = 1e-9  # of a block; below it, it is taken for clipped
CORRELATED = 0.1
"""Correlation from which on an image is not trained on, and a user is told. Eight-bit JPEG of
quality 80 gives 0.11 to 0.37 on Kodak images, white noise of sigma 10 to 25 (of 255) at most 0.05
on five of six."""


def noise_correlation(image: torch.Tensor) -> float:
    """Correlation of pixels with their neighbours to the right and below, the larger of both, in
    [-1, 1]; 0 for an image without usable blocks.

    Args:
        image: (C, H, W).
    """
    channels, height, width = image.shape
    rows, columns = height // BLOCK, width // BLOCK
    if not rows * columns:
        return 0.0
    cut = image[:, : rows * BLOCK, : columns * BLOCK].double()
    blocks = cut.reshape(channels, rows, BLOCK, columns, BLOCK).transpose(2, 3).flatten(3)
    rest = (blocks.flatten(0, 2) @ _without_plane().to(blocks)).reshape(-1, BLOCK, BLOCK)
    variance = rest.square().mean((1, 2))
    rest, variance = rest[variance > MIN_VARIANCE], variance[variance > MIN_VARIANCE]
    if not len(rest):
        return 0.0
    count = min(max(round(QUIET_FRACTION * len(rest)), MIN_BLOCKS), len(rest))
    rest = rest[variance.argsort()[:count]]
    across = (rest[:, :, 1:] * rest[:, :, :-1]).mean()
    down = (rest[:, 1:] * rest[:, :-1]).mean()
    return float(torch.maximum(across, down) / rest.square().mean())


def _without_plane() -> torch.Tensor:
    """(256, 256) projection of a block on what a plane does not explain."""
    ramp = torch.linspace(-1.0, 1.0, BLOCK, dtype=torch.float64)
    down, across = torch.meshgrid(ramp, ramp, indexing="ij")
    basis = torch.stack([each.flatten() for each in (torch.ones_like(down), down, across)], dim=1)
    return torch.eye(BLOCK**2, dtype=torch.float64) - basis @ torch.linalg.pinv(basis)
