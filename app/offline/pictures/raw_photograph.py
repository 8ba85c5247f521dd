"""Raw photographs of cameras: restored before the colours are interpolated, written as linear TIFF.

Host code. In a raw file each pixel has one colour, and the noise of neighbouring pixels is
independent, as the networks expect; interpolation ("demosaicing") would make it correlated. So the
pixels of each colour are restored as images of half the size, and LibRaw interpolates the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio

from app.base.errors import UsageError
from app.base.image_files import write_image_file
from app.offline.pictures.restore_part import RestorePart
from app.offline.pictures.restore_part import Tell
from denoiser.errors import DataError
from denoiser.errors import one_line

RAW_SUFFIXES = (
    *(".dng", ".nef", ".nrw", ".cr2", ".cr3", ".arw", ".srf", ".sr2", ".rw2", ".orf", ".pef"),
    *(".srw", ".raf", ".raw", ".rwl", ".3fr", ".fff", ".iiq", ".erf", ".kdc", ".dcr", ".mef"),
    *(".mos", ".mrw", ".x3f", ".crw", ".gpr"),
)
TARGET_SUFFIX = ".tif"
LINEAR_SUFFIXES = (TARGET_SUFFIX, ".tiff", ".exr")
"""Formats of linear light."""
EXTRA = "raw"
"""Extra of the package that installs LibRaw."""
COLORS = "RGB"
BLOCK = 2  # side of the pattern of colour filters, pixels
STORED_BLACK, STORED_WHITE = 4096, 61439
"""Values of black and white that LibRaw gets: all 16 bits, with room for noise around both."""


@dataclass(frozen=True, eq=False)
class Mosaic:
    """Pixels of a sensor behind red, green and blue filters that repeat in blocks of 2 x 2."""

    values: np.ndarray
    """(H, W) float32, black 0, white 1, of any sign; H and W even."""
    filters: tuple[str, ...]
    """Letters of the four filters: upper left, upper right, lower left, lower right."""
    gains: dict[str, float]
    """White balance: factor of each letter, at least 1."""

    def restored(self, restore: RestorePart, tell: Tell) -> np.ndarray:
        """(H, W) float32 restored values.

        With each green filter of a block, red and blue make an image of half the size; what both
        images give for red and blue is averaged.
        """
        greens = [place for place, letter in enumerate(self.filters) if letter == "G"]
        red, blue = (self.filters.index(letter) for letter in "RB")
        sums = np.zeros_like(self.values)
        for number, green in enumerate(greens):

            def tell_image(fraction: float, done: int = number) -> None:
                tell((done + fraction) / len(greens))

            places = (red, green, blue)
            image = np.stack([self._plane(self.values, p) * self._gain(p) for p in places], axis=-1)
            for top, rows in restore(image, tell_image):
                for channel, place in enumerate(places):
                    share = 1.0 if place == green else 1.0 / len(greens)
                    plane = self._plane(sums, place)[top : top + len(rows)]
                    plane += rows[..., channel] * (share / self._gain(place))
        return sums

    def _gain(self, place: int) -> np.float32:
        return np.float32(self.gains[self.filters[place]])

    @staticmethod
    def _plane(values: np.ndarray, place: int) -> np.ndarray:
        """(H / 2, W / 2) view of the pixels behind one filter of each block."""
        row, column = divmod(place, BLOCK)
        plane: np.ndarray = values[row::BLOCK, column::BLOCK]
        return plane


def is_raw(path: Path) -> bool:
    """True for a raw photograph, by the suffix of its name."""
    return path.suffix.lower() in RAW_SUFFIXES


def restored_raw(
    restore: RestorePart, source: Path, tell: Tell = lambda fraction: None
) -> np.ndarray:
    """(H, W, 3) float32 restored photograph: linear light, sRGB primaries, white at 1.

    White balance as the camera chose it; turned upright.

    Raises:
        DataError: damaged, or not of a sensor with red, green and blue filters in blocks of 2 x 2.
        UsageError: rawpy is not installed.
    """
    with _opened(source) as raw:
        return _interpolated(raw, _mosaic(source, raw).restored(restore, tell))


def linear_pixels(source: Path) -> np.ndarray:
    """(H, W, 3) float32 photograph as `restored_raw` returns it, but not restored."""
    with _opened(source) as raw:
        return _interpolated(raw, _mosaic(source, raw).values)


def write_linear(target: Path, pixels: np.ndarray) -> None:
    """Write (H, W, 3) float32 linear light. UsageError for formats other than TIFF and EXR."""
    if target.suffix.lower() not in LINEAR_SUFFIXES:
        raise UsageError(f"{target}: linear light is written to {', '.join(LINEAR_SUFFIXES)}")
    spec = oiio.ImageSpec(pixels.shape[1], pixels.shape[0], pixels.shape[2], "float")
    spec.attribute("compression", "zip")
    spec.attribute("oiio:ColorSpace", "lin_rec709")
    write_image_file(target, pixels, spec)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """LibRaw's object of a file; its errors become DataErrors."""
    try:
        import rawpy
    except ModuleNotFoundError as error:
        raise UsageError(f"{path}: raw photographs need rawpy: install hush[{EXTRA}]") from error
    try:
        with rawpy.imread(str(path)) as raw:
            yield raw
    except rawpy.LibRawError as error:
        reason = error.args[0] if error.args else error
        text = reason.decode() if isinstance(reason, bytes) else str(reason)
        raise DataError(f"{path}: {one_line(text)}") from error


def _mosaic(path: Path, raw: Any) -> Mosaic:
    """The visible pixels, with an odd row or column repeated."""
    pattern = raw.raw_pattern
    letters = raw.color_desc.decode()
    # Numbered from the first visible pixel, whatever margins the sensor has.
    block = [] if pattern is None else raw.raw_colors_visible[: len(pattern), : len(pattern)]
    filters = [letters[number] for number in np.ravel(block)]
    if len(filters) != BLOCK**2 or sorted(filters) != sorted("RGGB"):
        found = "no filters" if pattern is None else f"the filters {''.join(filters)}"
        raise DataError(f"{path}: {found}; sensors with red, green and blue in 2 x 2 are supported")
    stored, numbers = raw.raw_image_visible, raw.raw_colors_visible
    black = np.array(raw.black_level_per_channel, np.float32)[numbers]
    values = (stored - black) / (np.float32(raw.white_level) - black)
    odd = [(0, side % BLOCK) for side in values.shape]
    chosen = {letter: raw.camera_whitebalance[letters.index(letter)] for letter in COLORS}
    if min(chosen.values()) <= 0.0:  # the camera chose none
        chosen = {letter: raw.daylight_whitebalance[letters.index(letter)] for letter in COLORS}
    least = min(chosen.values())
    gains = {letter: value / least if least > 0.0 else 1.0 for letter, value in chosen.items()}
    return Mosaic(np.pad(values, odd, mode="reflect"), tuple(filters), gains)


def _interpolated(raw: Any, values: np.ndarray) -> np.ndarray:
    """(H, W, 3) float32 linear light of a mosaic with these values, interpolated by LibRaw."""
    import rawpy

    stored = raw.raw_image_visible
    scaled = np.rint(STORED_BLACK + values * (STORED_WHITE - STORED_BLACK))
    height, width = stored.shape
    stored[...] = scaled[:height, :width].clip(0, np.iinfo(np.uint16).max)
    pixels = raw.postprocess(
        use_camera_wb=True,
        user_black=STORED_BLACK,
        user_cblack=[0, 0, 0, 0],
        user_sat=STORED_WHITE - STORED_BLACK,  # LibRaw counts it from black
        adjust_maximum_thr=0.0,
        no_auto_bright=True,
        gamma=(1, 1),
        output_bps=16,
        output_color=rawpy.ColorSpace.sRGB,
    )
    linear: np.ndarray = pixels.astype(np.float32) / np.float32(65535.0)
    return linear
