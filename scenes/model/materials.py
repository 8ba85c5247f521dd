"""Records of textures, BSDFs and materials.

Host code. Conventions as in `scenes.model.description`: linear RGB, texture coordinates with v
upwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from enum import Enum

import numpy as np

RGB = tuple[float, float, float]
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
"""Luminance weights of linear RGB (ITU-R BT.709)."""


# ---- Textures ----------------------------------------------------------------------------------


class Wrap(Enum):
    """Continuation of a texture outside [0, 1]^2."""

    REPEAT = "repeat"
    CLAMP = "clamp"
    MIRROR = "mirror"


class Filter(Enum):
    """Interpolation of a texture between texels."""

    BILINEAR = "bilinear"
    NEAREST = "nearest"


RGBE_BIAS = 136
"""Bias of the shared exponent of RGBE texels, for mantissas that are integers up to 255."""


@dataclass(frozen=True, eq=False)
class Image:
    """Texels that several textures may share."""

    texels: np.ndarray
    """(H, W, 4) uint8, RGBA, row 0 on top; alpha is 255 where there is none."""
    is_srgb: bool
    """True: RGB is sRGB-encoded and decoded when read; alpha never is."""
    is_rgbe: bool = False
    """True: RGBE values, which may exceed 1: RGB times 2^(fourth byte - RGBE_BIAS) (Ward's format);
    alpha is 1."""
    name: str = ""
    """For messages: file name or a short description."""
    notes: tuple[str, ...] = ()
    """What was left out or changed when the file was read, a line each."""


@dataclass(frozen=True, eq=False)
class ImageTexture:
    """An image looked up at `uv_transform @ (u, v, 1)`."""

    image: Image
    scale: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    """Factor per channel, applied to linear values."""
    uv_transform: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    """First two rows of the 3x3 matrix, row by row."""
    wrap: Wrap = Wrap.REPEAT
    filter: Filter = Filter.BILINEAR


@dataclass(frozen=True)
class Checkerboard:
    """Two colours in a 2x2 pattern over [0, 1]^2: `color0` where floor(2u) + floor(2v) is even."""

    color0: RGB = (0.4, 0.4, 0.4)
    color1: RGB = (0.2, 0.2, 0.2)
    uv_transform: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


Texture = ImageTexture | Checkerboard
Spectrum = RGB | Texture
"""A colour parameter: constant or textured."""
Scalar = float | ImageTexture
"""A number parameter: constant, or one channel of a texture (the material says which)."""


# ---- Materials ---------------------------------------------------------------------------------


class Distribution(Enum):
    """Microfacet normal distribution."""

    GGX = "ggx"
    BECKMANN = "beckmann"


@dataclass(frozen=True)
class Diffuse:
    """Lambertian reflection."""

    reflectance: Spectrum = (0.5, 0.5, 0.5)


@dataclass(frozen=True)
class Conductor:
    """Metal: a mirror where `alpha` is 0, else a microfacet surface."""

    eta: RGB = (0.0, 0.0, 0.0)
    """Real part of the index of refraction per channel."""
    k: RGB = (1.0, 1.0, 1.0)
    """Imaginary part. eta = 0 with k = 1 reflects everything (Mitsuba's material `none`)."""
    specular_reflectance: Spectrum = (1.0, 1.0, 1.0)
    """Factor on the Fresnel reflectance."""
    alpha: float = 0.0
    """Microfacet width, 0 for a smooth surface."""
    distribution: Distribution = Distribution.GGX


@dataclass(frozen=True)
class Dielectric:
    """Glass: reflects and refracts; smooth where `alpha` is 0, else microfacets (Walter 2007)."""

    ior: float = 1.5046
    """Index inside over index outside, > 0. The normal points outside."""
    specular_reflectance: RGB = (1.0, 1.0, 1.0)
    specular_transmittance: RGB = (1.0, 1.0, 1.0)
    alpha: float = 0.0
    distribution: Distribution = Distribution.GGX
    is_thin: bool = False
    """True: a thin sheet (window pane) that transmits straight on; needs alpha = 0."""


@dataclass(frozen=True)
class Plastic:
    """A dielectric coat over a diffuse base; smooth coat where `alpha` is 0."""

    diffuse_reflectance: Spectrum = (0.5, 0.5, 0.5)
    specular_reflectance: RGB = (1.0, 1.0, 1.0)
    ior: float = 1.49
    alpha: float = 0.0
    distribution: Distribution = Distribution.GGX
    is_nonlinear: bool = False
    """True: internal reflection shifts the base colour (Mitsuba's `nonlinear`)."""


@dataclass(frozen=True)
class MetallicRoughness:
    """glTF 2.0 metallic-roughness (appendix B): GGX metal and coated diffuse, mixed."""

    base_color: Spectrum = (1.0, 1.0, 1.0)
    metallic: float = 1.0
    """Factor, in [0, 1]."""
    roughness: float = 1.0
    """Factor, in [0, 1]; alpha = roughness^2."""
    metallic_roughness: ImageTexture | None = None
    """Linear texture: green times `roughness`, blue times `metallic`."""
    ior: float = 1.5
    """Sets the dielectric's F0 = ((ior - 1) / (ior + 1))^2."""
    transmission: float = 0.0
    """KHR_materials_transmission: fraction of the diffuse base that transmits, thin-walled."""


BSDF = Diffuse | Conductor | Dielectric | Plastic | MetallicRoughness


@dataclass(frozen=True)
class Material:
    """A BSDF with opacity, normal map and emission."""

    bsdf: BSDF = field(default_factory=Diffuse)
    is_two_sided: bool = True
    """False: the back of an opaque BSDF is black. Dielectrics always have two sides."""
    opacity: Scalar = 1.0
    """Fraction of the surface present, in [0, 1]; of a texture, channel `opacity_channel`."""
    opacity_channel: int = 3
    """0..3: channel of an opacity texture."""
    opacity_cutoff: float | None = None
    """glTF alpha mode MASK: opaque where opacity >= cutoff, absent elsewhere. None: blend."""
    normal_map: ImageTexture | None = None
    """Tangent-space normals, linear, (rgb * 2 - 1) with x and y times `normal_scale`."""
    normal_scale: float = 1.0
    emission: Spectrum | None = None
    """Emitted radiance of an emissive material (glTF); a shape's own `radiance` has precedence."""
    emission_strength: float = 1.0
    """Factor on `emission`."""
    emits_from_back: bool = True
    """Whether both sides emit `emission`; False: the front only."""
    name: str = ""

    @property
    def has_textures(self) -> bool:
        """Whether any parameter of the material or its BSDF is a texture."""
        values = [*vars(self).values(), *vars(self.bsdf).values()]
        return any(isinstance(value, Texture) for value in values)
