"""Materials of glTF files.

Host code. Specification, section 3.9, and the material extensions of `EXTENSIONS`. A transmitting
material with a volume becomes solid glass with the volume's absorption, without one a thin sheet.
An unlit material becomes a black surface that emits its base colour.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

from scenes.gltf.document import MALFORMED_ERRORS
from scenes.gltf.document import GltfDocument
from scenes.gltf.document import Json
from scenes.gltf.specular_glossiness import specular_glossiness
from scenes.gltf.textures import GltfTextures
from scenes.gltf.textures import rotated_directions
from scenes.gltf.textures import uv_set_of
from scenes.gltf.values import number_of
from scenes.gltf.values import numbers_of
from scenes.gltf.values import unit_number_of
from scenes.model.materials import BSDF
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import MetallicRoughness
from scenes.model.materials import Principled
from scenes.model.texture_access import with_factor
from scenes.model.textures import RGB
from scenes.model.textures import AttributeTexture
from scenes.model.textures import Channel
from scenes.model.textures import ImageTexture
from scenes.model.textures import Scalar
from scenes.model.textures import ScalarTexture
from scenes.model.textures import Spectrum

DEFAULT_CUTOFF = 0.5
"""Default alpha cutoff of alpha mode MASK."""
OPAQUE_WHITE = (1.0, 1.0, 1.0, 1.0)
VERTEX_COLOR = AttributeTexture("COLOR_0")
DARKEST = 1e-6
"""Smallest attenuation colour whose absorption is finite."""
NOTED = {
    "KHR_materials_iridescence": ("iridescenceFactor", "thin-film interference is not shown"),
    "KHR_materials_dispersion": ("dispersion", "all colours refract alike"),
}
"""Material extensions without effect -> (their strength, what the picture lacks)."""


@dataclass
class GltfMaterials:
    """Converted materials, in the order of their first use."""

    document: GltfDocument
    textures: GltfTextures
    materials: list[Material] = field(default_factory=list)
    indices: dict[tuple[Any, bool], int] = field(default_factory=dict)
    variant: int | None = None
    """Number of the chosen variant (KHR_materials_variants)."""

    def index(self, number: Any, has_colors: bool = False) -> int:
        """Index into `materials` of the file's material `number`; None is the default material.

        With `has_colors`, vertex colours multiply its base colour and its opacity.
        """
        key = (number, has_colors)
        if key not in self.indices:
            source = {} if number is None else self.document.item("materials", number)
            try:
                material = self._material(source, has_colors)
            except MALFORMED_ERRORS as error:
                self.document.note(f"materials[{number}]: {error}; grey is used")
                material = Material()
            self.materials.append(material)
            self.indices[key] = len(self.materials) - 1
        return self.indices[key]

    def number_of(self, primitive: Json) -> Any:
        """Number of a primitive's material: that of the chosen variant, else the usual one."""
        variants = primitive.get("extensions", {}).get("KHR_materials_variants", {})
        for mapping in variants.get("mappings", []):
            if self.variant is not None and self.variant in mapping.get("variants", []):
                return mapping.get("material")
        return primitive.get("material")

    def needs_tangents(self, primitive: Json) -> bool:
        """Whether the material of a primitive has a normal map or is anisotropic."""
        number = self.number_of(primitive)
        source = {} if number is None else self.document.item("materials", number)
        extensions = source.get("extensions", {})
        return "normalTexture" in source or "KHR_materials_anisotropy" in extensions

    def main_uv_set(self, primitive: Json) -> int:
        """Number of the texture coordinates that a primitive's tangents follow from."""
        number = self.number_of(primitive)
        source = {} if number is None else self.document.item("materials", number)
        return uv_set_of(source.get("normalTexture", {}))

    def _material(self, source: Json, has_colors: bool) -> Material:
        self.textures.main_uv_set = uv_set_of(source.get("normalTexture", {}))
        extensions = source.get("extensions", {})
        for name, (strength_name, effect) in NOTED.items():
            if number_of(extensions.get(name, {}), strength_name, 0.0) > 0.0:
                self.document.note(f"{name}: {effect}")
        base, alpha = self._base_color(source, has_colors)
        bsdf, emission, strength = self._surface(source, base)
        normal = source.get("normalTexture")
        has_normals = normal is not None and self.textures.exists(normal)
        return Material(
            bsdf=bsdf,
            opacity=1.0 if source.get("alphaMode", "OPAQUE") == "OPAQUE" else alpha,
            opacity_cutoff=(
                number_of(source, "alphaCutoff", DEFAULT_CUTOFF)
                if source.get("alphaMode") == "MASK"
                else None
            ),
            normal_map=self.textures.texture(normal, is_srgb=False) if has_normals else None,
            normal_scale=1.0 if normal is None else number_of(normal, "scale", 1.0),
            absorption=self._absorption(extensions.get("KHR_materials_volume", {})),
            emission=emission,
            emission_strength=strength,
            # Back faces reflect in any case: culling only saves a rasteriser time, and black backs
            # would darken rooms.
            emits_from_back=bool(source.get("doubleSided", False)),
            name=source.get("name", ""),
        )

    def _base_color(self, source: Json, has_colors: bool) -> tuple[Spectrum, Scalar]:
        """(base colour, opacity), both with texture and vertex colours."""
        pbr = source.get("pbrMetallicRoughness", {})
        names = ("baseColorFactor", "baseColorTexture")
        glossy = source.get("extensions", {}).get("KHR_materials_pbrSpecularGlossiness")
        if glossy is not None:
            pbr, names = glossy, ("diffuseFactor", "diffuseTexture")
        factors = numbers_of(pbr, names[0], OPAQUE_WHITE)
        red, green, blue, factor_alpha = (min(max(factor, 0.0), 1.0) for factor in factors)
        if factors != (red, green, blue, factor_alpha):
            self.document.note(f"{names[0]} {list(factors)} was clamped to [0, 1]")
        color: Spectrum = (red, green, blue)
        alpha: Scalar = factor_alpha
        parts: list[ImageTexture | AttributeTexture] = []
        if self.textures.exists(pbr.get(names[1])):
            parts.append(self.textures.texture(pbr[names[1]], is_srgb=True))
        if has_colors:
            parts.append(VERTEX_COLOR)
        if parts:
            color = replace(parts[0], scale=(red, green, blue, factor_alpha))
            for part in parts[1:]:
                color = with_factor(color, part)
            assert not isinstance(color, tuple)
            alpha = ScalarTexture(color, Channel.ALPHA)
        return color, alpha

    def _surface(self, source: Json, base: Spectrum) -> tuple[BSDF, Spectrum | None, float]:
        """(BSDF, emission or None, emission strength)."""
        extensions = source.get("extensions", {})
        if "KHR_materials_unlit" in extensions:
            return Diffuse((0.0, 0.0, 0.0)), base, 1.0
        emission = extensions.get("KHR_materials_emissive_strength", {})
        strength = max(number_of(emission, "emissiveStrength", 1.0), 0.0)
        return self._bsdf(source, base), self._emission(source), strength

    def _bsdf(self, source: Json, base: Spectrum) -> BSDF:
        pbr = source.get("pbrMetallicRoughness", {})
        extensions = source.get("extensions", {})
        if "KHR_materials_pbrSpecularGlossiness" in extensions:
            glossy = extensions["KHR_materials_pbrSpecularGlossiness"]
            return specular_glossiness(glossy, base, self.textures)
        ior = number_of(extensions.get("KHR_materials_ior", {}), "ior", 1.5)
        surface = pbr.get("metallicRoughnessTexture")
        metallic = self._scalar(pbr, "metallicFactor", 1.0, surface, Channel.BLUE)
        roughness = self._scalar(pbr, "roughnessFactor", 1.0, surface, Channel.GREEN)
        through = extensions.get("KHR_materials_transmission", {})
        transmission = self._scalar(
            through, "transmissionFactor", 0.0, through.get("transmissionTexture"), Channel.RED
        )
        volume = extensions.get("KHR_materials_volume", {})
        has_volume = number_of(volume, "thicknessFactor", 0.0) > 0.0
        if transmission != 0.0 and has_volume and ior > 0.0:
            return self._solid(extensions, base, metallic, roughness, transmission, ior)
        result = MetallicRoughness(base, metallic, roughness, ior, transmission)
        return self._with_layers(result, extensions)

    def _solid(
        self,
        extensions: Json,
        base: Spectrum,
        metallic: Scalar,
        roughness: Scalar,
        transmission: Scalar,
        ior: float,
    ) -> BSDF:
        """Refracting solid."""
        for name in ("clearcoat", "sheen", "specular", "anisotropy", "diffuse_transmission"):
            if f"KHR_materials_{name}" in extensions:
                self.document.note(f"KHR_materials_{name} is ignored on refracting solids")
        is_clear = (
            metallic == 0.0 and transmission == 1.0 and not isinstance(roughness, ScalarTexture)
        )
        if is_clear and isinstance(base, tuple):
            # A path through the solid crosses two surfaces: each takes the square root.
            tint: RGB = (
                max(base[0], 0.0) ** 0.5,
                max(base[1], 0.0) ** 0.5,
                max(base[2], 0.0) ** 0.5,
            )
            assert not isinstance(roughness, ScalarTexture)
            return Dielectric(ior=ior, specular_transmittance=tint, alpha=roughness**2)
        return Principled(
            base_color=base,
            metallic=metallic,
            roughness=roughness,
            spec_trans=transmission,
            ior=ior,
        )

    def _with_layers(self, bsdf: MetallicRoughness, extensions: Json) -> MetallicRoughness:
        """The BSDF with specular, clear coat, sheen, anisotropy and diffuse transmission."""
        specular = extensions.get("KHR_materials_specular", {})
        coat = extensions.get("KHR_materials_clearcoat", {})
        sheen = extensions.get("KHR_materials_sheen", {})
        anisotropy = extensions.get("KHR_materials_anisotropy", {})
        diffuse = extensions.get("KHR_materials_diffuse_transmission", {})
        if "clearcoatNormalTexture" in coat:
            self.document.note(
                "clearcoatNormalTexture is ignored, the coat takes the surface's normal"
            )
        volume = extensions.get("KHR_materials_volume", {})
        if diffuse and number_of(volume, "thicknessFactor", 0.0) > 0.0:
            self.document.note("KHR_materials_volume is ignored below diffuse transmission")
        return replace(
            bsdf,
            specular=self._scalar(
                specular, "specularFactor", 1.0, specular.get("specularTexture"), Channel.ALPHA
            ),
            specular_color=self._color(specular, "specularColor", (1.0, 1.0, 1.0)),
            clearcoat=self._scalar(
                coat, "clearcoatFactor", 0.0, coat.get("clearcoatTexture"), Channel.RED
            ),
            clearcoat_roughness=self._scalar(
                coat,
                "clearcoatRoughnessFactor",
                0.0,
                coat.get("clearcoatRoughnessTexture"),
                Channel.GREEN,
            ),
            sheen_color=self._color(sheen, "sheenColor", (0.0, 0.0, 0.0)),
            sheen_roughness=self._scalar(
                sheen,
                "sheenRoughnessFactor",
                0.0,
                sheen.get("sheenRoughnessTexture"),
                Channel.ALPHA,
            ),
            anisotropy=self._scalar(
                anisotropy,
                "anisotropyStrength",
                0.0,
                anisotropy.get("anisotropyTexture"),
                Channel.BLUE,
            ),
            anisotropy_rotation=self._anisotropy_rotation(anisotropy),
            diffuse_transmission=self._scalar(
                diffuse,
                "diffuseTransmissionFactor",
                0.0,
                diffuse.get("diffuseTransmissionTexture"),
                Channel.ALPHA,
            ),
            diffuse_transmission_color=self._color(
                diffuse, "diffuseTransmissionColor", (1.0, 1.0, 1.0)
            ),
        )

    def _anisotropy_rotation(self, anisotropy: Json) -> Scalar:
        """Angle of the direction of stretching from the tangent towards the bitangent, radians."""
        angle = number_of(anisotropy, "anisotropyRotation", 0.0)
        reference = anisotropy.get("anisotropyTexture")
        if not self.textures.exists(reference):
            return angle
        return ScalarTexture(
            rotated_directions(self.textures.texture(reference, is_srgb=False), angle),
            Channel.ANGLE,
        )

    def _scalar(
        self, holder: Json, name: str, default: float, reference: Json | None, channel: Channel
    ) -> Scalar:
        """A factor in [0, 1], times one channel of a linear texture if there is one."""
        factor = unit_number_of(holder, name, default)
        if factor == 0.0 or not self.textures.exists(reference):
            return factor
        assert reference is not None
        scale = (factor, factor, factor, factor)
        return ScalarTexture(self.textures.texture(reference, False, scale), channel)

    def _color(self, holder: Json, name: str, default: RGB) -> Spectrum:
        """The colour `nameFactor`, times the sRGB texture `nameTexture` if there is one."""
        red, green, blue = numbers_of(holder, f"{name}Factor", default)
        reference = holder.get(f"{name}Texture")
        if max(red, green, blue) <= 0.0 or not self.textures.exists(reference):
            return (red, green, blue)
        return self.textures.texture(reference, True, (red, green, blue, 1.0))

    def _emission(self, source: Json) -> Spectrum | None:
        red, green, blue = numbers_of(source, "emissiveFactor", (0.0, 0.0, 0.0))
        if max(red, green, blue) <= 0.0:
            return None
        if self.textures.exists(source.get("emissiveTexture")):
            factor = (red, green, blue, 1.0)
            return self.textures.texture(source["emissiveTexture"], is_srgb=True, scale=factor)
        return (red, green, blue)

    def _absorption(self, volume: Json) -> RGB:
        """Absorption coefficient of KHR_materials_volume, per metre."""
        if "attenuationDistance" not in volume:
            return (0.0, 0.0, 0.0)
        distance = number_of(volume, "attenuationDistance", 0.0)
        if distance <= 0.0:
            return (0.0, 0.0, 0.0)
        color = numbers_of(volume, "attenuationColor", (1.0, 1.0, 1.0))
        red, green, blue = (-math.log(min(max(c, DARKEST), 1.0)) / distance for c in color)
        return (red, green, blue)
