"""Primaries and white of an image's colours, by their CIE x, y.

Host code. Source: OpenEXR, "Technical Introduction", attribute chromaticities.
"""

from __future__ import annotations

import numpy as np

Chromaticities = tuple[float, ...]
"""x, y of red, green, blue and white."""
REC_709: Chromaticities = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
TOLERANCE = 2e-3


def are_rec_709(chromaticities: Chromaticities) -> bool:
    """Whether all eight numbers are those of Rec. 709, as far as files round them."""
    return bool(np.allclose(chromaticities, REC_709, rtol=0.0, atol=TOLERANCE))


def xyz_of_rgb(chromaticities: Chromaticities) -> np.ndarray:
    """(3, 3) matrix from linear RGB to XYZ, in which white has Y = 1.

    Raises:
        ValueError: three of the colours lie on a line.
    """
    x, y = np.array(chromaticities[0::2]), np.array(chromaticities[1::2])
    with np.errstate(all="ignore"):
        xyz = np.stack([x / y, np.ones(4), (1 - x - y) / y])
    weights = np.linalg.solve(xyz[:, :3], xyz[:, 3])  # its LinAlgError is a ValueError
    if not np.isfinite(weights).all() or not weights.all():
        raise ValueError(f"luminance weights {weights}")
    matrix: np.ndarray = xyz[:, :3] * weights
    return matrix


def rec_709_of_rgb(chromaticities: Chromaticities) -> np.ndarray:
    """(3, 3) matrix from linear RGB to linear Rec. 709 of the same XYZ; ValueError as above."""
    matrix: np.ndarray = np.linalg.solve(xyz_of_rgb(REC_709), xyz_of_rgb(chromaticities))
    return matrix
