"""Image files as arrays: JPEG, PNG, TIFF, WebP and more, 8 or 16 bit or float.

Host code. Files are read by OpenImageIO.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import OpenImageIO as oiio

from denoiser.errors import DataError
from denoiser.errors import one_line

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".bmp", ".ppm", ".pgm", ".exr")
LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # weights of encoded RGB in grey (ITU-R BT.601)
MOST_CHANNELS = 4
MAX_PIXELS = 2**28  # 16,384 x 16,384
RANGES = {np.dtype(np.uint8): 255.0, np.dtype(np.uint16): 65535.0}  # stored value of white


def image_paths(folder: Path, suffixes: tuple[str, ...] = SUFFIXES) -> list[Path]:
    """Paths of all images in a folder and its subfolders, sorted; `folder` itself if it is a file.

    Args:
        suffixes: of the names of images, in lower case.

    Raises:
        DataError: there is none.
    """
    if os.path.isfile(folder):
        return [folder]
    if not os.path.isdir(folder):
        raise DataError(f"{folder}: no such folder")
    found = sorted(path for path in _files_below(folder) if path.suffix.lower() in suffixes)
    if not found:
        raise DataError(f"{folder}: no image files in it ({', '.join(SUFFIXES)})")
    return found


def read_pixels(path: Path) -> np.ndarray:
    """The image of a file that has no others, as `read_pages`; DataError if it has several."""
    pages = read_pages(path)
    if len(pages) > 1:
        raise DataError(f"{path}: {len(pages)} pages, expected one")
    return pages[0]


def read_pages(path: Path) -> list[np.ndarray]:
    """All images of a file, (H, W, C) uint8, uint16 or float32 as stored, turned upright by the
    EXIF orientation; grey or RGB, with alpha where C is 2 or 4. DataError if it cannot be used.
    """
    try:
        return [_read_page(path, page) for page in range(_page_count(path))]
    except UnicodeDecodeError as error:  # OpenImageIO returns names and reasons undecoded
        raise DataError(f"{path}: damaged image (a text in its header is not UTF-8)") from error


def _page_count(path: Path) -> int:
    """Number of images in a file."""
    image = oiio.ImageInput.open(str(path))
    if image is None:
        raise DataError(f"{path}: {one_line(oiio.geterror())}")
    count = 1
    while image.seek_subimage(count, 0):
        count += 1
    image.geterror()  # that there is no further one is no error
    image.close()
    return count


def _read_page(path: Path, page: int) -> np.ndarray:
    """Pixels of one image of a file."""
    image = oiio.ImageBuf(str(path), page, 0, unassociated_alpha_config())
    check_size(path, image.spec())
    if image.has_error or not image.read(page, 0, convert=""):
        raise DataError(f"{path}: {one_line(image.geterror())}")
    if image.orientation != 1:
        image = oiio.ImageBufAlgo.reorient(image)
    kind = image.spec().format.basetype
    stored = {oiio.UINT8: oiio.UINT8, oiio.UINT16: oiio.UINT16}.get(kind, oiio.FLOAT)
    pixels = image.get_pixels(stored)
    if pixels is None or image.has_error or pixels.size == 0:
        raise DataError(f"{path}: {one_line(image.geterror())}")
    check_channel_count(path, pixels.shape[-1])
    has_alpha = image.spec().alpha_channel == pixels.shape[-1] - 1
    if pixels.shape[-1] in (2, 4) and not has_alpha:
        raise DataError(f"{path}: {pixels.shape[-1]} channels, none of them alpha")
    if pixels.dtype == np.float32 and not np.isfinite(pixels).all():
        raise DataError(f"{path}: {np.count_nonzero(~np.isfinite(pixels))} values not finite")
    return pixels


def check_size(path: Path, spec: oiio.ImageSpec) -> None:
    """Raise DataError for more pixels than fit into memory; a damaged header may state any."""
    if spec.width * spec.height > MAX_PIXELS:
        raise DataError(f"{path}: {spec.width} x {spec.height} pixels are too many")


def check_channel_count(path: Path, count: int) -> None:
    """Raise DataError for more channels than RGB and alpha, such as the layers of a renderer."""
    if count > MOST_CHANNELS:
        raise DataError(f"{path}: {count} channels, expected at most RGB and alpha")


def unassociated_alpha_config() -> oiio.ImageSpec:
    """Configuration of an image reader that does not multiply colours by alpha."""
    config = oiio.ImageSpec()
    config.attribute("oiio:UnassociatedAlpha", 1)
    return config


def to_channels(pixels: np.ndarray, channels: int) -> np.ndarray:
    """Convert (H, W, C) to (H, W, channels) of the same type: grey or RGB; alpha is dropped."""
    color = pixels[..., :-1] if pixels.shape[-1] in (2, 4) else pixels
    if color.shape[-1] == channels:
        return color
    if channels == 1:
        grey = color[..., :3].astype(np.float32) @ LUMA
        rounded = grey if pixels.dtype == np.float32 else np.rint(grey)
        return rounded.astype(pixels.dtype)[..., None]
    return np.repeat(color[..., :1], channels, axis=-1)


def white_value(pixels: np.ndarray) -> float:
    """Stored value of white: 255 for uint8, 65535 for uint16, else 1."""
    return RANGES.get(pixels.dtype, 1.0)


def _files_below(folder: Path) -> Iterator[Path]:
    """Files in a folder and its subfolders, without hidden ones."""
    for path in folder.rglob("*"):
        if os.path.isfile(path) and not any(
            part.startswith(".") for part in path.relative_to(folder).parts
        ):
            yield path
