"""Hush: the shipped network for photographs, and training on each picture alone.

Host code.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch

from app.offline.pictures.restore_part import load_image_restorer
from app.results.provenance import versions
from benchmarks.restoration_peers.peer import Peer
from benchmarks.restoration_peers.pictures import Noise
from denoiser.restoration.pretrained import PHOTO
from denoiser.restoration.pretrained import pretrained_path
from denoiser.restoration.single.restoration import SingleSettings
from denoiser.restoration.single.restoration import restore_alone

DIGEST_LENGTH = 8  # hexadecimal digits that identify a file of weights
SECONDS = 45.0  # training time of a picture alone; default of --seconds


class HushPeer(Peer):
    """The network of `hush restore`, on the whole picture at once."""

    name = "hush"

    def __init__(self, checkpoint: Path | None = None) -> None:
        """Load the weights of `checkpoint`; None: the shipped ones for photographs."""
        path = checkpoint or pretrained_path(PHOTO)
        self._restorer = load_image_restorer(path, PHOTO, torch.device("cpu"))
        assert path is not None  # else UsageError above
        self._digest = hashlib.sha256(path.read_bytes()).hexdigest()[:DIGEST_LENGTH]

    def version(self) -> str:
        """Commit, and the first digits of the SHA-256 of the weights."""
        return f"hush {hush_version()} weights {self._digest}"

    def restore(self, noisy: torch.Tensor, noise: Noise) -> torch.Tensor:
        """Restored (3, H, W) picture; the level of the noise is not used."""
        return self._restorer.restore_images(noisy[None])[0]


class HushSinglePeer(Peer):
    """`--offline --task single --init random --seconds 45`."""

    name = "hush-single"

    def version(self) -> str:
        """Commit."""
        return f"hush {hush_version()}"

    def restore(self, noisy: torch.Tensor, noise: Noise) -> torch.Tensor:
        """Restored (3, H, W) picture; the level of the noise is not used."""
        return restore_alone(noisy, None, SingleSettings(SECONDS)).image


def hush_version() -> str:
    """Short commit hash, or the version of torch outside a checkout."""
    found = versions()
    return found.get("commit", f"with torch {found['torch']}")
