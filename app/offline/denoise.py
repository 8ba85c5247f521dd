"""Restoration of image files: same size, format, bit depth and metadata.

Host code. The network sees tiles, so its memory is bounded; the image itself is held whole. Of a
WebP file's metadata EXIF, colour profile and XMP are kept; of several images in a file, the first.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import torch
from PIL import Image

from app.base.errors import UsageError
from app.base.files import partial_file
from app.base.image_files import write_image_file
from denoiser.errors import DataError
from denoiser.errors import one_line
from denoiser.restoration.checkpoint import load_restorer
from denoiser.restoration.corruptions.base import BLACK
from denoiser.restoration.dataset import Progress
from denoiser.restoration.image_files import check_channel_count
from denoiser.restoration.image_files import check_size
from denoiser.restoration.image_files import image_paths
from denoiser.restoration.image_files import to_channels
from denoiser.restoration.image_files import unassociated_alpha_config
from denoiser.restoration.image_files import white_value
from denoiser.restoration.pretrained import pretrained_path
from denoiser.restoration.restorer import Restorer
from denoiser.restoration.tasks import TASKS
from denoiser.restoration.tiles import Restore
from denoiser.restoration.tiles import restore_in_tiles

LOSSY_QUALITY = 97  # JPEG and WebP quality; high, to avoid new block artefacts
WEBP_INFO = ("exif", "icc_profile", "xmp")
INTEGER_TYPES = {
    oiio.UINT8: oiio.UINT8,
    oiio.UINT16: oiio.UINT16,
}  # other types are read as float32


def denoise_files(
    restorer: Restorer, inputs: tuple[Path, ...], folder: Path, progress: Progress
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
        if targets.count(target) > 1:
            raise UsageError(f"{source}: another input is also written to {target}")
        if target.resolve() == source.resolve():
            raise UsageError(f"{source}: would be overwritten, choose another --output")
    for number, (source, target) in enumerate(jobs):

        def tell(fraction: float, done: int = number, name: str = source.name) -> None:
            progress(f"restoring {name}", (done + fraction) / len(jobs))

        denoise_file(restorer, source, target, tell)
    return targets


def denoise_file(
    restorer: Restorer,
    source: Path,
    target: Path,
    tell: Callable[[float], None] = lambda fraction: None,
) -> None:
    """Restore one image file. Alpha, EXIF orientation and colour profile are unchanged.

    Args:
        target: its suffix sets the format; its folder is created.
        tell: called with the fraction done, in (0, 1].

    Raises:
        DataError: the source is unusable.
        UsageError: the target cannot be written.
    """
    pixels, spec = read_pixels(source)
    _write_with_metadata(source, target, restored_pixels(restorer, pixels, tell), spec)


def read_pixels(source: Path) -> tuple[np.ndarray, oiio.ImageSpec]:
    """Read (H, W, C) pixels, as stored, and the header; EXIF orientation is not applied.

    uint8 and uint16 stay, any other type becomes float32.

    Raises:
        DataError: unreadable, C > 4, or values not finite.
    """
    try:
        return _read_pixels(source)
    except UnicodeDecodeError as error:  # OpenImageIO returns names and reasons undecoded
        raise DataError(f"{source}: damaged image (a text in its header is not UTF-8)") from error


def _read_pixels(source: Path) -> tuple[np.ndarray, oiio.ImageSpec]:
    image = oiio.ImageInput.open(str(source), unassociated_alpha_config())
    if image is None:
        raise DataError(f"{source}: {one_line(oiio.geterror())}")
    spec = image.spec()
    check_channel_count(source, spec.nchannels)
    check_size(source, spec)
    kind = INTEGER_TYPES.get(spec.format.basetype, oiio.FLOAT)
    pixels = image.read_image(kind)
    image.close()
    if pixels is None:
        raise DataError(f"{source}: {one_line(image.geterror())}")
    pixels = np.asarray(pixels).reshape(spec.height, spec.width, spec.nchannels)
    if pixels.dtype == np.float32 and not np.isfinite(pixels).all():
        raise DataError(f"{source}: {np.count_nonzero(~np.isfinite(pixels))} values not finite")
    return pixels, spec


def restored_pixels(
    restorer: Restorer,
    pixels: np.ndarray,
    tell: Callable[[float], None] = lambda done: None,
) -> np.ndarray:
    """Restored copy of (H, W, C) pixels, of the same type; alpha is unchanged.

    Args:
        pixels: uint8, uint16, or float32 with white at 1, which is not clipped; grey or RGB, with
            alpha as the last channel where C is 2 or 4.
        tell: called with the fraction done, in (0, 1].
    """
    height, _, channels = pixels.shape
    colors = channels - (channels in (2, 4))
    restored = pixels.copy()
    for top, rows in restore_in_tiles(pixels[..., :colors], _tile_restorer(restorer)):
        restored[top : top + len(rows), :, :colors] = _to_stored_type(rows, pixels)
        tell((top + len(rows)) / height)
    return restored


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


def _write_with_metadata(
    source: Path, target: Path, pixels: np.ndarray, spec: oiio.ImageSpec
) -> None:
    """Write pixels with the format and metadata of the original's header. Raises UsageError."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{target.parent}: cannot be written: {one_line(error)}") from error
    if target.suffix.lower() == ".webp":
        _write_webp(source, target, pixels)
        return
    if target.suffix.lower() in (".jpg", ".jpeg"):
        spec.attribute("compression", f"jpeg:{LOSSY_QUALITY}")
    write_image_file(target, pixels, spec)


def _write_webp(source: Path, target: Path, pixels: np.ndarray) -> None:
    """Write WebP with Pillow, because OpenImageIO keeps none of its metadata."""
    with Image.open(source) as original:
        kept = {name: original.info[name] for name in WEBP_INFO if name in original.info}
    with partial_file(target) as partial:
        Image.fromarray(pixels.squeeze()).save(partial, quality=LOSSY_QUALITY, **kept)
