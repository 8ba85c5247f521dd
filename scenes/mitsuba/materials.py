"""Materials of Mitsuba files: BSDFs and their modifiers (two sides, masks, normal maps).

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from xml.etree.ElementTree import Element

import numpy as np

from scenes.mitsuba.bsdfs import bsdf_of
from scenes.mitsuba.bsdfs import coating_over
from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.textures import TextureReader
from scenes.mitsuba.textures import scalar_of
from scenes.mitsuba.textures import scaled
from scenes.mitsuba.uv import UvConvention
from scenes.mitsuba.uv import adapt_material
from scenes.model.materials import Blend
from scenes.model.materials import Coated
from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import Plastic
from scenes.model.materials import Sides
from scenes.model.support import Supported
from scenes.model.textures import Channel
from scenes.model.textures import ImageTexture
from scenes.model.textures import ScalarTexture
from scenes.model.textures import inverted

CUT_OUT = (5, 250)
"""Alpha of 8 bits below and above which an image has to reach for its alpha to be a cut-out."""
MAP_INSIDE = "one map inside another is not supported, only one of them counts"
PASSING = {"polarizer": 0.5, "circular": 0.5, "retarder": 1.0}
"""Fraction of unpolarised light that passes polarising sheets."""


@dataclass
class MaterialList:
    """Materials in the order of their first use; each element is built once."""

    textures: TextureReader = field(default_factory=TextureReader)
    materials: list[Material] = field(default_factory=list)
    built: dict[Element, Material] = field(default_factory=dict)
    indices: dict[Material | tuple[Element, UvConvention], int] = field(default_factory=dict)

    def index_of_shape(self, shape: Plugin, use: UvConvention) -> int:
        """Index of a shape's material; without a BSDF it is one-sided diffuse, reflectance 0.5.

        A shape with an emitter is black if it has no BSDF, or a `null` BSDF, with a note.
        """
        plugins = shape.nested("bsdf")
        is_lamp = bool(shape.nested("emitter"))
        if not plugins or (is_lamp and plugins[0].kind == "null"):
            bare = BLACK if is_lamp else DEFAULT
            if plugins:
                plugins[0].note("on a shape that emits, it is black; in Mitsuba it is transparent")
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


STAND_IN = Material(Diffuse(), is_two_sided=False, name="stand-in")
"""Grey, for BSDFs that are not supported."""


MAX_LEAVES = 256
"""Maximum number of BSDFs in one material: references may double it with each level."""


def _material(plugin: Plugin, textures: TextureReader) -> Material:
    """Material of a <bsdf>; SceneError if it mixes more than MAX_LEAVES BSDFs."""
    material = _nested_material(plugin, textures)
    if _leaf_count(material) > MAX_LEAVES:
        raise plugin.error(f"more than {MAX_LEAVES} BSDFs inside of each other")
    return material


def _leaf_count(material: Material) -> int:
    """Number of BSDFs that a material mixes or has on its sides."""
    match material.bsdf:
        case Blend(first, second, _) | Sides(first, second):
            return _leaf_count(first) + _leaf_count(second)
        case Coated(inner):
            return _leaf_count(inner)
    return 1


def _nested_material(plugin: Plugin, textures: TextureReader) -> Material:
    bsdf = bsdf_of(plugin, textures)
    if bsdf is not None:
        return Material(bsdf, is_two_sided=False, name=plugin.id)
    found = MODIFIERS.get(plugin.kind)
    if found is not None:
        material = found.build(plugin, textures)
    else:
        plugin.note("unsupported plugin, grey is used")
        plugin.document.visited.pop(plugin.element, None)
        material = STAND_IN
    return replace(material, name=plugin.id or material.name)


def _null(_plugin: Plugin, _textures: TextureReader) -> Material:
    return Material(Diffuse((0.0, 0.0, 0.0)), opacity=0.0)


def _polarising(plugin: Plugin, textures: TextureReader) -> Material:
    """A sheet that polarises, as unpolarised light sees it."""
    passing = PASSING[plugin.kind] * textures.number(plugin, "transmittance", 1.0)
    plugin.find("theta", "delta", "left_handed")
    plugin.note("polarisation is not supported, the sheet absorbs as for unpolarised light")
    return Material(Diffuse((0.0, 0.0, 0.0)), opacity=1.0 - passing)


def _inner(plugin: Plugin, textures: TextureReader) -> Material:
    inner = plugin.nested("bsdf")
    if not inner:
        raise plugin.error("no BSDF inside")
    return _material(inner[0], textures)


def _two_sided(plugin: Plugin, textures: TextureReader) -> Material:
    inner = plugin.nested("bsdf")
    front = _with_two_sides(_inner(plugin, textures))
    if len(inner) < 2:
        return front
    back = _with_two_sides(_material(inner[1], textures))
    return Material(Sides(front, back), opacity=front.opacity)


def _with_two_sides(material: Material) -> Material:
    """The material, the parts of a blend and what is below a coating, two-sided."""
    bsdf = material.bsdf
    if isinstance(bsdf, Blend):
        bsdf = replace(bsdf, first=_with_two_sides(bsdf.first), second=_with_two_sides(bsdf.second))
    if isinstance(bsdf, Coated):
        bsdf = replace(bsdf, inner=_with_two_sides(bsdf.inner))
    return replace(material, bsdf=bsdf, is_two_sided=True, keeps_tangents_behind=True)


def _blended(plugin: Plugin, textures: TextureReader) -> Material:
    """Blend of two BSDFs; with `null` it is an opacity."""
    inner = plugin.nested("bsdf")
    if len(inner) != 2:
        raise plugin.error(f"{len(inner)} BSDFs inside, 2 needed")
    first, second = (_material(each, textures) for each in inner)
    weight = textures.scalar(plugin, "weight", 0.5)
    for texture in plugin.nested("texture")[:1]:  # of any name
        weight = scalar_of(textures.texture(texture))
    if first.opacity == 0.0:
        return replace(second, opacity=weight)
    if second.opacity == 0.0:
        return replace(first, opacity=inverted(weight))
    if _is_smooth(first) or _is_smooth(second):
        plugin.note("Mitsuba 3.9.1 shows blends with smooth surfaces too dark")
    if 1.0 != first.opacity or 1.0 != second.opacity:
        plugin.note("opacity inside a blend is not supported and was ignored")
    return Material(Blend(first, second, weight), is_two_sided=False)


def _coated(plugin: Plugin, textures: TextureReader) -> Material:
    """A BSDF under a smooth or rough coating, of version 0.x."""
    inner = _inner(plugin, textures)
    if isinstance(inner.bsdf, Coated):
        plugin.note("a coating inside a coating is not supported, the outer one is ignored")
        return inner
    if inner.opacity != 1.0:
        plugin.note("opacity below a coating is not supported and was ignored")
    coated = coating_over(inner, plugin, textures)
    return Material(coated, is_two_sided=inner.is_two_sided)


def _is_smooth(material: Material) -> bool:
    """Whether the BSDF has a delta lobe."""
    bsdf = material.bsdf
    return isinstance(bsdf, (Conductor, Dielectric, Plastic)) and bsdf.alpha == 0.0


def _masked(plugin: Plugin, textures: TextureReader) -> Material:
    inner = _inner(plugin, textures)
    value = textures.scalar(plugin, "opacity", 0.5)
    if isinstance(value, ScalarTexture) and isinstance(value.texture, ImageTexture):
        alpha = value.texture.image.texels[..., 3]
        if alpha.min() <= CUT_OUT[0] and alpha.max() >= CUT_OUT[1]:
            name = value.texture.image.name
            plugin.note(f"opacity: the alpha of {name} is used; Mitsuba uses its colours")
            value = replace(value, channel=Channel.ALPHA)
    if isinstance(inner.opacity, (int, float)) and inner.opacity == 1.0:
        return replace(inner, opacity=value)
    plugin.note("a mask inside a mask is not supported, the inner one is ignored")
    return replace(inner, opacity=value)


def _has_mapped_part(material: Material) -> bool:
    """Whether a part of a composed BSDF has a normal or bump map of its own."""
    parts: tuple[Material, ...] = ()
    match material.bsdf:
        case Blend(first, second, _) | Sides(first, second):
            parts = (first, second)
        case Coated(inner):
            parts = (inner,)
    return any(
        part.normal_map is not None or part.bump is not None or _has_mapped_part(part)
        for part in parts
    )


def _normal_mapped(plugin: Plugin, textures: TextureReader) -> Material:
    inner = _inner(plugin, textures)
    plugin.find("flip_invalid_normals", "use_shadowing_function")
    texture = textures.find(plugin, "normalmap")
    if texture is None and plugin.nested("texture"):
        texture = textures.texture(plugin.nested("texture")[0])
    if isinstance(texture, tuple):  # a constant, or the stand-in for a missing image
        if not np.allclose(texture, (0.5, 0.5, 1.0), atol=0.02):
            plugin.note("normalmap: a constant has no effect here")
        return inner
    if not isinstance(texture, ImageTexture):
        raise plugin.error("normalmap: no bitmap inside")
    if texture.image.is_srgb:
        # Normal maps are never sRGB-encoded; files without `raw` mean the stored values, too.
        texture = replace(texture, image=replace(texture.image, is_srgb=False))
        plugin.note("normalmap: read as raw")
    if inner.normal_map is not None or _has_mapped_part(inner):
        plugin.note(MAP_INSIDE)
    return replace(inner, normal_map=texture, has_fixed_bitangent=True, keeps_tangents_behind=False)


def _bump_mapped(plugin: Plugin, textures: TextureReader) -> Material:
    inner = _inner(plugin, textures)
    height = plugin.nested("texture")
    if not height:
        raise plugin.error("no texture inside")
    factor = plugin.number("scale", 1.0)
    value = scaled(textures.texture(height[0]), (factor, factor, factor))
    if not isinstance(value, ImageTexture):
        plugin.note("only bitmaps displace, the surface is left smooth")
        return inner
    if inner.bump is not None or _has_mapped_part(inner):
        plugin.note(MAP_INSIDE)
    return replace(inner, bump=ScalarTexture(value, Channel.LUMINANCE), keeps_tangents_behind=False)


POLARISING = Supported(_polarising, "as unpolarised light sees it, with a note")
MODIFIERS: dict[str, Supported[Callable[[Plugin, TextureReader], Material]]] = {
    "twosided": Supported(_two_sided),
    "mask": Supported(_masked, "alpha instead of colours where it is a cut-out, with a note"),
    "normalmap": Supported(_normal_mapped, "always read as raw"),
    "bumpmap": Supported(_bump_mapped, "bitmaps only"),
    "blendbsdf": Supported(_blended, "of opaque BSDFs, or of one with `null`"),
    "null": Supported(_null),
    "coating": Supported(_coated, "one layer, constant parameters"),
    "roughcoating": Supported(_coated, "one layer, constant parameters"),
    "polarizer": POLARISING,
    "circular": POLARISING,
    "retarder": POLARISING,
}
"""BSDFs that modify or mix others, by plugin type."""
