"""Functions that restore the colours of an image part by part: with a network, in tiles.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from app.base.errors import UsageError
from denoiser.restoration.checkpoint import load_restorer
from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.image_files import to_channels
from denoiser.restoration.image_files import white_value
from denoiser.restoration.pretrained import pretrained_path
from denoiser.restoration.restorer import Restorer
from denoiser.restoration.tasks import TASKS
from denoiser.restoration.tiles import Restore
from denoiser.restoration.tiles import restore_in_tiles

Tell = Callable[[float], None]
"""Called with the fraction done, in (0, 1]."""
RestorePart = Callable[[np.ndarray, Tell], Iterator[tuple[int, np.ndarray]]]
"""Function from stored (H, W, C) colours, C 1 or 3, to (first row, (h, W, C) float32 rows,
nominally in [0, 1]), from the top."""


def network_part(restorer: Restorer) -> RestorePart:
    """Function that restores colours with a network, in tiles."""

    def restore(pixels: np.ndarray, tell: Tell) -> Iterator[tuple[int, np.ndarray]]:
        for top, rows in restore_in_tiles(pixels, _tile_restorer(restorer)):
            yield top, rows
            tell((top + len(rows)) / len(pixels))

    return restore


def load_image_restorer(path: Path | None, task: str, device: torch.device) -> Restorer:
    """Load a network that restores image files.

    Args:
        path: checkpoint or weights; None: the weights that are shipped for `task`.

    Raises:
        CheckpointError: the file is missing, broken or of another kind of training.
        UsageError: the network restores spectra of scans, or none is shipped for the task.
    """
    if path is None:
        path = pretrained_path(task)
        if path is None:
            raise UsageError(
                f"no weights are shipped for --task {task}: --checkpoint FILE is needed"
            )
    restorer = load_restorer(path, device)
    if TASKS[restorer.settings.task].is_scan:
        raise UsageError(f"{path}: restores spectra of scans, not image files")
    return restorer


def _tile_restorer(restorer: Restorer) -> Restore:
    """Function from stored (h, w, C) pixels, any C, to (h, w, C) float32, nominally in [0, 1]."""

    def restore(tile: np.ndarray) -> np.ndarray:
        channels = restorer.settings.channels
        white = np.float32(white_value(tile))
        count = tile.shape[2]
        if channels == 1:  # restore each channel separately
            planes = tile.transpose(2, 0, 1)[:, None]
        else:
            planes = to_channels(tile, channels).transpose(2, 0, 1)[None]
        noisy = torch.from_numpy(planes.astype(np.float32) / white + np.float32(BLACK))
        is_clipped = tile.dtype != np.float32
        restored = restorer.restore_images(noisy.to(restorer.device), is_clipped=is_clipped)
        output = restored.cpu().numpy() - BLACK
        if channels == 1:
            return output[:, 0].transpose(1, 2, 0)
        image = output[0].transpose(1, 2, 0)
        return image if count == channels else image.mean(axis=2, keepdims=True)

    return restore
