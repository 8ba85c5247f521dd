"""Metadata of image files: what they say about encoding, colours and orientation.

Host code.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import OpenImageIO as oiio

from scenes.images.chromaticities import are_rec_709
from scenes.images.chromaticities import rec_709_of_rgb

FLOATS = (oiio.HALF, oiio.FLOAT, oiio.DOUBLE)
LINEAR_TRANSFER = 8
SRGB_TRANSFERS = (1, 2, 6, 13, 14, 15)
"""Transfer functions of a PNG chunk cICP that are read as sRGB (ITU-T H.273, table 3)."""
SRGB_PRIMARIES = (1, 2)
"""Colour primaries of this chunk, or unspecified ones (table 2)."""
SRGB_GAMMA = 2.2
GAMMA_TOLERANCE = 0.05
TOP_LEFT = 1
"""Orientation of an image whose first row is at the top (TIFF 6.0 and Exif, tag Orientation)."""


def has_linear_samples(spec: oiio.ImageSpec) -> bool:
    """True for floating point samples."""
    return spec.format.basetype in FLOATS


def has_linear_colors(spec: oiio.ImageSpec) -> bool:
    """True for integer samples, too, if the file says so (PNG with gamma 1)."""
    color_space = spec.get_string_attribute("oiio:ColorSpace").lower()
    return (
        has_linear_samples(spec)
        or color_space.startswith(("lin", "scene_linear"))
        or _transfer(spec) == LINEAR_TRANSFER
    )


def to_rec_709(spec: oiio.ImageSpec) -> np.ndarray | None:
    """(3, 3) matrix from the linear RGB of an OpenEXR file to Rec. 709; None if they are equal."""
    given = _tuple_attribute(spec, "chromaticities", 8)
    if given is None or are_rec_709(given):
        return None
    try:
        return rec_709_of_rgb(given)
    except ValueError:  # three of the colours are on a line
        return None


def ignored_layout(spec: oiio.ImageSpec) -> Iterator[str]:
    """Notes on the arrangement of the pixels."""
    orientation = spec.get_int_attribute("Orientation", TOP_LEFT)
    if orientation != TOP_LEFT:
        yield f"orientation {orientation} is ignored: rows and columns are read as stored"
    if spec.get_string_attribute("textureformat") == "CubeFace Environment":
        yield "six faces of a cube are read as one image"


def ignored_colors(spec: oiio.ImageSpec) -> Iterator[str]:
    """Notes on colours that are read as sRGB, or as linear Rec. 709, though they are not."""
    primaries = int((_tuple_attribute(spec, "CICP", 4) or SRGB_PRIMARIES)[0])
    if primaries not in SRGB_PRIMARIES:
        yield f"colour primaries {primaries} are ignored: colours are read as those of sRGB"
    if _transfer(spec) not in (*SRGB_TRANSFERS, LINEAR_TRANSFER):
        yield f"transfer function {_transfer(spec)} is ignored: colours are read as sRGB"
    gamma = spec.get_float_attribute("oiio:Gamma", SRGB_GAMMA)
    if abs(gamma - SRGB_GAMMA) > GAMMA_TOLERANCE and not has_linear_colors(spec):
        yield f"gamma {gamma:g} is ignored: colours are read as sRGB"
    profile = spec.get_string_attribute("ICCProfile:profile_description")
    if profile and "srgb" not in profile.lower() and spec.nchannels > 2:  # of colours, not greys
        yield f"the colour profile {profile} is ignored: colours are read as those of sRGB"
    if spec.get_string_attribute("tiff:ColorSpace") == "CIELAB":
        yield "CIELAB colours are not adapted to the white of sRGB"


def _transfer(spec: oiio.ImageSpec) -> int:
    """Transfer function of a PNG chunk cICP, or unspecified."""
    chunk = _tuple_attribute(spec, "CICP", 4)
    return SRGB_TRANSFERS[1] if chunk is None else int(chunk[1])


def _tuple_attribute(spec: oiio.ImageSpec, name: str, count: int) -> tuple[float, ...] | None:
    """`count` finite numbers of the metadata, or None; a file may store any type by this name."""
    values = spec.getattribute(name)
    if not isinstance(values, tuple) or len(values) != count:
        return None
    is_valid = all(isinstance(value, (int, float)) and math.isfinite(value) for value in values)
    return values if is_valid else None
