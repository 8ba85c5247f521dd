"""What a scene is: plain records that every format and built-in scene produces and the renderer reads.

Host code. No Taichi, no torch: numpy arrays and numbers only.

Conventions. Right-handed world space, any up axis. Radiance and reflectance are linear RGB (Rec. 709
primaries). Texture coordinates have v upwards: (0, 0) is the lower left corner of an image, row 0 of its
array is the top (loaders flip v where their format says otherwise). A camera looks along +z of its own
space with +y up and +x to the LEFT of the picture (Mitsuba's convention), so `Camera.to_world` can be
taken from a Mitsuba file as it is.
"""
from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from enum import Enum

import numpy as np

RGB = tuple[float, float, float]


class SceneError(ValueError):
    """Bad scene input. The message is one line that names file, element and reason."""


# ---- Textures --------------------------------------------------------------------------------------


class Wrap(Enum):
    """What a texture does outside [0, 1]^2."""

    REPEAT = "repeat"
    CLAMP = "clamp"
    MIRROR = "mirror"


class Filter(Enum):
    """How a texture is interpolated between texels."""

    BILINEAR = "bilinear"
    NEAREST = "nearest"


@dataclass(frozen=True, eq=False)
class Image:
    """Texels that several textures may share."""

    texels: np.ndarray
    """(H, W, 4) uint8, RGBA, row 0 on top. Grey images are replicated, alpha is 255 where there is none."""
    is_srgb: bool
    """True: RGB is sRGB-encoded and decoded when read; alpha never is."""
    name: str = ""
    """For messages: file name or a short description."""


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
"""A colour parameter: constant, or looked up."""
Scalar = float | ImageTexture
"""A number parameter: constant, or one channel of a texture (the material says which)."""


# ---- Materials -------------------------------------------------------------------------------------


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
    """Index inside over index outside, > 0. The inside is where the geometric normal points away from."""
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
    """glTF 2.0 metallic-roughness (specification, appendix B): GGX metal and coated diffuse, mixed."""

    base_color: Spectrum = (1.0, 1.0, 1.0)
    """Base colour; vertex colours are not supported."""
    metallic: float = 1.0
    """Factor, in [0, 1]."""
    roughness: float = 1.0
    """Factor, in [0, 1]; alpha = roughness^2."""
    metallic_roughness: ImageTexture | None = None
    """Linear texture: green times `roughness`, blue times `metallic`."""
    ior: float = 1.5
    """Sets the dielectric's F0 = ((ior - 1) / (ior + 1))^2."""
    transmission: float = 0.0
    """KHR_materials_transmission factor: share of the diffuse base that is transmitted instead, thin-walled."""


BSDF = Diffuse | Conductor | Dielectric | Plastic | MetallicRoughness


@dataclass(frozen=True)
class Material:
    """A BSDF and what modifies it."""

    bsdf: BSDF = field(default_factory=Diffuse)
    is_two_sided: bool = True
    """False: the back of an opaque BSDF is black. Dielectrics always have two sides."""
    opacity: Scalar = 1.0
    """Share of the surface that is there, in [0, 1]; a texture gives the channel `opacity_channel`."""
    opacity_channel: int = 3
    """0..3: channel of an opacity texture."""
    opacity_cutoff: float | None = None
    """glTF alpha mode MASK: opaque where opacity >= cutoff, absent elsewhere. None: blend."""
    normal_map: ImageTexture | None = None
    """Tangent-space normals, linear, (rgb * 2 - 1) with x and y times `normal_scale`."""
    normal_scale: float = 1.0
    emission: Spectrum | None = None
    """Emitted radiance of an emissive material (glTF); a shape's own `radiance` comes first."""
    emission_strength: float = 1.0
    """Factor on `emission`."""
    name: str = ""


# ---- Shapes ----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Mesh:
    """Indexed triangles in world space."""

    vertices: np.ndarray
    """(V, 3) float32."""
    faces: np.ndarray
    """(F, 3) int32 into the vertices; counter-clockwise seen from the front."""
    normals: np.ndarray | None = None
    """(V, 3) float32 unit shading normals, or None for flat shading."""
    uvs: np.ndarray | None = None
    """(V, 2) float32, v upwards, or None."""
    material: int = 0
    """Index into SceneDescription.materials."""
    radiance: RGB | None = None
    """Emitted radiance of the front side, or None. W m^-2 sr^-1."""
    name: str = ""


@dataclass(frozen=True)
class Sphere:
    """An analytic sphere; its front is the outside."""

    center: tuple[float, float, float]
    radius: float
    material: int = 0
    radiance: RGB | None = None
    is_flipped: bool = False
    """True: the normal points inwards, so the front is the inside."""
    name: str = ""


class FlatKind(Enum):
    """Outline of a flat shape."""

    RECTANGLE = "rectangle"
    DISK = "disk"


@dataclass(frozen=True)
class Flat:
    """An analytic parallelogram or (elliptic) disk: origin + a * edge_u + b * edge_v with a, b in [0, 1].

    The front is where cross(edge_u, edge_v) points; (u, v) = (a, b). A disk is inscribed in the parallelogram.
    """

    origin: tuple[float, float, float]
    edge_u: tuple[float, float, float]
    edge_v: tuple[float, float, float]
    kind: FlatKind = FlatKind.RECTANGLE
    material: int = 0
    radiance: RGB | None = None
    name: str = ""


Shape = Mesh | Sphere | Flat


# ---- Emitters that are not shapes ------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Environment:
    """Light from infinity: constant, or an equirectangular image."""

    radiance: RGB = (1.0, 1.0, 1.0)
    """Constant radiance, or the factor on the image."""
    image: np.ndarray | None = None
    """(H, W, 3) float32 linear radiance >= 0, row 0 towards +y, or None.

    Mitsuba's mapping in the environment's own space: u = atan2(x, -z) / (2 pi), v = acos(y) / pi, v downwards."""
    to_world: np.ndarray | None = None
    """(3, 3) float rotation from the environment's own space to world space; None for identity."""
    name: str = ""


@dataclass(frozen=True)
class PointLight:
    """Isotropic point emitter, or a spot where `cone` is given (KHR_lights_punctual)."""

    position: tuple[float, float, float]
    intensity: RGB
    """W sr^-1 per channel."""
    direction: tuple[float, float, float] = (0.0, 0.0, -1.0)
    """Axis of the cone; unused without one."""
    cone: tuple[float, float] | None = None
    """(inner, outer) half angles in radians, or None for a point."""


@dataclass(frozen=True)
class DirectionalLight:
    """Parallel light."""

    direction: tuple[float, float, float]
    """The way the light travels."""
    irradiance: RGB
    """W m^-2 on a plane that faces it."""


PunctualLight = PointLight | DirectionalLight


# ---- Camera and scene ------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Camera:
    """Perspective camera with an optional thin lens."""

    to_world: np.ndarray
    """(4, 4) float64, rigid: columns are left, up, forward and position."""
    fov_x: float = 45.0
    """Horizontal field of view in degrees."""
    aspect: float = 1.0
    """Width over height of the author's image; other sizes keep the horizontal field of view."""
    aperture_radius: float = 0.0
    """Lens radius in scene units, 0 for a pinhole."""
    focus_distance: float = 1.0
    """Distance of the plane in focus along the axis, scene units."""


@dataclass(frozen=True, eq=False)
class SceneDescription:
    """Everything the renderer needs to know."""

    name: str
    shapes: tuple[Shape, ...]
    materials: tuple[Material, ...]
    camera: Camera
    environment: Environment | None = None
    lights: tuple[PunctualLight, ...] = ()
    notes: tuple[str, ...] = ()
    """What a loader wants the user to know, one sentence each ("no light in the file: ...")."""

    @property
    def triangle_count(self) -> int:
        """Triangles of all meshes; analytic shapes not counted."""
        return sum(len(shape.faces) for shape in self.shapes if isinstance(shape, Mesh))
