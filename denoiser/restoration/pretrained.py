"""Restoration weights that are shipped with the program.

Host code. They were trained on noisy targets only, by `hush --offline --task TASK`, and are stored
in half precision; `benchmarks/pretraining/export_restoration.py` writes them.
"""

from __future__ import annotations

from pathlib import Path

import torch

from denoiser.restoration.checkpoint import load_restorer
from denoiser.restoration.restorer import Restorer

FOLDER = Path(__file__).resolve().parents[1] / "weights"
PHOTO = "photo"
"""Task of the network for photographs, which also serves those that it names below."""
NETWORK_OF = {"gaussian": PHOTO, "poisson": PHOTO, "pairs": PHOTO}
"""Task -> task of the network that is shipped for it, where that is another one."""


def pretrained_path(task: str) -> Path | None:
    """File of the weights that are shipped for a task; None if there are none."""
    path = FOLDER / f"restore-{NETWORK_OF.get(task, task)}.safetensors"
    return path if path.exists() else None


def load_pretrained(task: str, device: torch.device | str) -> Restorer | None:
    """Load the network that is shipped for a task; None if there is none."""
    path = pretrained_path(task)
    return None if path is None else load_restorer(path, device)
