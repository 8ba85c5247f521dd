"""Restoration of image files: same size, format, bit depth and metadata.

Host code. The network sees tiles, so its memory is bounded; the image itself is held whole.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from app.base.errors import UsageError
from app.offline.picture_file import read_pages
from app.offline.picture_file import write_pages
from app.offline.stack_files.formats import is_stack_alone
from denoiser.restoration.checkpoint import load_restorer
from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.dataset import Progress
from denoiser.restoration.image_files import image_paths
from denoiser.restoration.image_files import to_channels
from denoiser.restoration.image_files import white_value
from denoiser.restoration.pretrained import pretrained_path
from denoiser.restoration.restorer import Restorer
from denoiser.restoration.settings import STACK
from denoiser.restoration.tasks import TASKS
from denoiser.restoration.tiles import Restore
from denoiser.restoration.tiles import restore_in_tiles

Tell = Callable[[float], None]
"""Called with the fraction done, in (0, 1]."""
RestorePart = Callable[[np.ndarray, Tell], Iterator[tuple[int, np.ndarray]]]
"""Function from stored (H, W, C) colours, C 1 or 3, to (first row, (h, W, C) float32 rows,
nominally in [0, 1]), from the top."""


def denoise_files(
    restore: RestorePart, inputs: tuple[Path, ...], folder: Path, progress: Progress
) -> list[Path]:
    """Restore every image of `inputs`, files or folders, to `folder`; return the files written.

    Names and subfolders are kept, existing files replaced; the first failure ends the run.

    Raises:
        DataError: an input is missing, holds no images, or is unusable.
        UsageError: two inputs have the same target, an input would be overwritten (both before
            anything is written), or a file cannot be written.
    """
    jobs: list[tuple[Path, Path]] = []
    for item in inputs:
        for path in image_paths(item):
            name = path.relative_to(item) if item.is_dir() else Path(path.name)
            jobs.append((path, folder / name))
    targets = [target for _, target in jobs]
    for source, target in jobs:
        if is_stack_alone(source):
            raise UsageError(f"{source}: no image file; --task {STACK} restores volumes")
        if targets.count(target) > 1:
            raise UsageError(f"{source}: another input is also written to {target}")
        if target.resolve() == source.resolve():
            raise UsageError(f"{source}: would be overwritten, choose another --output")
    for number, (source, target) in enumerate(jobs):

        def tell(fraction: float, done: int = number, name: str = source.name) -> None:
            progress(f"restoring {name}", (done + fraction) / len(jobs))

        denoise_file(restore, source, target, tell)
    return targets


def denoise_file(
    restore: RestorePart, source: Path, target: Path, tell: Tell = lambda fraction: None
) -> None:
    """Restore one image file, every page of it. Alpha, EXIF orientation and colour profile stay.

    Args:
        target: its suffix sets the format; its folder is created.
        tell: called with the fraction done, in (0, 1].

    Raises:
        DataError: the source is unusable.
        UsageError: the target cannot be written.
    """
    pages = read_pages(source)
    restored = []
    for number, page in enumerate(pages):

        def tell_page(fraction: float, done: int = number) -> None:
            tell((done + fraction) / len(pages))

        pixels = restored_pixels(restore, page.pixels, tell_page, page.has_alpha)
        restored.append(replace(page, pixels=pixels))
    write_pages(source, target, restored)


def restored_pixels(
    restore: RestorePart,
    pixels: np.ndarray,
    tell: Tell = lambda done: None,
    has_alpha: bool | None = None,
) -> np.ndarray:
    """Restored copy of (H, W, C) pixels, of the same type; alpha is unchanged.

    Grey or RGB are restored as such, the channels of other images one by one.

    Args:
        pixels: uint8, uint16, or float32 with white at 1, which is not clipped.
        tell: called with the fraction done, in (0, 1].
        has_alpha: the last channel is opacity; None: if C is 2 or 4.
    """
    channels = pixels.shape[2]
    colors = channels - (channels in (2, 4) if has_alpha is None else has_alpha)
    parts = [slice(0, colors)] if colors in (1, 3) else [slice(c, c + 1) for c in range(colors)]
    restored = pixels.copy()
    for number, part in enumerate(parts):

        def tell_part(fraction: float, done: int = number) -> None:
            tell((done + fraction) / len(parts))

        for top, rows in restore(pixels[..., part], tell_part):
            restored[top : top + len(rows), :, part] = _to_stored_type(rows, pixels)
    return restored


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


def _to_stored_type(rows: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Convert [0, 1] to the number format of `like`; floats are neither clipped nor rounded."""
    if like.dtype == np.float32:
        return rows
    white = white_value(like)
    return np.rint(rows.clip(0.0, 1.0) * white).astype(like.dtype)
