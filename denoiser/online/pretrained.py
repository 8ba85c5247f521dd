"""Pretrained initial weights that are shipped with the program.

Host code. They were trained by `benchmarks/pretraining/train.py` on noisy frames of randomly
generated rooms, and are stored in half precision.
"""

from __future__ import annotations

import functools
from pathlib import Path

from safetensors.torch import load_file
from torch import nn

from denoiser.settings import NetworkName

FOLDER = Path(__file__).resolve().parents[1] / "weights"


@functools.cache  # the panel calls this for every frame it draws
def has_pretrained(name: NetworkName) -> bool:
    """True if there are pretrained weights for this network; the paper's U-Net has none."""
    return _path(name).exists()


def load_pretrained(network: nn.Module, name: NetworkName) -> None:
    """Load the pretrained weights `name` into `network`."""
    network.load_state_dict(load_file(_path(name)))


def _path(name: NetworkName) -> Path:
    return FOLDER / f"{name.value}.safetensors"
