"""Header of Radiance pictures (.hdr): orientation and exposure.

Host code. Source: the Radiance file formats, section "Picture File Format"
(radsite.lbl.gov/radiance/refer/filefmts.pdf). OpenImageIO decodes the pixels; its attribute
Orientation swaps two of the eight orientations, so the resolution string is read here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

RESOLUTION = re.compile(rb"([+-])([XY]) +\d+ +([+-])([XY]) +\d+\s*$")
MAX_LINES = 10_000


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
    with path.open("rb") as file:
        for _ in range(MAX_LINES):
            line = file.readline(1000)
            if line.startswith(b"EXPOSURE="):
                exposure *= _number(line[len(b"EXPOSURE=") :])
            match = RESOLUTION.match(line)
            if match or not line:
                break
    if match is None:
        return RadianceHeader(exposure=exposure)
    signs = {match[2]: match[1], match[4]: match[3]}
    return RadianceHeader(
        is_column_first=match[2] == b"X",
        is_x_decreasing=signs.get(b"X") == b"-",
        is_y_increasing=signs.get(b"Y") == b"+",
        exposure=exposure,
    )


def _number(text: bytes) -> float:
    """Positive finite number of a header line; 1 where it holds none."""
    try:
        value = float(text)
    except ValueError:
        return 1.0
    return value if 0.0 < value < float("inf") else 1.0
