"""Interface of the denoisers that are compared.

Host code.
"""

from __future__ import annotations

from abc import ABC
from abc import abstractmethod
from collections.abc import Sequence
from importlib import metadata

import torch

from benchmarks.restoration_peers.pictures import Noise


class Peer(ABC):
    """Denoiser of (3, H, W) float32 pictures, black -0.5 and white 0.5, noise not clipped."""

    name: str
    """Value of the column `method`."""

    @abstractmethod
    def version(self) -> str:
        """Packages and their versions."""

    def fit(self, noisy: Sequence[torch.Tensor], noise: Noise) -> None:
        """Adapt to all noisy pictures of a set; a peer that needs no training does nothing."""

    @abstractmethod
    def restore(self, noisy: torch.Tensor, noise: Noise) -> torch.Tensor:
        """Restored (3, H, W) picture, not clipped."""


def package_versions(*packages: str) -> str:
    """Names and versions of installed packages, such as "bm3d 4.0.3 torch 2.13.0"."""
    return " ".join(f"{package} {metadata.version(package)}" for package in packages)
