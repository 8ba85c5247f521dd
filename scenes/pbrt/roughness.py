"""Microfacet widths of pbrt materials.

Host code. pbrt's distribution is Trowbridge and Reitz's, which is GGX.
"""

from __future__ import annotations

import numpy as np

from scenes.model.textures import Scalar
from scenes.model.textures import ScalarTexture
from scenes.pbrt.baking import mapped_number
from scenes.pbrt.baking import mean_number
from scenes.pbrt.parser.element import Element
from scenes.pbrt.textures import Textures

SMOOTH_WIDTH = 1e-3
"""Width below which pbrt takes a surface for perfectly smooth."""


def widths_of(element: Element, textures: Textures, prefix: str = "") -> tuple[Scalar, Scalar]:
    """Microfacet widths along u and v, both 0 for a smooth surface.

    `roughness`, or `uroughness` and `vroughness`, each with `prefix`; a width is the square root of
    the roughness unless `remaproughness` is false.
    """
    is_mapped = element.flag("remaproughness", True)
    both = textures.scalar(element, f"{prefix}roughness", 0.0)
    widths = []
    for axis in "uv":
        name = f"{prefix}{axis}roughness"
        value = both if element.find(name) is None else textures.scalar(element, name, 0.0)
        widths.append(_width(element, name, value, is_mapped))
    along_u, along_v = widths
    if all(not isinstance(width, ScalarTexture) and width < SMOOTH_WIDTH for width in widths):
        return 0.0, 0.0
    return along_u, along_v


def width_of(element: Element, textures: Textures, prefix: str = "") -> float:
    """One microfacet width, where neither a texture nor anisotropy is supported."""
    along_u, along_v = widths_of(element, textures, prefix)
    if isinstance(along_u, ScalarTexture) or isinstance(along_v, ScalarTexture):
        element.note(f"{prefix}roughness: the texture's mean is used")
    first, second = mean_number(along_u), mean_number(along_v)
    if first != second:
        element.note(
            f"{prefix}roughness: anisotropy is not supported, the mean of both axes is used"
        )
    return (first + second) / 2.0


def _width(element: Element, name: str, value: Scalar, is_mapped: bool) -> Scalar:
    if not isinstance(value, ScalarTexture) and value < 0.0:
        raise element.unusable(f"{name}: negative {value:g}")
    if is_mapped:
        width = mapped_number(value, np.sqrt)
        if width is None:
            element.note(f"{name}: the mean of a product of textures is used")
            width = float(np.sqrt(mean_number(value)))
        value = width
    return value if isinstance(value, ScalarTexture) else min(value, 1.0)
