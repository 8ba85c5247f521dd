"""Header of Radiance pictures (.hdr): orientation, exposure and colours.

Host code. Source: the Radiance file formats, section "Picture File Format"
(radsite.lbl.gov/radiance/refer/filefmts.pdf). OpenImageIO decodes the pixels; its attribute
Orientation swaps two of the eight orientations, so the resolution string is read here.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np

from scenes.images.chromaticities import Chromaticities
from scenes.images.chromaticities import are_rec_709

RESOLUTION = re.compile(rb"([+-])([XY]) +\d+ +([+-])([XY]) +\d+\s*$")
MAX_LINES = 10_000
PRIMARIES: Chromaticities = (0.640, 0.330, 0.290, 0.600, 0.150, 0.060, 0.333, 0.333)
"""x, y of Radiance's own red, green, blue and white, where a file gives none."""


@dataclass(frozen=True)
class RadianceHeader:
    """Parts of the header that the pixels do not contain."""

    is_column_first: bool = False
    """True: a scanline is a column."""
    is_x_decreasing: bool = False
    """True: from right to left."""
    is_y_increasing: bool = False
    """True: from the bottom up."""
    exposure: float = 1.0
    """Product of all EXPOSURE lines: the stored value over the radiance."""
    color_correction: tuple[float, ...] = (1.0, 1.0, 1.0)
    """Product of all COLORCORR lines, per channel like `exposure`."""
    primaries: Chromaticities = PRIMARIES
    """x, y of red, green, blue and white."""

    @property
    def notes(self) -> list[str]:
        """What the header changes, and what of it is ignored."""
        notes = []
        if self.exposure != 1.0:
            notes.append(f"EXPOSURE={self.exposure:g}: stored values were divided by it")
        if self.color_correction != (1.0, 1.0, 1.0):
            factors = " ".join(f"{factor:g}" for factor in self.color_correction)
            notes.append(f"COLORCORR={factors}: stored values were divided by it")
        if self.primaries != PRIMARIES and not are_rec_709(self.primaries):
            notes.append("PRIMARIES is ignored: colours are read as Rec. 709")
        return notes

    def radiance(self, texels: np.ndarray) -> np.ndarray:
        """Stored `texels` without exposure and colour correction."""
        divisor = np.array(self.color_correction, np.float32) * np.float32(self.exposure)
        return texels if (divisor == 1.0).all() else texels / divisor

    def upright(self, texels: np.ndarray) -> np.ndarray:
        """Rows from the top and columns from the left, of (scanlines, samples, C) `texels`."""
        if self.is_column_first:
            texels = texels.swapaxes(0, 1)
        if self.is_x_decreasing:
            texels = texels[:, ::-1]
        if self.is_y_increasing:
            texels = texels[::-1]
        return np.ascontiguousarray(texels)


def read_radiance_header(path: Path) -> RadianceHeader:
    """Header of a file that OpenImageIO can read; the usual orientation if none is found."""
    exposure = 1.0
    correction = np.ones(3)
    primaries = PRIMARIES
    with path.open("rb") as file:
        for _ in range(MAX_LINES):
            line = file.readline(1000)
            if line.startswith(b"EXPOSURE="):
                exposure *= _numbers(line, (1.0,))[0]
            if line.startswith(b"COLORCORR="):
                correction *= _numbers(line, (1.0, 1.0, 1.0))
            if line.startswith(b"PRIMARIES="):
                primaries = _numbers(line, PRIMARIES, lowest=-1.0)
            match = RESOLUTION.match(line)
            if match or not line:
                break
    colors = RadianceHeader(
        exposure=exposure, color_correction=tuple(correction.tolist()), primaries=primaries
    )
    if match is None:
        return colors
    signs = {match[2]: match[1], match[4]: match[3]}
    return replace(
        colors,
        is_column_first=match[2] == b"X",
        is_x_decreasing=signs.get(b"X") == b"-",
        is_y_increasing=signs.get(b"Y") == b"+",
    )


def is_xyze(path: Path) -> bool:
    """Whether a file is a Radiance picture in XYZ colours, which OpenImageIO does not read."""
    with path.open("rb") as file:
        return b"\nFORMAT=32-bit_rle_xyze" in file.read(MAX_LINES)


def _numbers(line: bytes, default: tuple[float, ...], lowest: float = 0.0) -> tuple[float, ...]:
    """Finite numbers above `lowest` of a header line; `default` unless it holds as many."""
    try:
        values = tuple(float(word) for word in line.partition(b"=")[2].split())
    except ValueError:
        return default
    is_valid = len(values) == len(default) and all(lowest < value < math.inf for value in values)
    return values if is_valid else default
