"""Arithmetic on parameters of pbrt: colours, numbers and textures.

Host code.
"""

from __future__ import annotations

from scenes.model.texture_access import with_factor
from scenes.model.textures import RGB
from scenes.model.textures import Product
from scenes.model.textures import Scalar
from scenes.model.textures import ScalarTexture
from scenes.model.textures import Spectrum
from scenes.pbrt.baking import grey


def blend(first: RGB, second: RGB, amount: float) -> RGB:
    """(1 - amount) * first + amount * second."""
    red, green, blue = ((1.0 - amount) * a + amount * b for a, b in zip(first, second))
    return (red, green, blue)


def as_color(value: Scalar) -> Spectrum:
    """Grey colour or texture of a number."""
    if isinstance(value, ScalarTexture):
        return value.texture
    return (float(value),) * 3


def as_scalar(value: Spectrum) -> Scalar:
    """Number of a grey colour or texture."""
    return value[0] if isinstance(value, tuple) else grey(value)


def product(value: Spectrum, factor: Scalar) -> Spectrum:
    """A colour or texture times a number."""
    if not isinstance(factor, ScalarTexture):
        return scaled(value, (float(factor),) * 3)
    factors = factor.texture.factors if isinstance(factor.texture, Product) else (factor.texture,)
    for part in factors:
        value = with_factor(value, part)
    return value


def scaled(value: Spectrum, factor: RGB) -> Spectrum:
    """A colour or texture times a colour."""
    if isinstance(value, tuple):
        return (value[0] * factor[0], value[1] * factor[1], value[2] * factor[2])
    if isinstance(value, Product):
        first = with_factor(factor, value.factors[0])
        assert not isinstance(first, (tuple, Product))
        return Product((first, *value.factors[1:]))
    return with_factor(factor, value)
