"""Scene description: plain records that loaders and built-in scenes create for the renderer.

Host code. No Taichi, no torch: numpy arrays and numbers only. Materials are in
`scenes.model.materials`.

Conventions. Right-handed world space, any up axis. Radiance and reflectance are linear RGB (Rec.
709 primaries). Texture coordinates have v upwards: (0, 0) is the lower left corner of an image,
row 0 of its array is the top (loaders flip v where their format says otherwise). A camera looks
along +z of its own space with +y up and +x to the LEFT of the image (Mitsuba's convention), so
`Camera.to_world` can be taken unchanged from a Mitsuba file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from enum import Enum

import numpy as np

from scenes.model.lines import single_line
from scenes.model.materials import Material
from scenes.model.textures import RGB
from scenes.model.textures import Spectrum
from scenes.model.textures import Texture

Axes = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
"""Three vectors in world space."""


class SceneError(ValueError):
    """Bad scene input. The message is one line that names file, element and reason."""

    def __init__(self, message: str) -> None:
        """`message` may quote names from a file; `single_line` makes them printable."""
        super().__init__(single_line(message))


class UnusablePart(SceneError):
    """One part of a scene cannot be used (unsupported, or a file of its own is missing or damaged).

    Loaders leave the part out, or put a stand-in there, with a note.
    """


# ---- Shapes ------------------------------------------------------------------------------------


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
    attributes: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Further values by name, float32: (V, C) per vertex or (F, 1, C) per face, C from 1 to 4.
    Textures read them as linear RGBA: one number is grey, missing alpha is 1. TANGENT, (V, 4), is
    the direction of u for normal maps and anisotropy, world space, and the sign of the bitangent;
    without it both follow from `uvs`."""
    material: int = 0
    """Index into SceneDescription.materials."""
    radiance: Spectrum | None = None
    """Emitted radiance of the front side, or None. W m^-2 sr^-1."""
    is_parallel_light: bool = False
    """True: light leaves along the normals only; `radiance` is its irradiance where it leaves,
    W m^-2."""
    name: str = ""

    @property
    def box(self) -> np.ndarray:
        """(2, 3) float64 lowest and highest corner."""
        return np.stack([self.vertices.min(axis=0), self.vertices.max(axis=0)]).astype(float)


@dataclass(frozen=True)
class Sphere:
    """An analytic sphere; its front is the outside.

    Texture coordinates are longitude and latitude: u in [0, 1] around the z axis of `axes`, from x
    towards y; v in [0, 1] from -z to z.
    """

    center: tuple[float, float, float]
    radius: float
    material: int = 0
    radiance: Spectrum | None = None
    is_parallel_light: bool = False
    is_flipped: bool = False
    """True: the normal points inwards, so the front is the inside."""
    axes: Axes = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
    """Its own x, y and z axis in world space, unit and orthogonal; a mirror is allowed."""
    name: str = ""

    @property
    def box(self) -> np.ndarray:
        """(2, 3) float64 lowest and highest corner."""
        return np.array(self.center) + self.radius * np.array([[-1.0], [1.0]])


class FlatKind(Enum):
    """Outline of a flat shape."""

    RECTANGLE = "rectangle"
    DISK = "disk"


@dataclass(frozen=True)
class Flat:
    """An analytic parallelogram or disk: origin + a * edge_u + b * edge_v with a, b in [0, 1].

    The front is where cross(edge_u, edge_v) points; (u, v) = (a, b). A disk is inscribed in the
    parallelogram.
    """

    origin: tuple[float, float, float]
    edge_u: tuple[float, float, float]
    edge_v: tuple[float, float, float]
    kind: FlatKind = FlatKind.RECTANGLE
    material: int = 0
    radiance: Spectrum | None = None
    is_parallel_light: bool = False
    name: str = ""

    @property
    def box(self) -> np.ndarray:
        """(2, 3) float64 lowest and highest corner; a disk's is its parallelogram's."""
        fractions = np.array([(0, 0), (1, 0), (0, 1), (1, 1)])
        corners = np.array(self.origin) + fractions @ np.array([self.edge_u, self.edge_v])
        return np.stack([corners.min(axis=0), corners.max(axis=0)])


Shape = Mesh | Sphere | Flat


# ---- Emitters that are not shapes --------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Environment:
    """Light from infinity: constant, or an equirectangular image."""

    radiance: RGB = (1.0, 1.0, 1.0)
    """Constant radiance, or the factor on the image."""
    image: np.ndarray | None = None
    """(H, W, 3) float32 linear radiance >= 0, row 0 towards +y, or None.

    Mitsuba's mapping in the environment's own space: u = atan2(x, -z) / (2 pi),
    v = acos(y) / pi, v downwards."""
    to_world: np.ndarray | None = None
    """(3, 3) float rotation from the environment's own space to world space; None for identity."""
    name: str = ""
    notes: tuple[str, ...] = ()
    """What was left out or changed when the image was read, a line each."""


class Falloff(Enum):
    """Falloff of a spot light between the inner and the outer angle of its cone."""

    COSINE_SQUARED = "cosine squared"
    """t^2; t is linear in the cosine of the angle, outer 0, inner 1 (KHR_lights_punctual)."""
    ANGLE = "angle"
    """Linear in the angle, outer 0, inner 1 (Mitsuba)."""
    SMOOTH_STEP = "smooth step"
    """t^2 (3 - 2 t); t as for COSINE_SQUARED (pbrt)."""


@dataclass(frozen=True, eq=False)
class ProjectedImage:
    """Image through which a point light shines, by direction.

    A direction d with x = d . x_axis, y = d . y_axis and z = d . direction looks up the texture at
    (0.5 + scale[0] x / z, 0.5 + scale[1] y / z).
    """

    texture: Texture
    x_axis: tuple[float, float, float]
    y_axis: tuple[float, float, float]
    scale: tuple[float, float]
    is_projector: bool = False
    """True: dark outside [0, 1]^2, and equal irradiance on a plane across `direction`, so the
    intensity is over the cube of the cosine with it."""


@dataclass(frozen=True)
class PointLight:
    """Isotropic point emitter, or a spot where `cone` is given."""

    position: tuple[float, float, float]
    intensity: RGB
    """W sr^-1 per channel."""
    direction: tuple[float, float, float] = (0.0, 0.0, -1.0)
    """Axis of the cone; unused without one."""
    cone: tuple[float, float] | None = None
    """(inner, outer) half angles in radians, or None for a point."""
    falloff: Falloff = Falloff.COSINE_SQUARED
    image: ProjectedImage | None = None
    """Colours the light, if given."""


@dataclass(frozen=True)
class DirectionalLight:
    """Parallel light."""

    direction: tuple[float, float, float]
    """Direction of propagation, world space."""
    irradiance: RGB
    """W m^-2 on a plane that faces it."""


PunctualLight = PointLight | DirectionalLight


# ---- Camera and scene --------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Camera:
    """Perspective camera with an optional thin lens, or orthographic camera."""

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
    shift: tuple[float, float] = (0.0, 0.0)
    """Centre of the image in half image widths from the axis, towards the left and up: not zero
    for a cropped film or a shifted principal point."""
    near: float = 0.0
    """Nothing nearer along the axis is seen directly, scene units."""
    far: float = math.inf
    """Nothing farther along the axis is seen directly, scene units."""
    orthographic_width: float | None = None
    """Width of the image in scene units if all rays are parallel, else None."""
    fov_y: float | None = None
    """Vertical field of view in degrees, if images of all sizes keep this one instead."""


@dataclass(frozen=True, eq=False)
class SceneDescription:
    """Complete scene: shapes, materials, camera, environment and lights."""

    name: str
    shapes: tuple[Shape, ...]
    materials: tuple[Material, ...]
    camera: Camera
    environment: Environment | None = None
    lights: tuple[PunctualLight, ...] = ()
    has_default_camera: bool = False
    """True: the file has no camera, and `with_camera` sets one that frames the whole scene."""
    notes: tuple[str, ...] = ()
    """Notes of the loader for the user, one sentence each ("no light in the file: ...")."""

    @property
    def triangle_count(self) -> int:
        """Triangles of all meshes; analytic shapes not counted."""
        return sum(len(shape.faces) for shape in self.shapes if isinstance(shape, Mesh))

    @property
    def boxes(self) -> np.ndarray:
        """(shapes, 2, 3) float64 lowest and highest corner of each shape."""
        return np.array([shape.box for shape in self.shapes]).reshape(-1, 2, 3)
