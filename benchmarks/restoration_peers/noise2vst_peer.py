"""Noise2VST (Herbreteau and Unser 2025): FFDNet behind a learned variance-stabilising transform.

Host code. Needs `pip install git+https://github.com/sherbret/Noise2VST@02b839d` (it is not on PyPI)
and the file ffdnet_color.pth, FFDNet (Zhang et al. 2018) trained by its authors with clean images,
which the package's `pretrained_weights/download.py` gets. The paper's better variant denoises
with DRUNet in the end, and trains the transform with FFDNet, too.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.restoration_peers.peer import Peer
from benchmarks.restoration_peers.peer import package_versions
from benchmarks.restoration_peers.pictures import Noise
from denoiser.precision import autocast
from denoiser.restoration.corruptions.base import BLACK
from denoiser.settings import Precision

SEED = 0


class Noise2VstPeer(Peer):
    """One transform for all pictures of a set: they have the same noise distribution."""

    name = "noise2vst"

    def __init__(self, weights: Path | None) -> None:
        """Read the weights of FFDNet for RGB. ValueError without a file."""
        if weights is None:
            raise ValueError("noise2vst needs --ffdnet FILE, the weights ffdnet_color.pth")
        from noise2vst.models.ffdnet import FFDNet

        self._ffdnet = FFDNet(color=True).requires_grad_(False).eval()
        self._ffdnet.load_state_dict(torch.load(weights, weights_only=True))
        self._ffdnet.to(memory_format=torch.channels_last)
        self._transform: Any = None
        self._range = (0.0, 1.0)

    def version(self) -> str:
        """Version of the package."""
        return package_versions("Noise2VST", "torch")

    def fit(self, noisy: Sequence[torch.Tensor], noise: Noise) -> None:
        """Train the transform for 2,000 steps, the package's default."""
        from noise2vst.models.noise2vst import Noise2VST

        random.seed(SEED)
        low = min(float(image.min()) for image in noisy) - BLACK
        high = max(float(image.max()) for image in noisy) - BLACK
        self._range = (low, high)
        # The package scales a batch by its extremes: let the parts have those of the whole set.
        values = equal_size(noisy) - BLACK
        values[0, 0, 0, :2] = torch.tensor(self._range)
        self._transform = Noise2VST()
        self._transform.fit(values, self._denoise)

    @torch.no_grad()
    def restore(self, noisy: torch.Tensor, noise: Noise) -> torch.Tensor:
        """Restored (3, H, W) picture; the level of the noise is not used.

        The package would scale the picture by its own extremes. Here the extremes are those of the
        set that the transform was trained on.
        """
        low, high = self._range
        scaled = (noisy[None] - BLACK - low) / (high - low)
        spline = self._transform.spline1
        restored = spline(self._denoise(spline(scaled)), inverse=True)
        return restored[0] * (high - low) + low + BLACK

    def _denoise(self, images: torch.Tensor) -> torch.Tensor:
        """FFDNet of (N, 3, H, W), for noise of standard deviation 25/255."""
        with autocast(Precision.AUTO, images.device, is_large=True):
            restored: torch.Tensor = self._ffdnet(images)
        return restored.float()


def equal_size(images: Sequence[torch.Tensor]) -> torch.Tensor:
    """(N, C, H, W) of N images (C, h, w): turned to h <= w and cut to the smallest at the top left.

    The package trains on a batch, so on pictures of one size.
    """
    upright = [image.mT if image.shape[1] > image.shape[2] else image for image in images]
    height, width = (min(image.shape[axis] for image in upright) for axis in (1, 2))
    return torch.stack([image[:, :height, :width] for image in upright])
