"""KHR_materials_pbrSpecularGlossiness, an archived extension, as a metallic-roughness BSDF.

Host code.
"""

from __future__ import annotations

from dataclasses import replace

from scenes.gltf.document import Json
from scenes.gltf.textures import GltfTextures
from scenes.gltf.values import numbers_of
from scenes.gltf.values import unit_number_of
from scenes.model.materials import MetallicRoughness
from scenes.model.textures import Channel
from scenes.model.textures import Scalar
from scenes.model.textures import ScalarTexture
from scenes.model.textures import Spectrum
from scenes.model.textures import inverted

TOTAL_REFLECTION = 1e6
"""Index of refraction whose F0 is 1, so that the specular colour alone gives F0."""


def specular_glossiness(
    source: Json, diffuse: Spectrum, textures: GltfTextures
) -> MetallicRoughness:
    """BSDF with this diffuse colour and with F0 and roughness of the extension's object.

    Its specular colour is F0 itself and its roughness 1 - glossiness, so the dielectric part of
    metallic-roughness says the same, with a diffuse base that keeps what F0 leaves.
    """
    red, green, blue = numbers_of(source, "specularFactor", (1.0, 1.0, 1.0))
    gloss = unit_number_of(source, "glossinessFactor", 1.0)
    specular: Spectrum = (red, green, blue)
    roughness: Scalar = 1.0 - gloss
    reference = source.get("specularGlossinessTexture")
    if textures.exists(reference):
        assert reference is not None
        texture = textures.texture(reference, is_srgb=True)
        specular = replace(texture, scale=(red, green, blue, 1.0))
        scaled = replace(texture, scale=(1.0, 1.0, 1.0, gloss))
        roughness = inverted(ScalarTexture(scaled, Channel.ALPHA))
    return MetallicRoughness(
        base_color=diffuse,
        metallic=0.0,
        roughness=roughness,
        ior=TOTAL_REFLECTION,
        specular_color=specular,
    )
