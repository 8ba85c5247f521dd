"""Textures of Mitsuba files, and parameters that are a number, a colour or a texture.

Host code. Textures are read for Mitsuba's own coordinates, v downwards; `scenes.mitsuba.uv` adapts
them to shapes with other coordinates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path

import numpy as np

from scenes.images.encodings import linear_texels
from scenes.images.files import read_image
from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.plugin import spectrum_rgb
from scenes.mitsuba.uv import image_uv_transform
from scenes.mitsuba.uv import procedural_uv_transform
from scenes.mitsuba.values import ColorKind
from scenes.model.description import SceneError
from scenes.model.description import UnusablePart
from scenes.model.support import Supported
from scenes.model.texture_access import textures_in
from scenes.model.textures import LUMINANCE
from scenes.model.textures import RGB
from scenes.model.textures import AttributeTexture
from scenes.model.textures import Channel
from scenes.model.textures import Checkerboard
from scenes.model.textures import Filter
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from scenes.model.textures import Product
from scenes.model.textures import Scalar
from scenes.model.textures import ScalarTexture
from scenes.model.textures import Spectrum
from scenes.model.textures import Texture
from scenes.model.textures import Wrap

FILTERS = {
    "bilinear": Filter.BILINEAR,
    "trilinear": Filter.BILINEAR,
    "ewa": Filter.BILINEAR,
    "nearest": Filter.NEAREST,
}
WRAPS = {
    "repeat": Wrap.REPEAT,
    "mirror": Wrap.MIRROR,
    "clamp": Wrap.CLAMP,
    "zero": Wrap.BLACK,
}
ATTRIBUTE_PREFIXES = ("vertex_", "face_")
STAND_IN: RGB = (0.5, 0.5, 0.5)
"""Colour of a texture that cannot be read."""


@dataclass
class TextureReader:
    """Reads textures; an image that several textures refer to is read once."""

    images: dict[tuple[Path, bool, bool], Image] = field(default_factory=dict)

    def spectrum(
        self, plugin: Plugin, name: str, default: RGB, kind: ColorKind = ColorKind.REFLECTANCE
    ) -> Spectrum:
        """A colour parameter: constant or textured."""
        texture = self.find(plugin, name)
        if texture is None:
            return plugin.color(name, default, kind)
        if kind is ColorKind.REFLECTANCE:
            _note_clamped(plugin, name, texture)
        return texture

    def constant(
        self, plugin: Plugin, name: str, default: RGB, kind: ColorKind = ColorKind.REFLECTANCE
    ) -> RGB:
        """A colour parameter where only a constant is supported: a texture's mean, with a note."""
        value = self.spectrum(plugin, name, default, kind)
        if isinstance(value, tuple):
            return value
        plugin.note(f"{name}: the texture's mean is used")
        return mean_color(value)

    def scalar(self, plugin: Plugin, name: str, default: float) -> Scalar:
        """A number: a constant, the mean of a colour, or the luminance of a texture."""
        texture = self.find(plugin, name)
        if texture is not None:
            return scalar_of(texture)
        found = plugin.find(name)
        if found is None:
            return default
        return scalar_of(plugin.color(name, (default,) * 3, ColorKind.INDEX))

    def number(self, plugin: Plugin, name: str, default: float) -> float:
        """A number where only a constant is supported: a texture's mean, with a note."""
        value = self.scalar(plugin, name, default)
        if not isinstance(value, ScalarTexture):
            return value
        plugin.note(f"{name}: the texture's mean is used")
        return float(np.array(mean_color(value.texture)) @ LUMINANCE)

    def radiance(self, plugin: Plugin, name: str) -> Spectrum:
        """Emitted light, constant or textured; white by default."""
        texture = self.find(plugin, name, is_light=True)
        if texture is not None:
            return texture
        return plugin.color(name, (1.0, 1.0, 1.0), ColorKind.EMISSION)

    def find(self, plugin: Plugin, name: str, is_light: bool = False) -> Spectrum | None:
        """The texture that a parameter holds or refers to, None where it holds none."""
        found = plugin.find(name)
        if found is None or found.tag not in ("texture", "ref"):
            return None
        return self.texture(plugin.resolve(found), is_light)

    def texture(self, plugin: Plugin, is_light: bool = False) -> Spectrum:
        """The texture of a <texture> element; with `is_light` it may be brighter than 1.

        One that is unsupported or cannot be read becomes grey, with a note.
        """
        try:
            return self._texture(plugin, is_light)
        except UnusablePart as problem:
            plugin.document.note(f"{problem}; grey is used")
            return STAND_IN

    def _texture(self, plugin: Plugin, is_light: bool) -> Spectrum:
        found = TEXTURES.get(plugin.kind)
        if found is None:
            raise plugin.unusable("unsupported plugin")
        return found.build(self, plugin, is_light)

    def checkerboard(self, plugin: Plugin, _is_light: bool) -> Checkerboard:
        """Two constant colours."""
        return Checkerboard(
            color0=self.constant(plugin, "color0", (0.4, 0.4, 0.4)),
            color1=self.constant(plugin, "color1", (0.2, 0.2, 0.2)),
            uv_transform=procedural_uv_transform(_to_uv(plugin)),
        )

    def bitmap(self, plugin: Plugin, is_light: bool) -> ImageTexture:
        """An image file."""
        is_srgb = not plugin.flag("raw", plugin.number("gamma", 0.0) == 1.0)
        plugin.find("format", "accel", "max_anisotropy", "cache")  # nothing that a picture shows
        key = (plugin.path(), is_srgb, is_light)
        if key not in self.images:
            try:
                self.images[key] = read_image(*key)
            except SceneError as error:
                raise UnusablePart(str(error)) from error
        filter_name = plugin.text("filter_type", "bilinear")
        if filter_name not in FILTERS:
            raise plugin.error(f"filter_type: unknown {filter_name!r}")
        both = plugin.text("wrap_mode", "repeat")
        wraps = []
        for axis in "uv":
            name = plugin.text(f"wrap_mode_{axis}", both)
            if name == "one":
                plugin.note("wrap mode 'one' is not supported, the edge is repeated")
                name = "clamp"
            if name not in WRAPS:
                raise plugin.error(f"wrap_mode: unknown {name!r}")
            wraps.append(WRAPS[name])
        return ImageTexture(
            image=self.images[key],
            uv_transform=image_uv_transform(_to_uv(plugin)),
            wrap=wraps[0],
            wrap_v=wraps[1],
            filter=FILTERS[filter_name],
        )

    def scaled(self, plugin: Plugin, is_light: bool) -> Spectrum:
        """<texture type="scale"> of Mitsuba 0.x: the texture inside times a constant."""
        factor = plugin.color("scale", (1.0, 1.0, 1.0), ColorKind.INDEX)
        inner = plugin.nested("texture")
        if not inner:
            raise plugin.error("no texture inside")
        return scaled(self.texture(inner[0], is_light), factor)


def scalar_of(value: Spectrum) -> Scalar:
    """A colour or texture as a number: the mean of the colour, the luminance of the texture."""
    if isinstance(value, tuple):
        return value[0] if len(set(value)) == 1 else sum(value) / 3.0
    if isinstance(value, Checkerboard):
        # Mitsuba 3.9.1 swaps the two where a checkerboard is read as a number.
        value = replace(value, color0=value.color1, color1=value.color0)
    return ScalarTexture(value, Channel.LUMINANCE)


def scaled(value: Spectrum, factor: RGB) -> Spectrum:
    """A colour or texture times a constant."""
    if isinstance(value, tuple):
        return (value[0] * factor[0], value[1] * factor[1], value[2] * factor[2])
    if isinstance(value, Product):
        first, *others = value.factors
        changed = scaled(first, factor)
        assert not isinstance(changed, (tuple, Product))
        return Product((changed, *others))
    if isinstance(value, Checkerboard):
        return replace(
            value,
            color0=tuple(np.multiply(value.color0, factor).tolist()),
            color1=tuple(np.multiply(value.color1, factor).tolist()),
        )
    return replace(value, scale=(*np.multiply(value.scale[:3], factor).tolist(), value.scale[3]))


def _constant(_reader: TextureReader, plugin: Plugin, is_light: bool) -> RGB:
    """A colour or a spectrum in the place of a texture."""
    kind = ColorKind.EMISSION if is_light else ColorKind.INDEX
    if plugin.kind == "rawconstant":
        return plugin.color("value", (1.0, 1.0, 1.0), kind)
    return spectrum_rgb(plugin, kind)


def _vertex_colors(_reader: TextureReader, _plugin: Plugin, _is_light: bool) -> AttributeTexture:
    return AttributeTexture("vertex_color")


def _attribute(_reader: TextureReader, plugin: Plugin, _is_light: bool) -> AttributeTexture:
    name = plugin.text("name", "")
    if not name.startswith(ATTRIBUTE_PREFIXES):
        raise plugin.error(f"name: {name!r} begins neither with vertex_ nor with face_")
    factor = plugin.number("scale", 1.0)
    return AttributeTexture(name, (factor, factor, factor, 1.0))


def _note_clamped(plugin: Plugin, name: str, texture: Spectrum) -> None:
    """Note images that were brighter than 1 before they became 8-bit reflectance."""
    for part in textures_in(texture):
        if isinstance(part, ImageTexture) and part.image.is_clamped:
            plugin.note(f"{name}: {part.image.name}: values above 1 were clamped to 1")


def mean_color(texture: Texture) -> RGB:
    """Linear RGB averaged over the texture; of an attribute of meshes, its scale."""
    mean = np.ones(3)
    for factor in textures_in(texture):
        if isinstance(factor, Checkerboard):
            mean = mean * (np.array(factor.color0) + np.array(factor.color1)) / 2.0
        elif isinstance(factor, ImageTexture):
            mean = mean * linear_texels(factor.image).mean(axis=(0, 1))
            mean = mean * np.array(factor.scale[:3])
        else:
            mean = mean * np.array(factor.scale[:3])
    red, green, blue = (float(value) for value in mean)
    return (red, green, blue)


def _to_uv(plugin: Plugin) -> np.ndarray:
    """(3, 3) matrix from `to_uv` and the offsets and scales of Mitsuba 0.x."""
    matrix = plugin.transform("to_uv")
    rows = matrix[np.ix_([0, 1, 3], [0, 1, 3])]
    old = np.array(
        [
            [plugin.number("uscale", 1.0), 0.0, plugin.number("uoffset", 0.0)],
            [0.0, plugin.number("vscale", 1.0), plugin.number("voffset", 0.0)],
            [0.0, 0.0, 1.0],
        ]
    )
    return np.asarray(rows @ old)


TEXTURES: dict[str, Supported[Callable[[TextureReader, Plugin, bool], Spectrum]]] = {
    "bitmap": Supported(TextureReader.bitmap, "8 bits per channel; reflectances up to 1"),
    "checkerboard": Supported(TextureReader.checkerboard, "constant colours"),
    "mesh_attribute": Supported(_attribute),
    "vertexcolors": Supported(_vertex_colors),
    "rawconstant": Supported(_constant),
    "uniform": Supported(_constant),
    "srgb": Supported(_constant),
    "rgb": Supported(_constant),
    "d65": Supported(_constant),
    "blackbody": Supported(_constant),
    "regular": Supported(_constant),
    "irregular": Supported(_constant),
    "scale": Supported(TextureReader.scaled),
}
"""Textures by plugin type."""
