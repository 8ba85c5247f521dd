"""Noise2Void (Krull et al. 2019) of CAREamics, one network for each test set and noise.

Host code. Needs `pip install careamics==0.3.5` in an environment of its own: it allows torch up to
2.13, but torchvision only up to 0.26, which belongs to torch 2.11.
"""

from __future__ import annotations

import importlib
import logging
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from benchmarks.restoration_peers.peer import Peer
from benchmarks.restoration_peers.peer import package_versions
from benchmarks.restoration_peers.pictures import Noise
from denoiser.precision import has_native_bf16

PATCH = (64, 64)  # pixels
BATCH = 16  # patches per step
EPOCHS = 30  # the default of `create_advanced_n2v_config`
STEPS = 20  # per epoch, instead of once through all patches
SEED = 1  # must be positive


class CareamicsPeer(Peer):
    """N2V trained on all noisy pictures of a set, the channels of RGB jointly."""

    name = "careamics"

    def __init__(self) -> None:
        """Import the library, which takes half a minute, before any training is timed."""
        importlib.import_module("careamics")
        self._trained: Any = None

    def version(self) -> str:
        """Versions of careamics and torch, and the length of the training."""
        return package_versions("careamics", "torch") + f" steps {EPOCHS * STEPS}"

    def fit(self, noisy: Sequence[torch.Tensor], noise: Noise) -> None:
        """Train a network with the default architecture, optimiser and augmentation."""
        from careamics import CAREamist
        from careamics.config.factories import create_advanced_n2v_config

        logging.getLogger("pytorch_lightning").setLevel(logging.ERROR)
        config = create_advanced_n2v_config(
            experiment_name=noise.name,
            data_type="array",
            axes="CYX",
            patch_size=PATCH,
            batch_size=BATCH,
            num_epochs=EPOCHS,
            num_steps=STEPS,
            n_channels=3,
            independent_channels=False,
            num_workers=0,
            trainer_params={"accelerator": "cpu", "precision": _precision()},
            seed=SEED,
        )
        folder = tempfile.mkdtemp()
        self._trained = CAREamist(config, work_dir=folder, enable_progress_bar=False)
        self._trained.train(train_data=[image.numpy() for image in noisy])

    def restore(self, noisy: torch.Tensor, noise: Noise) -> torch.Tensor:
        """Restored (3, H, W) picture, in tiles as the library suggests."""
        found, _ = self._trained.predict(
            noisy.numpy(), axes="CYX", tile_size=(256, 256), batch_size=1, num_workers=0
        )
        return torch.from_numpy(np.asarray(found[0], np.float32).reshape(noisy.shape))


def _precision() -> str:
    """Lightning's name of the number format that Hush uses on this CPU."""
    return "bf16-mixed" if has_native_bf16(torch.device("cpu")) else "32-true"
