"""Materials of glTF files.

Host code. Specification, section 3.9, and the extensions emissive_strength, ior, transmission,
unlit and volume. A transmitting material with a volume becomes solid glass without absorption;
without one, a thin sheet. An unlit material becomes a black surface that emits its base colour.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

from scenes.gltf.document import GltfDocument
from scenes.gltf.document import Json
from scenes.gltf.textures import GltfTextures
from scenes.gltf.values import number_of
from scenes.gltf.values import numbers_of
from scenes.gltf.values import unit_number_of
from scenes.model.materials import BSDF
from scenes.model.materials import RGB
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import ImageTexture
from scenes.model.materials import Material
from scenes.model.materials import MetallicRoughness
from scenes.model.materials import Spectrum

DEFAULT_CUTOFF = 0.5
"""Default alpha cutoff of alpha mode MASK."""
OPAQUE_WHITE = (1.0, 1.0, 1.0, 1.0)
GLASS_TRANSMISSION = 0.5
"""Transmission factor above which a material with a volume becomes glass."""


@dataclass
class GltfMaterials:
    """Converted materials, in the order of their first use."""

    document: GltfDocument
    textures: GltfTextures
    materials: list[Material] = field(default_factory=list)
    indices: dict[Any, int] = field(default_factory=dict)

    def index(self, number: Any) -> int:
        """Index into `materials` of the file's material `number`; None is the default material."""
        if number not in self.indices:
            source = {} if number is None else self.document.item("materials", number)
            self.materials.append(self._material(source))
            self.indices[number] = len(self.materials) - 1
        return self.indices[number]

    def supports_vertex_colors(self, number: Any) -> bool:
        """Whether vertex colours can multiply the colour of material `number`; adds a note if not.

        Textured materials cannot: vertex colours need texture coordinates of their own.
        """
        material = self.materials[self.index(number)]
        has_base = isinstance(material.bsdf, (MetallicRoughness, Diffuse))
        takes = has_base and not material.has_textures
        if not takes:
            self.document.note("vertex colours were ignored on glass and on textured materials")
        return takes

    def index_with_vertex_colors(self, number: Any, colors: ImageTexture) -> int:
        """Index of a copy of material `number` whose colour is multiplied by vertex `colors`."""
        material = self.materials[self.index(number)]
        bsdf, emission = material.bsdf, material.emission
        if isinstance(bsdf, MetallicRoughness):
            bsdf = replace(bsdf, base_color=_scaled_texture(colors, bsdf.base_color))
        else:  # unlit
            emission = _scaled_texture(colors, emission)
        self.materials.append(replace(material, bsdf=bsdf, emission=emission))
        return len(self.materials) - 1

    def _material(self, source: Json) -> Material:
        extensions = source.get("extensions", {})
        bsdf, emission, strength = self._surface(source, extensions)
        opacity, cutoff = self._opacity(source)
        normal = source.get("normalTexture")
        return Material(
            bsdf=bsdf,
            opacity=opacity,
            opacity_cutoff=cutoff,
            normal_map=None if normal is None else self.textures.texture(normal, is_srgb=False),
            normal_scale=1.0 if normal is None else number_of(normal, "scale", 1.0),
            emission=emission,
            emission_strength=strength,
            # Back faces reflect in any case: culling only saves a rasteriser time, and black backs
            # would darken rooms.
            emits_from_back=bool(source.get("doubleSided", False)),
            name=source.get("name", ""),
        )

    def _surface(self, source: Json, extensions: Json) -> tuple[BSDF, Spectrum | None, float]:
        """(BSDF, emission or None, emission strength)."""
        pbr = source.get("pbrMetallicRoughness", {})
        if "KHR_materials_unlit" in extensions:
            self.document.note("unlit materials emit their colour and reflect nothing")
            return Diffuse((0.0, 0.0, 0.0)), self._base_color(pbr), 1.0
        emission = extensions.get("KHR_materials_emissive_strength", {})
        strength = max(number_of(emission, "emissiveStrength", 1.0), 0.0)
        return self._bsdf(pbr, extensions), self._emission(source), strength

    def _bsdf(self, pbr: Json, extensions: Json) -> BSDF:
        ior = number_of(extensions.get("KHR_materials_ior", {}), "ior", 1.5)
        transmission = extensions.get("KHR_materials_transmission", {})
        fraction = unit_number_of(transmission, "transmissionFactor", 0.0)
        if "transmissionTexture" in transmission:
            self.document.note("transmission textures are not supported, the factor is used")
        volume = extensions.get("KHR_materials_volume", {})
        roughness = unit_number_of(pbr, "roughnessFactor", 1.0)
        if (
            fraction > GLASS_TRANSMISSION
            and number_of(volume, "thicknessFactor", 0.0) > 0.0
            and ior > 0.0
        ):
            self.document.note("transmission with a volume becomes clear glass, untextured")
            red, green, blue, _ = numbers_of(pbr, "baseColorFactor", OPAQUE_WHITE)
            # A path through the solid crosses two surfaces: each takes the square root.
            tint: RGB = (max(red, 0.0) ** 0.5, max(green, 0.0) ** 0.5, max(blue, 0.0) ** 0.5)
            return Dielectric(ior=ior, specular_transmittance=tint, alpha=roughness**2)
        texture = pbr.get("metallicRoughnessTexture")
        return MetallicRoughness(
            base_color=self._base_color(pbr),
            metallic=unit_number_of(pbr, "metallicFactor", 1.0),
            roughness=roughness,
            metallic_roughness=None if texture is None else self.textures.texture(texture, False),
            ior=ior,
            transmission=fraction,
        )

    def _base_color(self, pbr: Json) -> Spectrum:
        red, green, blue, alpha = numbers_of(pbr, "baseColorFactor", OPAQUE_WHITE)
        if "baseColorTexture" in pbr:
            factor = (red, green, blue, alpha)
            return self.textures.texture(pbr["baseColorTexture"], is_srgb=True, scale=factor)
        return (red, green, blue)

    def _emission(self, source: Json) -> Spectrum | None:
        red, green, blue = numbers_of(source, "emissiveFactor", (0.0, 0.0, 0.0))
        if max(red, green, blue) <= 0.0:
            return None
        if "emissiveTexture" in source:
            factor = (red, green, blue, 1.0)
            return self.textures.texture(source["emissiveTexture"], is_srgb=True, scale=factor)
        return (red, green, blue)

    def _opacity(self, source: Json) -> tuple[float | ImageTexture, float | None]:
        """Opacity and cutoff of the alpha mode (specification, section 3.9.4)."""
        mode = source.get("alphaMode", "OPAQUE")
        if mode == "OPAQUE":
            return 1.0, None
        pbr = source.get("pbrMetallicRoughness", {})
        alpha = numbers_of(pbr, "baseColorFactor", OPAQUE_WHITE)[3]
        opacity: float | ImageTexture = alpha
        if "baseColorTexture" in pbr:
            scale = (1.0, 1.0, 1.0, alpha)
            opacity = self.textures.texture(pbr["baseColorTexture"], is_srgb=True, scale=scale)
        cutoff = number_of(source, "alphaCutoff", DEFAULT_CUTOFF) if mode == "MASK" else None
        return opacity, cutoff


def _scaled_texture(colors: ImageTexture, factor: Spectrum | None) -> ImageTexture:
    """Texture `colors` multiplied by the constant colour `factor`."""
    assert isinstance(factor, tuple)
    return replace(colors, scale=(*factor, 1.0))
