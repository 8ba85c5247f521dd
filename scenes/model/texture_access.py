"""Textures inside materials: visit all of them, or replace each.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import fields
from dataclasses import is_dataclass
from dataclasses import replace
from typing import Any

import numpy as np

from scenes.model.textures import AttributeTexture
from scenes.model.textures import Checkerboard
from scenes.model.textures import ImageTexture
from scenes.model.textures import Product
from scenes.model.textures import Spectrum

SimpleTexture = ImageTexture | Checkerboard | AttributeTexture


def textures_in(value: Any) -> Iterator[SimpleTexture]:
    """All textures in a material, BSDF or texture parameter, depth first."""
    if isinstance(value, SimpleTexture):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from textures_in(part)
    elif is_dataclass(value):
        for entry in fields(value):
            yield from textures_in(getattr(value, entry.name))


def with_textures(value: Any, convert: Callable[[SimpleTexture], SimpleTexture]) -> Any:
    """Copy of a material, BSDF or texture parameter with each texture in it replaced."""
    if isinstance(value, SimpleTexture):
        return convert(value)
    if isinstance(value, Product):
        return Product(tuple(convert(factor) for factor in value.factors))
    if is_dataclass(value) and not isinstance(value, type):
        changed = {}
        for entry in fields(value):
            old = getattr(value, entry.name)
            new = with_textures(old, convert)
            if new is not old:
                changed[entry.name] = new
        return replace(value, **changed) if changed else value
    return value


def with_factor(value: Spectrum, factor: SimpleTexture) -> Spectrum:
    """A colour or texture times a texture."""
    if isinstance(value, tuple):
        if isinstance(factor, Checkerboard):
            colors = (
                np.multiply(value, color).tolist() for color in (factor.color0, factor.color1)
            )
            first, second = colors
            return replace(factor, color0=tuple(first), color1=tuple(second))
        return replace(
            factor, scale=(*np.multiply(factor.scale[:3], value).tolist(), factor.scale[3])
        )
    factors = value.factors if isinstance(value, Product) else (value,)
    return Product((*factors, factor))
