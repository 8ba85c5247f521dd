"""BM3D (Dabov et al. 2007), which is told the level of the noise.

Host code. Needs `pip install bm3d==4.0.3`, whose licence permits research only. Poisson noise is
stabilised by the Anscombe transform.
"""

from __future__ import annotations

import torch

from benchmarks.restoration_peers.peer import Peer
from benchmarks.restoration_peers.peer import package_versions
from benchmarks.restoration_peers.pictures import Noise
from denoiser.restoration.baselines import bm3d_gaussian
from denoiser.restoration.baselines import bm3d_poisson


class Bm3dPeer(Peer):
    """BM3D with default settings; the channels of RGB are denoised jointly."""

    name = "bm3d"

    def version(self) -> str:
        """Version of the package bm3d."""
        return package_versions("bm3d")

    def restore(self, noisy: torch.Tensor, noise: Noise) -> torch.Tensor:
        """Restored (3, H, W) picture."""
        denoise = bm3d_gaussian if noise.kind == "gaussian" else bm3d_poisson
        return denoise(noisy, noise.level)
