"""Materials of Mitsuba files: BSDFs and their modifiers (two sides, masks, normal maps).

Host code.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from xml.etree.ElementTree import Element

from scenes.images.opacity import opacity_of
from scenes.mitsuba.bsdfs import bsdf_of
from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.textures import TextureReader
from scenes.mitsuba.textures import mean_color
from scenes.mitsuba.uv import UvConvention
from scenes.mitsuba.uv import adapt_material
from scenes.model.materials import Checkerboard
from scenes.model.materials import Diffuse
from scenes.model.materials import ImageTexture
from scenes.model.materials import Material

UNSUPPORTED = (
    "blendbsdf",
    "mixturebsdf",
    "measured",
    "measured_polarized",
    "hair",
    "ward",
    "phong",
    "coating",
    "roughcoating",
    "difftrans",
    "roughdiffuse",
    "hk",
    "irawan",
    "polarizer",
    "retarder",
    "circular",
    "pplastic",
    "specular_tir",
)
"""BSDFs of Mitsuba that this renderer does not support."""


@dataclass
class MaterialList:
    """Materials in the order of their first use; each element is built once."""

    textures: TextureReader = field(default_factory=TextureReader)
    materials: list[Material] = field(default_factory=list)
    built: dict[Element, Material] = field(default_factory=dict)
    indices: dict[Material | tuple[Element, UvConvention], int] = field(default_factory=dict)

    def index_of_shape(self, shape: Plugin, use: UvConvention) -> int:
        """Index of a shape's material; without a BSDF it is one-sided diffuse, reflectance 0.5.

        A shape with an emitter is black if it has no BSDF, or a `null` BSDF. In Mitsuba the latter
        emits in full, too, but also transmits the light from behind it.
        """
        plugins = shape.nested("bsdf")
        is_lamp = bool(shape.nested("emitter"))
        if not plugins or (is_lamp and plugins[0].kind == "null"):
            bare = BLACK if is_lamp else DEFAULT
            if bare not in self.indices:
                self.indices[bare] = self.add(bare)
            return self.indices[bare]
        key = (plugins[0].element, use)
        if key not in self.indices:
            self.indices[key] = self.add(adapt_material(self._build(plugins[0]), use))
        return self.indices[key]

    def _build(self, plugin: Plugin) -> Material:
        """Material of a <bsdf>, with textures for Mitsuba's texture coordinates."""
        if plugin.element not in self.built:
            self.built[plugin.element] = _material(plugin, self.textures)
        return self.built[plugin.element]

    def add(self, material: Material) -> int:
        """Append a material; returns its index."""
        self.materials.append(material)
        return len(self.materials) - 1


DEFAULT = Material(Diffuse(), is_two_sided=False, name="default")
"""Mitsuba's material for shapes without a BSDF."""
BLACK = Material(Diffuse((0.0, 0.0, 0.0)), is_two_sided=False, name="lamp")
"""Mitsuba's material for shapes with an emitter and without a BSDF."""


def _material(plugin: Plugin, textures: TextureReader) -> Material:
    bsdf = bsdf_of(plugin, textures)
    if bsdf is not None:
        return Material(bsdf, is_two_sided=False, name=plugin.id)
    match plugin.kind:
        case "null":
            material = Material(Diffuse((0.0, 0.0, 0.0)), opacity=0.0)
        case "twosided":
            material = replace(_inner(plugin, textures), is_two_sided=True)
            if len(plugin.nested("bsdf")) > 1:
                plugin.note("two different sides are not supported, the first is used for both")
        case "mask":
            material = _masked(plugin, textures)
        case "normalmap":
            material = _normal_mapped(plugin, textures)
        case "bumpmap":
            plugin.note("bump maps are not supported, the surface is left smooth")
            for texture in plugin.nested("texture"):
                plugin.document.visited.pop(texture.element, None)
            plugin.find("scale")
            material = _inner(plugin, textures)
        case kind if kind in UNSUPPORTED:
            raise plugin.error("unsupported plugin")
        case _:
            raise plugin.error("unknown plugin")
    return replace(material, name=plugin.id or material.name)


def _inner(plugin: Plugin, textures: TextureReader) -> Material:
    inner = plugin.nested("bsdf")
    if not inner:
        raise plugin.error("no BSDF inside")
    return _material(inner[0], textures)


def _masked(plugin: Plugin, textures: TextureReader) -> Material:
    inner = _inner(plugin, textures)
    texture = textures.find(plugin, "opacity")
    if isinstance(texture, ImageTexture):
        opacity, channel = opacity_of(texture)
        return replace(inner, opacity=opacity, opacity_channel=channel)
    if isinstance(texture, Checkerboard):
        plugin.note("opacity: a checkerboard is not supported here, its mean is used")
        return replace(inner, opacity=mean_color(texture)[1])
    return replace(inner, opacity=textures.scalar(plugin, "opacity", 0.5))


def _normal_mapped(plugin: Plugin, textures: TextureReader) -> Material:
    inner = _inner(plugin, textures)
    texture = textures.find(plugin, "normalmap")
    if texture is None and plugin.nested("texture"):
        texture = textures.texture(plugin.nested("texture")[0])
    if not isinstance(texture, ImageTexture):
        raise plugin.error("normalmap: no bitmap inside")
    if texture.image.is_srgb:
        # Normal maps are never sRGB-encoded; files without `raw` mean the stored values, too.
        texture = replace(texture, image=replace(texture.image, is_srgb=False))
        plugin.note("normalmap: read as raw")
    return replace(inner, normal_map=texture)
