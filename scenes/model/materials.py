"""Records of BSDFs and materials.

Host code. Conventions as in `scenes.model.description`. Parameters are constant or textured
(`scenes.model.textures`).
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from enum import Enum

from scenes.model.textures import RGB
from scenes.model.textures import ImageTexture
from scenes.model.textures import Scalar
from scenes.model.textures import ScalarTexture
from scenes.model.textures import Spectrum


class Distribution(Enum):
    """Microfacet normal distribution."""

    GGX = "ggx"
    BECKMANN = "beckmann"


@dataclass(frozen=True)
class Diffuse:
    """Lambertian reflection."""

    reflectance: Spectrum = (0.5, 0.5, 0.5)


@dataclass(frozen=True)
class RoughDiffuse:
    """Diffuse reflection of facets (Oren and Nayar 1994)."""

    reflectance: Spectrum = (0.5, 0.5, 0.5)
    sigma: Scalar = 0.2
    """Standard deviation of the facets' slope angles, radians; 0: Lambertian."""


@dataclass(frozen=True)
class Conductor:
    """Metal: a mirror where `alpha` is 0, else a microfacet surface."""

    eta: RGB = (0.0, 0.0, 0.0)
    """Real part of the index of refraction per channel."""
    k: RGB = (1.0, 1.0, 1.0)
    """Imaginary part. eta = 0 with k = 1 reflects everything (Mitsuba's material `none`)."""
    specular_reflectance: Spectrum = (1.0, 1.0, 1.0)
    """Factor on the Fresnel reflectance."""
    alpha: Scalar = 0.0
    """Microfacet width along u, 0 for a smooth surface."""
    alpha_v: Scalar | None = None
    """Microfacet width along v; None: that along u."""
    distribution: Distribution = Distribution.GGX


@dataclass(frozen=True)
class Dielectric:
    """Glass: reflects and refracts; smooth where `alpha` is 0, else microfacets (Walter 2007)."""

    ior: float = 1.5046
    """Index inside over index outside, > 0. The normal points outside."""
    specular_reflectance: Spectrum = (1.0, 1.0, 1.0)
    specular_transmittance: Spectrum = (1.0, 1.0, 1.0)
    alpha: Scalar = 0.0
    alpha_v: Scalar | None = None
    """Microfacet width along v; None: that along u."""
    distribution: Distribution = Distribution.GGX
    is_thin: bool = False
    """True: a thin sheet (window pane) that transmits straight on; needs alpha = 0."""


@dataclass(frozen=True)
class Plastic:
    """A dielectric coat over a diffuse base; smooth coat where `alpha` is 0."""

    diffuse_reflectance: Spectrum = (0.5, 0.5, 0.5)
    specular_reflectance: Spectrum = (1.0, 1.0, 1.0)
    ior: float = 1.49
    alpha: float = 0.0
    distribution: Distribution = Distribution.GGX
    is_nonlinear: bool = False
    """True: internal reflection shifts the base colour (Mitsuba's `nonlinear`)."""


@dataclass(frozen=True)
class MetallicRoughness:
    """glTF 2.0 metallic-roughness (appendix B), with the layers of the Khronos extensions."""

    base_color: Spectrum = (1.0, 1.0, 1.0)
    metallic: Scalar = 1.0
    """In [0, 1]."""
    roughness: Scalar = 1.0
    """In [0, 1]; alpha = roughness^2."""
    ior: float = 1.5
    """Sets the dielectric's F0 = ((ior - 1) / (ior + 1))^2."""
    transmission: Scalar = 0.0
    """KHR_materials_transmission: fraction of the diffuse base that transmits, thin-walled."""
    specular: Scalar = 1.0
    """KHR_materials_specular: factor on the dielectric's reflectance."""
    specular_color: Spectrum = (1.0, 1.0, 1.0)
    """KHR_materials_specular: factor on the dielectric's F0."""
    clearcoat: Scalar = 0.0
    """KHR_materials_clearcoat: coverage by a coat of index 1.5."""
    clearcoat_roughness: Scalar = 0.0
    sheen_color: Spectrum = (0.0, 0.0, 0.0)
    """KHR_materials_sheen."""
    sheen_roughness: Scalar = 0.0
    anisotropy: Scalar = 0.0
    """KHR_materials_anisotropy: strength, in [0, 1]."""
    anisotropy_rotation: Scalar = 0.0
    """Radians from the tangent towards the bitangent."""
    diffuse_transmission: Scalar = 0.0
    """KHR_materials_diffuse_transmission: fraction of the diffuse base that transmits."""
    diffuse_transmission_color: Spectrum = (1.0, 1.0, 1.0)

    @property
    def is_layered(self) -> bool:
        """Whether any extension but ior and transmission is used."""
        plain = MetallicRoughness()
        return any(
            getattr(self, name) != getattr(plain, name)
            for name in (
                "specular",
                "specular_color",
                "clearcoat",
                "sheen_color",
                "anisotropy",
                "diffuse_transmission",
            )
        )


@dataclass(frozen=True)
class Principled:
    """Disney's principled BSDF (Burley 2012 and 2015), as Mitsuba 3 combines its lobes."""

    base_color: Spectrum = (0.5, 0.5, 0.5)
    roughness: Scalar = 0.5
    """In [0, 1]; the microfacet width is its square."""
    anisotropic: Scalar = 0.0
    """In [0, 1]: stretches highlights along u."""
    metallic: Scalar = 0.0
    spec_trans: Scalar = 0.0
    """Fraction of the dielectric part that is glass; of a thin sheet, that is not diffuse."""
    ior: float = 1.5
    """Index inside over index outside."""
    spec_tint: Scalar = 0.0
    """Fraction of the specular reflection that takes the hue of the base colour."""
    sheen: Scalar = 0.0
    sheen_tint: Scalar = 0.0
    clearcoat: Scalar = 0.0
    clearcoat_gloss: Scalar = 0.0
    flatness: Scalar = 0.0
    """Fraction of the diffuse part that approximates subsurface scattering."""
    diff_trans: Scalar = 0.0
    """Of a thin sheet: diffuse transmission, in [0, 2], of which 2 transmits everything."""
    is_thin: bool = False
    """True: a thin sheet that transmits without refraction and looks equal from both sides."""


@dataclass(frozen=True, eq=False)
class Blend:
    """Two materials mixed: light scatters at `second` with probability `weight`, else at `first`.

    Opacities of the two and nested emission are ignored; those of the material itself count.
    """

    first: Material
    second: Material
    weight: Scalar = 0.5


@dataclass(frozen=True, eq=False)
class Sides:
    """Different materials on the front and the back of a surface.

    Opacities of the two are ignored; that of the material itself counts.
    """

    front: Material
    back: Material


@dataclass(frozen=True, eq=False)
class Coated:
    """A material under a dielectric layer; light that the layer reflects back down is lost
    (Weidlich and Wilkie 2007).

    Opacity of the material below is ignored; that of the coated material itself counts.
    """

    inner: Material
    ior: float = 1.5046
    """Index inside over index outside, > 0."""
    alpha: float = 0.0
    """Microfacet width, 0 for a smooth layer."""
    distribution: Distribution = Distribution.GGX
    specular_reflectance: RGB = (1.0, 1.0, 1.0)
    """Factor on the layer's reflection."""
    absorption: RGB = (0.0, 0.0, 0.0)
    """Absorption coefficient times thickness, >= 0."""


BSDF = (
    Diffuse
    | RoughDiffuse
    | Conductor
    | Dielectric
    | Plastic
    | MetallicRoughness
    | Principled
    | Blend
    | Sides
    | Coated
)


@dataclass(frozen=True)
class Material:
    """A BSDF with opacity, normal map and emission."""

    bsdf: BSDF = field(default_factory=Diffuse)
    is_two_sided: bool = True
    """False: the back of an opaque BSDF is black. Dielectrics always have two sides."""
    opacity: Scalar = 1.0
    """Fraction of the surface present, in [0, 1]."""
    opacity_cutoff: float | None = None
    """glTF alpha mode MASK: opaque where opacity >= cutoff, absent elsewhere. None: blend."""
    normal_map: ImageTexture | None = None
    """Tangent-space normals, linear, (rgb * 2 - 1) with x and y times `normal_scale`."""
    normal_scale: float = 1.0
    has_fixed_bitangent: bool = False
    """Of the normal map. True: y is along normal x dp/du (Mitsuba, pbrt); False: dp/dv (glTF)."""
    keeps_tangents_behind: bool = False
    """Of normal and bump maps from behind. True: only the part along the smooth normal is reversed
    (`twosided` of Mitsuba); False: the mapped normal is."""
    absorption: RGB = (0.0, 0.0, 0.0)
    """Of the inside of glass: absorption coefficient per scene unit."""
    bump: ScalarTexture | None = None
    """Height of the surface along its normal in scene units; only its slope counts."""
    emission: Spectrum | None = None
    """Emitted radiance of an emissive material (glTF); a shape's own `radiance` has precedence."""
    emission_strength: float = 1.0
    """Factor on `emission`."""
    emits_from_back: bool = True
    """Whether both sides emit `emission`; False: the front only."""
    is_lamp: bool = False
    """Whether textured `emission` is meant to light the scene, so that no sky is added."""
    name: str = ""
