"""Image files page by page, as stored, with their headers: same format, bit depth and metadata.

Host code. Of a WebP file's metadata EXIF, colour profile and XMP are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
from PIL import Image

from app.base.errors import UsageError
from app.base.files import partial_file
from app.base.image_files import write_image_pages
from denoiser.errors import DataError
from denoiser.errors import one_line
from denoiser.restoration.image_files import check_channel_count
from denoiser.restoration.image_files import check_size
from denoiser.restoration.image_files import unassociated_alpha_config

LOSSY_QUALITY = 97  # JPEG and WebP quality; high, to avoid new block artefacts
WEBP_INFO = ("exif", "icc_profile", "xmp")
PAGED_FORMATS = ("tiff",)
"""Formats whose pages are written one after the other, by OpenImageIO's names."""
INTEGER_TYPES = {
    oiio.UINT8: oiio.UINT8,
    oiio.UINT16: oiio.UINT16,
}  # other types are read as float32


@dataclass(frozen=True, eq=False)
class Page:
    """One image of a file."""

    pixels: np.ndarray
    """(H, W, C) as stored: uint8, uint16, any other type as float32; not turned upright."""
    spec: oiio.ImageSpec
    """Header."""

    @property
    def has_alpha(self) -> bool:
        """Whether the last channel is opacity, as the file says."""
        return self.spec.nchannels > 1 and self.spec.alpha_channel == self.spec.nchannels - 1


def read_pages(source: Path) -> list[Page]:
    """Read all images of a file.

    Raises:
        DataError: unreadable, C > 4, values not finite, or several images in a format other than
            TIFF.
    """
    try:
        return _read_pages(source)
    except UnicodeDecodeError as error:  # OpenImageIO returns names and reasons undecoded
        raise DataError(f"{source}: damaged image (a text in its header is not UTF-8)") from error


def only_page(source: Path) -> Page:
    """Read the image of a file that has no others; DataError as `read_pages`."""
    pages = read_pages(source)
    if len(pages) > 1:
        raise DataError(f"{source}: {len(pages)} pages, expected one")
    return pages[0]


def _read_pages(source: Path) -> list[Page]:
    image = oiio.ImageInput.open(str(source), unassociated_alpha_config())
    if image is None:
        raise DataError(f"{source}: {one_line(oiio.geterror())}")
    pages: list[Page] = []
    while image.seek_subimage(len(pages), 0):
        if pages and image.format_name() not in PAGED_FORMATS:
            raise DataError(f"{source}: several images in one file are read from TIFF only")
        pages.append(_read_page(source, image))
    image.close()
    return pages


def _read_page(source: Path, image: oiio.ImageInput) -> Page:
    spec = image.spec()
    check_channel_count(source, spec.nchannels)
    check_size(source, spec)
    kind = INTEGER_TYPES.get(spec.format.basetype, oiio.FLOAT)
    pixels = image.read_image(kind)
    if pixels is None:
        raise DataError(f"{source}: {one_line(image.geterror())}")
    pixels = np.asarray(pixels).reshape(spec.height, spec.width, spec.nchannels)
    if pixels.dtype == np.float32 and not np.isfinite(pixels).all():
        raise DataError(f"{source}: {np.count_nonzero(~np.isfinite(pixels))} values not finite")
    return Page(pixels, spec)


def write_pages(source: Path, target: Path, pages: list[Page]) -> None:
    """Write pages in the format of `target` with the metadata of `source`. Raises UsageError."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{target.parent}: cannot be written: {one_line(error)}") from error
    if target.suffix.lower() == ".webp":
        _write_webp(source, target, pages[0].pixels)
        return
    if target.suffix.lower() in (".jpg", ".jpeg"):
        pages[0].spec.attribute("compression", f"jpeg:{LOSSY_QUALITY}")
    write_image_pages(target, [(page.pixels, page.spec) for page in pages])


def _write_webp(source: Path, target: Path, pixels: np.ndarray) -> None:
    """Write WebP with Pillow, because OpenImageIO keeps none of its metadata."""
    with Image.open(source) as original:
        kept = {name: original.info[name] for name in WEBP_INFO if name in original.info}
    with partial_file(target) as partial:
        Image.fromarray(pixels.squeeze()).save(partial, quality=LOSSY_QUALITY, **kept)
