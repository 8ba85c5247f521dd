"""Shapes of pbrt files, with their area lights.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from scenes.mesh.normals import orient_faces_by_normals
from scenes.mesh.validation import RawMesh
from scenes.mesh.validation import ZeroAreaError
from scenes.mesh.validation import validated_mesh
from scenes.model.description import Flat
from scenes.model.description import FlatKind
from scenes.model.description import Mesh
from scenes.model.description import SceneError
from scenes.model.description import Shape
from scenes.model.description import Sphere
from scenes.model.description import UnusablePart
from scenes.model.numbers import are_finite
from scenes.model.support import Supported
from scenes.model.texture_access import textures_in
from scenes.model.textures import Scalar
from scenes.pbrt.area_lights import AreaLights
from scenes.pbrt.materials import MaterialList
from scenes.pbrt.meshes import bilinear_mesh
from scenes.pbrt.meshes import loop_subdivision
from scenes.pbrt.meshes import ply_mesh
from scenes.pbrt.meshes import triangle_mesh
from scenes.pbrt.meshes import with_default_uvs
from scenes.pbrt.meshes import with_valid_normals
from scenes.pbrt.parser.element import Element
from scenes.pbrt.parser.world import Instance
from scenes.pbrt.parser.world import PlacedShape
from scenes.pbrt.quadrics import cylinder
from scenes.pbrt.quadrics import disk
from scenes.pbrt.quadrics import sphere

Builder = Callable[["ShapeReader", PlacedShape, np.ndarray, bool], Shape]
"""Function of reader, shape, (4, 4) transform to world space, and whether it has a texture."""
UNIFORM_TOLERANCE = 1e-3
"""Largest relative difference of a sphere's scale factors that counts as rounding."""


class ShapeReader:
    """Builds shapes; a PLY file that several shapes refer to is read once."""

    def __init__(self, materials: MaterialList, lights: AreaLights) -> None:
        self.materials = materials
        self.lights = lights
        self.files: dict[Path, RawMesh] = {}

    def shape(self, placed: PlacedShape, instance: Instance | None = None) -> Shape:
        """One shape, in the place of an instance of its object if one is given.

        Raises:
            UnusablePart: an unsupported or invalid shape.
        """
        element = placed.element
        opacity = self._opacity(element)
        to_world = element.to_world if instance is None else instance.to_world @ element.to_world
        if not are_finite(to_world):
            raise element.unusable("the transform is not finite")
        material = self.materials.index(placed.material, opacity)
        is_textured = self._is_textured(placed, material)
        try:
            shape = self._geometry(placed, to_world, is_textured)
        except ZeroAreaError as problem:
            raise UnusablePart(str(problem)) from problem
        shape = replace(shape, material=material)
        if placed.area_light is not None and instance is not None:
            element.note("an area light of an object does not glow in its instances, as in pbrt")
        elif placed.area_light is not None and self.materials.is_invisible(placed.material):
            element.note("an area light with an interface material does not glow, as in pbrt")
        elif placed.area_light is not None:
            shape = self.lights.lit(shape, placed, opacity)
        element.note_unused()
        return shape

    def _opacity(self, element: Element) -> Scalar:
        value = self.materials.textures.scalar(element, "alpha", 1.0)
        element.find("shadowalpha")
        return value

    def _is_textured(self, placed: PlacedShape, material: int) -> bool:
        """Whether texture coordinates matter."""
        record = self.materials.materials[material]
        has_image = placed.area_light is not None and placed.area_light.find("filename") is not None
        return has_image or any(True for _ in textures_in(record))

    def _geometry(self, placed: PlacedShape, to_world: np.ndarray, is_textured: bool) -> Shape:
        found = SHAPES.get(placed.element.kind)
        if found is None:
            raise placed.element.unusable("unsupported shape")
        return found.build(self, placed, to_world, is_textured)


# ---- Geometry ----------------------------------------------------------------------------------


def _sphere(_: ShapeReader, placed: PlacedShape, to_world: np.ndarray, __: bool) -> Shape:
    whole = _whole_sphere(placed, to_world)
    return whole or _quadric(placed, sphere(placed.element), to_world)


def _disk(_: ShapeReader, placed: PlacedShape, to_world: np.ndarray, is_textured: bool) -> Shape:
    whole = None if is_textured else _whole_disk(placed, to_world)
    return whole or _quadric(placed, disk(placed.element), to_world)


def _cylinder(_: ShapeReader, placed: PlacedShape, to_world: np.ndarray, __: bool) -> Shape:
    return _quadric(placed, cylinder(placed.element), to_world)


def _curve(_: ShapeReader, placed: PlacedShape, __: np.ndarray, ___: bool) -> Shape:
    file = placed.element.statement.file
    raise UnusablePart(f"{file}: curves (hair, fur, grass) are not supported")


def _mesh(read: Callable[[ShapeReader, Element], RawMesh]) -> Builder:
    """Builder of a shape that `read` gives as a mesh in its own space."""

    def build(
        reader: ShapeReader, placed: PlacedShape, to_world: np.ndarray, is_textured: bool
    ) -> Shape:
        raw = read(reader, placed.element)
        raw = with_valid_normals(placed.element, with_default_uvs(raw) if is_textured else raw)
        return _finished(placed, raw, to_world, placed.is_reversed)

    return build


def _is_quadric_reversed(placed: PlacedShape) -> bool:
    """Whether the front of a sphere, disk or cylinder is where its normal does not point.

    In pbrt a mirroring transform turns them inside out, which it does not do to meshes.
    """
    return placed.is_reversed != bool(np.linalg.det(placed.element.to_world[:3, :3]) < 0.0)


def _quadric(placed: PlacedShape, raw: RawMesh, to_world: np.ndarray) -> Mesh:
    return _finished(placed, raw, to_world, _is_quadric_reversed(placed))


def _finished(placed: PlacedShape, raw: RawMesh, to_world: np.ndarray, is_reversed: bool) -> Mesh:
    """Validated mesh in world space; normals decide where the front is, else the winding."""
    if is_reversed and raw.normals is not None:
        raw = replace(raw, normals=-raw.normals)
    try:
        mesh = validated_mesh(raw, placed.element.place, to_world, is_reversed)
    except ZeroAreaError:
        raise
    except SceneError as problem:
        raise UnusablePart(str(problem)) from problem
    return orient_faces_by_normals(mesh)


def _whole_sphere(placed: PlacedShape, to_world: np.ndarray) -> Sphere | None:
    """Analytic sphere, None for a part of one or an ellipsoid."""
    element = placed.element
    radius = element.number("radius", 1.0)
    lengths = np.linalg.svd(to_world[:3, :3], compute_uv=False)
    is_whole = (
        element.number("zmin", -radius) <= -radius
        and element.number("zmax", radius) >= radius
        and element.number("phimax", 360.0) >= 360.0
        and lengths[0] - lengths[2] <= UNIFORM_TOLERANCE * lengths[0]
    )
    if not is_whole or radius <= 0.0 or lengths[2] == 0.0:
        return None
    axes = (to_world[:3, :3] / np.cbrt(abs(np.linalg.det(to_world[:3, :3])))).T
    return Sphere(
        center=_triple(to_world[:3, 3]),
        radius=radius * float(lengths.mean()),
        is_flipped=_is_quadric_reversed(placed),
        axes=(_triple(axes[0]), _triple(axes[1]), _triple(axes[2])),
    )


def _whole_disk(placed: PlacedShape, to_world: np.ndarray) -> Flat | None:
    """Analytic disk, None for a ring or a sector."""
    element = placed.element
    radius = element.number("radius", 1.0)
    if element.number("innerradius", 0.0) > 0.0 or element.number("phimax", 360.0) < 360.0:
        return None
    edge_u, edge_v = 2.0 * radius * to_world[:3, 0], 2.0 * radius * to_world[:3, 1]
    if radius <= 0.0 or not np.cross(edge_u, edge_v).any():
        raise element.unusable("zero area")
    center = to_world[:3, 3] + element.number("height", 0.0) * to_world[:3, 2]
    origin = center - (edge_u + edge_v) / 2.0
    # The inverse transpose keeps a normal's side under a mirror; cross(edge_u, edge_v) changes it.
    is_mirrored = bool(np.linalg.det(to_world[:3, :3]) < 0.0)
    if is_mirrored != _is_quadric_reversed(placed):
        origin, edge_u = origin + edge_u, -edge_u
    return Flat(_triple(origin), _triple(edge_u), _triple(edge_v), FlatKind.DISK)


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    return (float(values[0]), float(values[1]), float(values[2]))


SHAPES: dict[str, Supported[Builder]] = {
    "trianglemesh": Supported(_mesh(lambda _, element: triangle_mesh(element))),
    "plymesh": Supported(_mesh(lambda reader, element: ply_mesh(element, reader.files))),
    "bilinearmesh": Supported(
        _mesh(lambda _, element: bilinear_mesh(element)), "512 triangles per patch that is not flat"
    ),
    "loopsubdiv": Supported(_mesh(lambda _, element: loop_subdivision(element))),
    "sphere": Supported(_sphere, "parts and ellipsoids are meshes"),
    "disk": Supported(_disk, "parts, and textured ones, are meshes"),
    "cylinder": Supported(_cylinder, "a mesh"),
    "curve": Supported(_curve, "left out, with a note"),
}
"""Shapes by type."""
