"""Textures of Mitsuba files, and parameters that are a number, a colour or a texture.

Host code. Textures are read for Mitsuba's own coordinates, v downwards; `scenes.mitsuba.uv` adapts
them to shapes with other coordinates.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path

import numpy as np

from scenes.images.encodings import linear_texels
from scenes.images.files import read_image
from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.uv import image_uv_transform
from scenes.mitsuba.uv import procedural_uv_transform
from scenes.mitsuba.values import ColorKind
from scenes.model.materials import LUMINANCE
from scenes.model.materials import RGB
from scenes.model.materials import Checkerboard
from scenes.model.materials import Filter
from scenes.model.materials import Image
from scenes.model.materials import ImageTexture
from scenes.model.materials import Spectrum
from scenes.model.materials import Texture
from scenes.model.materials import Wrap

FILTERS = {
    "bilinear": Filter.BILINEAR,
    "trilinear": Filter.BILINEAR,
    "ewa": Filter.BILINEAR,
    "nearest": Filter.NEAREST,
}
WRAPS = {"repeat": Wrap.REPEAT, "mirror": Wrap.MIRROR, "clamp": Wrap.CLAMP}


@dataclass
class TextureReader:
    """Reads textures; an image that several textures refer to is read once."""

    images: dict[tuple[Path, bool, bool], Image] = field(default_factory=dict)

    def spectrum(
        self, plugin: Plugin, name: str, default: RGB, kind: ColorKind = ColorKind.REFLECTANCE
    ) -> Spectrum:
        """A colour parameter: constant or textured."""
        texture = self.find(plugin, name)
        return plugin.color(name, default, kind) if texture is None else texture

    def constant(
        self, plugin: Plugin, name: str, default: RGB, kind: ColorKind = ColorKind.REFLECTANCE
    ) -> RGB:
        """A colour parameter where only a constant is supported: a texture's mean, with a note."""
        value = self.spectrum(plugin, name, default, kind)
        if isinstance(value, tuple):
            return value
        plugin.note(f"{name}: the texture's mean is used")
        return mean_color(value)

    def scalar(self, plugin: Plugin, name: str, default: float) -> float:
        """A number, textures unsupported: a colour's green, a texture's mean luminance (noted)."""
        texture = self.find(plugin, name)
        if texture is None:
            found = plugin.find(name)
            return default if found is None else plugin.to_color(found)[1]
        plugin.note(f"{name}: the texture's mean is used")
        return float(np.array(mean_color(texture)) @ LUMINANCE)

    def radiance(self, plugin: Plugin, name: str) -> Spectrum:
        """Emitted radiance, constant or textured; white by default."""
        texture = self.find(plugin, name, is_light=True)
        if texture is not None:
            return texture
        return plugin.color(name, (1.0, 1.0, 1.0), ColorKind.EMISSION)

    def find(self, plugin: Plugin, name: str, is_light: bool = False) -> Texture | None:
        """The texture that a parameter holds or refers to, None where it holds none."""
        found = plugin.find(name)
        if found is None or found.tag not in ("texture", "ref"):
            return None
        return self.texture(plugin.resolve(found), is_light)

    def texture(self, plugin: Plugin, is_light: bool = False) -> Texture:
        """The texture of a <texture> element; with `is_light` it may be brighter than 1."""
        match plugin.kind:
            case "bitmap":
                return self._bitmap(plugin, is_light)
            case "checkerboard":
                return Checkerboard(
                    color0=plugin.color("color0", (0.4, 0.4, 0.4)),
                    color1=plugin.color("color1", (0.2, 0.2, 0.2)),
                    uv_transform=procedural_uv_transform(_to_uv(plugin)),
                )
            case "scale":
                return self._scaled(plugin, is_light)
        raise plugin.error("unknown plugin")

    def _bitmap(self, plugin: Plugin, is_light: bool) -> ImageTexture:
        is_srgb = not plugin.flag("raw", plugin.number("gamma", 0.0) == 1.0)
        key = (plugin.path(), is_srgb, is_light)
        if key not in self.images:
            self.images[key] = read_image(*key)
        filter_name = plugin.text("filter_type", "bilinear")
        wrap_name = plugin.text("wrap_mode", "repeat")
        if filter_name not in FILTERS:
            raise plugin.error(f"filter_type: unknown {filter_name!r}")
        if wrap_name not in WRAPS:
            raise plugin.error(f"wrap_mode: unknown {wrap_name!r}")
        return ImageTexture(
            image=self.images[key],
            uv_transform=image_uv_transform(_to_uv(plugin)),
            wrap=WRAPS[wrap_name],
            filter=FILTERS[filter_name],
        )

    def _scaled(self, plugin: Plugin, is_light: bool) -> Texture:
        """<texture type="scale"> of Mitsuba 0.x: the texture inside times a constant."""
        factor = np.array(plugin.color("scale", (1.0, 1.0, 1.0)))
        inner = plugin.nested("texture")
        if not inner:
            raise plugin.error("no texture inside")
        texture = self.texture(inner[0], is_light)
        if isinstance(texture, ImageTexture):
            return replace(texture, scale=(*np.multiply(texture.scale[:3], factor).tolist(), 1.0))
        return replace(
            texture,
            color0=tuple(np.multiply(texture.color0, factor).tolist()),
            color1=tuple(np.multiply(texture.color1, factor).tolist()),
        )


def mean_color(texture: Texture) -> RGB:
    """Linear RGB averaged over the texture."""
    if isinstance(texture, Checkerboard):
        mean = (np.array(texture.color0) + np.array(texture.color1)) / 2.0
    else:
        mean = linear_texels(texture.image).mean(axis=(0, 1)) * np.array(texture.scale[:3])
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
