"""Restoration of image files: same size, format, bit depth and metadata; raw ones become TIFF.

Host code. The network sees tiles, so its memory is bounded; the image itself is held whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.base.errors import UsageError
from app.offline.pictures.picture_file import read_pages
from app.offline.pictures.picture_file import write_pages
from app.offline.pictures.raw_photograph import RAW_SUFFIXES
from app.offline.pictures.raw_photograph import TARGET_SUFFIX
from app.offline.pictures.raw_photograph import is_raw
from app.offline.pictures.raw_photograph import restored_raw
from app.offline.pictures.raw_photograph import write_linear
from app.offline.pictures.restore_part import RestorePart
from app.offline.pictures.restore_part import Tell
from app.offline.stack_files.formats import is_stack_alone
from denoiser.restoration.dataset import Progress
from denoiser.restoration.image_files import SUFFIXES
from denoiser.restoration.image_files import image_paths
from denoiser.restoration.image_files import white_value
from denoiser.restoration.settings import STACK


def picture_jobs(inputs: tuple[Path, ...], folder: Path) -> list[tuple[Path, Path]]:
    """(source, target) of every image of `inputs`, files or folders, that is restored to `folder`.

    Names and subfolders are kept. A raw photograph becomes a TIFF.

    Raises:
        DataError: an input is missing, or holds no images.
        UsageError: an input is a stack, two have the same target, or one would be overwritten.
    """
    jobs: list[tuple[Path, Path]] = []
    for item in inputs:
        for path in picture_paths(item):
            name = path.relative_to(item) if item.is_dir() else Path(path.name)
            name = name.with_suffix(TARGET_SUFFIX) if is_raw(path) else name
            jobs.append((path, folder / name))
    targets = [target for _, target in jobs]
    for source, target in jobs:
        if is_stack_alone(source):
            raise UsageError(f"{source}: no image file; --task {STACK} restores volumes")
        if targets.count(target) > 1:
            raise UsageError(f"{source}: another input is also written to {target}")
        if target.resolve() == source.resolve():
            raise UsageError(f"{source}: would be overwritten, choose another --output")
    return jobs


def denoise_files(
    restore: RestorePart, jobs: Sequence[tuple[Path, Path]], progress: Progress
) -> None:
    """Restore image files, (source, target) each; the first failure ends the run.

    Raises:
        DataError: a source is unusable.
        UsageError: a file cannot be written.
    """
    for number, (source, target) in enumerate(jobs):

        def tell(fraction: float, done: int = number, name: str = source.name) -> None:
            progress(f"restoring {name}", (done + fraction) / len(jobs))

        denoise_file(restore, source, target, tell)


def picture_paths(item: Path) -> list[Path]:
    """Image files and raw photographs of a folder, or the file itself. DataError for none."""
    return image_paths(item, SUFFIXES + RAW_SUFFIXES)


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
    if is_raw(source):
        write_linear(target, restored_raw(restore, source, tell))
        return
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


def _to_stored_type(rows: np.ndarray, like: np.ndarray) -> np.ndarray:
    """Convert [0, 1] to the number format of `like`; floats are neither clipped nor rounded."""
    if like.dtype == np.float32:
        return rows
    white = white_value(like)
    return np.rint(rows.clip(0.0, 1.0) * white).astype(like.dtype)
