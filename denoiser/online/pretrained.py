"""Weights that come with the program, for networks to start from instead of random ones.

Host code. They were learned by `benchmarks/pretraining/train.py` from noisy frames of rooms made at
random, and are kept in half precision.
"""

from __future__ import annotations

import functools
from pathlib import Path

from safetensors.torch import load_file
from torch import nn

from denoiser.settings import NetworkName

FOLDER = Path(__file__).resolve().parents[1] / "weights"


@functools.cache  # the panel asks with every picture it draws
def has_pretrained(name: NetworkName) -> bool:
    """Whether there are weights for this network; the paper's always starts from random ones."""
    return _path(name).exists()


def load_pretrained(network: nn.Module, name: NetworkName) -> None:
    """Give `network` the weights to start from."""
    network.load_state_dict(load_file(_path(name)))


def _path(name: NetworkName) -> Path:
    return FOLDER / f"{name.value}.safetensors"
