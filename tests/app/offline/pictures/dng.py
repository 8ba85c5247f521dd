"""Writes raw photographs in Adobe's DNG, as a camera with sRGB filters would.

Host code. The tags are those that the DNG specification requires of a mosaic.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tifffile

BLACK, WHITE = 512, 16000
NEUTRAL = {"R": 0.5, "G": 1.0, "B": 0.625}
"""Values of a white object behind each filter, relative to green."""
XYZ_TO_SRGB = (
    (3.2404542, -1.5371385, -0.4985314),
    (-0.9692660, 1.8760108, 0.0415560),
    (0.0556434, -0.2040259, 1.0572252),
)
D65 = 21  # code of the illuminant


def mosaic_of(linear: np.ndarray, filters: str) -> np.ndarray:
    """(H, W) values behind the filters of (H, W, 3) linear sRGB, black 0, white 1."""
    height, width = linear.shape[:2]
    mosaic = np.empty((height, width))
    for place, letter in enumerate(filters):
        rows, columns = slice(place // 2, None, 2), slice(place % 2, None, 2)
        mosaic[rows, columns] = linear[rows, columns, "RGB".index(letter)] * NEUTRAL[letter]
    return mosaic


def write_dng(path: Path, mosaic: np.ndarray, filters: str = "RGGB", margin: int = 0) -> None:
    """Write (H, W) values, black 0 and white 1, rounded to 14 bits.

    Args:
        margin: masked pixels at the top and on the left, which are not part of the photograph.
    """
    height, width = mosaic.shape
    mosaic = np.pad(mosaic, ((margin, 0), (margin, 0)))
    area = (margin, margin, margin + height, margin + width)
    stored = np.rint(BLACK + mosaic * (WHITE - BLACK)).clip(0, 2**14 - 1).astype(np.uint16)
    side = round(len(filters) ** 0.5)
    matrix = [
        round(1e6 * value * neutral)
        for row, neutral in zip(XYZ_TO_SRGB, NEUTRAL.values())
        for value in row
    ]
    tags = [
        (33421, 3, 2, (side, side), True),  # CFARepeatPatternDim
        (33422, 1, len(filters), bytes("RGB".index(each) for each in filters), True),  # CFAPattern
        (50706, 1, 4, bytes((1, 4, 0, 0)), True),  # DNGVersion
        (50708, 2, 0, "Test camera", True),  # UniqueCameraModel
        (50714, 3, 1, BLACK, True),  # BlackLevel
        (50717, 3, 1, WHITE, True),  # WhiteLevel
        (
            50721,
            10,
            9,
            [part for value in matrix for part in (value, 1000000)],
            True,
        ),  # ColorMatrix1
        (50728, 5, 3, [p for v in NEUTRAL.values() for p in (round(1000 * v), 1000)], True),
        (50829, 4, 4, area, True),  # ActiveArea
        (50778, 3, 1, D65, True),  # CalibrationIlluminant1
    ]
    tifffile.imwrite(path, stored, photometric="cfa", metadata=None, extratags=tags)
