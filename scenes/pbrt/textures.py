"""Textures of pbrt files, and parameters that are a number, a colour or a texture.

Host code. Texture coordinates have v upwards in pbrt, too.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scenes.model.description import UnusablePart
from scenes.model.support import Supported
from scenes.model.textures import RGB
from scenes.model.textures import Checkerboard
from scenes.model.textures import Scalar
from scenes.model.textures import ScalarTexture
from scenes.model.textures import Spectrum
from scenes.pbrt.baking import mapped_texture
from scenes.pbrt.baking import mean_color
from scenes.pbrt.baking import mean_number
from scenes.pbrt.image_textures import ImageReader
from scenes.pbrt.image_textures import uv_transform_of
from scenes.pbrt.parser.element import Element
from scenes.pbrt.parser.world import World
from scenes.pbrt.spectra import ColorKind
from scenes.pbrt.spectra import color_of
from scenes.pbrt.texture_values import as_color
from scenes.pbrt.texture_values import as_scalar
from scenes.pbrt.texture_values import blend
from scenes.pbrt.texture_values import product

STAND_IN: RGB = (0.5, 0.5, 0.5)
"""Value of a texture that cannot be read."""


class Textures:
    """Textures by name; each is built at its first use."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.images = ImageReader()
        self.built: dict[tuple[str, str], Spectrum | Scalar] = {}
        self.unfinished: set[tuple[str, str]] = set()
        """Textures that are being built, to find those that refer to themselves."""

    # ---- Parameters ------------------------------------------------------------------------------

    def spectrum(
        self, element: Element, name: str, default: RGB, kind: ColorKind = ColorKind.ALBEDO
    ) -> Spectrum:
        """A colour parameter: constant or textured."""
        found = element.find(name)
        if found is None:
            return default
        if found.kind != "texture":
            return color_of(element, found, kind)
        value = self._named(element, "spectrum", found.texts)
        assert not isinstance(value, (float, ScalarTexture))
        return value

    def constant(
        self, element: Element, name: str, default: RGB, kind: ColorKind = ColorKind.ALBEDO
    ) -> RGB:
        """A colour parameter where only a constant is supported: a texture's mean, with a note."""
        value = self.spectrum(element, name, default, kind)
        if not isinstance(value, tuple):
            element.note(f"{name}: the texture's mean is used")
        return mean_color(value)

    def scalar(self, element: Element, name: str, default: float) -> Scalar:
        """A number parameter: constant or textured."""
        found = element.find(name)
        if found is None:
            return default
        if found.kind != "texture":
            return element.number(name, default)
        value = self._named(element, "float", found.texts)
        assert isinstance(value, (float, ScalarTexture))
        return value

    def number(self, element: Element, name: str, default: float) -> float:
        """A number where only a constant is supported: a texture's mean, with a note."""
        value = self.scalar(element, name, default)
        if isinstance(value, ScalarTexture):
            element.note(f"{name}: the texture's mean is used")
        return mean_number(value)

    # ---- Textures --------------------------------------------------------------------------------

    def _named(self, element: Element, kind: str, texts: tuple[str, ...]) -> Spectrum | Scalar:
        """The texture that a parameter names; grey, with a note, if it cannot be used."""
        name = texts[0] if texts else ""
        key = (kind, name)
        if key in self.built:
            return self.built[key]
        texture = self.world.textures.get(key)
        stand_in: Spectrum | Scalar = STAND_IN if kind == "spectrum" else STAND_IN[0]
        if texture is None or key in self.unfinished:
            reason = "refers to itself" if texture else "does not exist"
            element.note(f"{kind} texture {name!r} {reason}; {STAND_IN[0]:g} is used")
            return stand_in
        self.unfinished.add(key)
        try:
            value = self._texture(texture, kind)
            self.built[key] = value if kind == "spectrum" else as_scalar(value)
        except UnusablePart as problem:
            self.world.note(f"{problem}; {STAND_IN[0]:g} is used")
            self.built[key] = stand_in
        else:
            texture.note_unused()
        self.unfinished.remove(key)
        return self.built[key]

    def _texture(self, element: Element, kind: str) -> Spectrum:
        """Texture of type `kind` (float or spectrum); numbers are grey."""
        found = TEXTURES.get(element.kind)
        if found is None:
            raise element.unusable("unsupported texture")
        return found.build(self, element, kind)

    def operand(self, element: Element, name: str, default: float, kind: str) -> Spectrum:
        """A parameter of a texture of type `kind`; numbers are grey."""
        if kind == "float":
            return as_color(self.scalar(element, name, default))
        return self.spectrum(element, name, (default,) * 3)

    def constant_operand(self, element: Element, name: str, default: float, kind: str) -> RGB:
        """`operand` where only a constant is supported: a texture's mean, with a note."""
        value = self.operand(element, name, default, kind)
        if not isinstance(value, tuple):
            element.note(f"{name}: the texture's mean is used")
        return mean_color(value)


def _constant(textures: Textures, element: Element, kind: str) -> Spectrum:
    return textures.operand(element, "value", 1.0, kind)


def _imagemap(textures: Textures, element: Element, kind: str) -> Spectrum:
    if kind == "float":
        return as_color(textures.images.number_texture(element))
    return textures.images.color_texture(element)


def _scale(textures: Textures, element: Element, kind: str) -> Spectrum:
    factor = textures.scalar(element, "scale", 1.0)
    return product(textures.operand(element, "tex", 1.0, kind), factor)


def _checkerboard(textures: Textures, element: Element, kind: str) -> Spectrum:
    first = textures.constant_operand(element, "tex1", 1.0, kind)
    second = textures.constant_operand(element, "tex2", 0.0, kind)
    if element.number("dimension", 2.0) != 2.0:
        element.note("three dimensions are not supported, the mean colour is used")
        return mean_color(Checkerboard(first, second))
    # pbrt's fields have side 1, those of the record 1/2.
    return Checkerboard(first, second, tuple(value / 2.0 for value in uv_transform_of(element)))


def _mix(textures: Textures, element: Element, kind: str) -> Spectrum:
    """(1 - amount) * first + amount * second, where one of the three is a texture at most."""
    first = textures.operand(element, "tex1", 0.0, kind)
    second = textures.operand(element, "tex2", 1.0, kind)
    amount = textures.scalar(element, "amount", 0.5)
    found = _mixed(first, second, amount)
    if found is None:
        element.note("more than one texture is mixed, the mean colour is used")
        return blend(mean_color(first), mean_color(second), mean_number(amount))
    return found


def _mixed(first: Spectrum, second: Spectrum, amount: Scalar) -> Spectrum | None:
    """The mixture, None if more than one of the three is a texture."""
    if isinstance(first, tuple) and isinstance(second, tuple):
        if not isinstance(amount, ScalarTexture):
            return blend(first, second, amount)
        low, high = np.array(first), np.array(second)
        return mapped_texture(amount.texture, lambda a: a * high + (1.0 - a) * low)
    if isinstance(amount, ScalarTexture):
        return None
    if amount in (0.0, 1.0):
        return second if amount else first
    weight = amount
    if isinstance(second, tuple):
        first, second, weight = second, first, 1.0 - amount
    if not isinstance(first, tuple) or isinstance(second, tuple):
        return None
    fixed = np.array(first)
    return mapped_texture(second, lambda t: weight * t + (1.0 - weight) * fixed)


def _dots(textures: Textures, element: Element, kind: str) -> Spectrum:
    inside = textures.constant_operand(element, "inside", 1.0, kind)
    outside = textures.constant_operand(element, "outside", 0.0, kind)
    return _mean(element, blend(inside, outside, 0.5))


def _noise(mean: float) -> Callable[[Textures, Element, str], Spectrum]:
    """Builder of a pattern of noise: its mean."""
    return lambda _textures, element, _kind: _mean(element, (mean, mean, mean))


def _mean(element: Element, mean: RGB) -> RGB:
    """The mean that stands for a pattern, with a note."""
    for name in element.statement.parameters:
        element.find(name)
    element.note(f"unsupported pattern, its mean {mean[1]:g} is used")
    return mean


MEAN = "its mean, with a note"
TEXTURES: dict[str, Supported[Callable[[Textures, Element, str], Spectrum]]] = {
    "constant": Supported(_constant),
    "scale": Supported(_scale),
    "imagemap": Supported(_imagemap, "8 bits per channel; `mapping` other than uv is noted"),
    "mix": Supported(_mix, "of one texture and constants; else the mean, with a note"),
    "checkerboard": Supported(_checkerboard, "constant colours, two dimensions"),
    "dots": Supported(_dots, MEAN),
    "fbm": Supported(_noise(0.0), MEAN),
    "wrinkled": Supported(_noise(0.5), MEAN),
    "windy": Supported(_noise(0.0), MEAN),
    "marble": Supported(_noise(0.4), MEAN),
}
"""Textures by type."""
