"""Shapes of Mitsuba files, with their area emitters.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from scenes.mesh.validation import RawMesh
from scenes.mesh.validation import ZeroAreaError
from scenes.mitsuba.analytic import check_area
from scenes.mitsuba.analytic import check_volume
from scenes.mitsuba.analytic import disk_shape
from scenes.mitsuba.analytic import flat
from scenes.mitsuba.analytic import sphere
from scenes.mitsuba.materials import MaterialList
from scenes.mitsuba.mesh_shapes import covers_twice
from scenes.mitsuba.mesh_shapes import curves
from scenes.mitsuba.mesh_shapes import cylinder_mesh
from scenes.mitsuba.mesh_shapes import finish
from scenes.mitsuba.mesh_shapes import from_file
from scenes.mitsuba.mesh_shapes import mirrors
from scenes.mitsuba.mesh_shapes import needs_coordinates
from scenes.mitsuba.mesh_shapes import read_meshes
from scenes.mitsuba.mesh_shapes import with_barycentric_uvs
from scenes.mitsuba.mesh_shapes import with_file_corners
from scenes.mitsuba.mesh_shapes import with_v_upwards
from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.primitives import cube
from scenes.mitsuba.uv import UvConvention
from scenes.mitsuba.uv import adapt_radiance
from scenes.model.description import FlatKind
from scenes.model.description import Shape
from scenes.model.description import Sphere
from scenes.model.support import Supported
from scenes.model.textures import Spectrum

Built = tuple[list[Shape], UvConvention]
"""Shapes of one plugin, and the convention of their texture coordinates."""


class ShapeReader:
    """Builds shapes; a mesh file that several shapes refer to is read once."""

    def __init__(self, materials: MaterialList) -> None:
        self.materials = materials
        self.meshes: dict[tuple[Path, int], tuple[RawMesh, ...]] = {}
        self.without_area: list[ZeroAreaError] = []
        """Errors of the meshes that were left out."""

    def shapes(self, plugin: Plugin) -> list[Shape]:
        """Shapes of one <shape>; an OBJ file or an instance may give several."""
        if plugin.kind == "shapegroup":
            return []  # only its instances are built
        if plugin.kind == "instance":
            return self._instance(plugin)
        built, use = self._geometry(plugin)
        material = self.materials.index_of_shape(plugin, use)
        radiance: Spectrum | None = None
        is_parallel = False
        emitters = plugin.nested("emitter")
        if emitters:
            radiance = self._radiance(emitters[0], use)
            is_parallel = emitters[0].kind == "directionalarea"
            if is_parallel and any(isinstance(s, Sphere) and s.is_flipped for s in built):
                emitters[0].note("a sphere that is turned inside out does not emit")
                radiance = None
            if self.materials.materials[material].opacity != 1.0:
                plugin.note("the opacity scales the emission, too; in Mitsuba it does not")
            is_plain = isinstance(radiance, tuple)
            if is_plain and plugin.kind == "cylinder" and mirrors(plugin):
                plugin.note("Mitsuba lights others from the inside of a mirrored cylinder")
            is_flipped = plugin.flag("flip_normals", False)
            if not is_plain and plugin.kind == "rectangle" and is_flipped:
                plugin.note("Mitsuba lights others from the back of a flipped, textured rectangle")
            for shape in built:
                check_area(plugin, shape)
                if not is_plain and covers_twice(shape):
                    plugin.note("all of it emits; Mitsuba lights others from one part per u and v")
        return [
            replace(
                shape,
                material=material,
                radiance=radiance,
                is_parallel_light=is_parallel,
                name=plugin.id,
            )
            for shape in built
        ]

    def _instance(self, plugin: Plugin) -> list[Shape]:
        """Copies of a shapegroup's shapes with the `to_world` of the instance."""
        groups = plugin.nested("shape")
        if len(groups) != 1 or groups[0].kind != "shapegroup":
            raise plugin.error("an instance needs one shapegroup")
        members = groups[0].nested("shape")
        if not members:
            raise groups[0].error("no shapes")
        for member in members:
            if member.kind in ("instance", "shapegroup"):
                raise member.error("not allowed inside a shapegroup, as in Mitsuba")
        to_world = plugin.transform("to_world")
        return [s for each in members for s in self.shapes(replace(each, placed=to_world))]

    def _radiance(self, emitter: Plugin, use: UvConvention) -> Spectrum | None:
        """Radiance of a shape's area emitter; the front emits, whatever the material."""
        if emitter.kind == "directionalarea":
            emitter.note("Mitsuba's path integrator shows no parallel light; here it is lit")
        elif emitter.kind != "area":
            emitter.note("unsupported plugin, the shape does not glow")
            emitter.document.visited.pop(emitter.element, None)
            return None
        radiance = self.materials.textures.radiance(emitter, "radiance")
        if isinstance(radiance, tuple) and min(radiance) < 0.0:
            raise emitter.error(f"radiance: negative {radiance}")
        return adapt_radiance(radiance, use)

    def _geometry(self, plugin: Plugin) -> Built:
        """Shapes, and the convention of their texture coordinates."""
        found = SHAPES.get(plugin.kind)
        if found is None:
            raise plugin.unusable("unsupported plugin; export the shape as PLY or OBJ")
        return found.build(self, plugin)

    def mesh_file(self, plugin: Plugin) -> Built:
        """Meshes of a file."""
        meshes = self._read(plugin)
        if needs_coordinates(plugin) and all(raw.uvs is None for raw in meshes):
            bare = self._with_area(plugin, [with_file_corners(raw) for raw in meshes])
            return [with_barycentric_uvs(mesh) for mesh in bare], UvConvention.MITSUBA
        read = [with_v_upwards(plugin, raw) for raw in meshes]
        return self._with_area(plugin, [raw for raw, _ in read]), read[0][1]

    def _with_area(self, plugin: Plugin, raw_meshes: list[RawMesh]) -> list[Shape]:
        """The meshes that have any area; the others are left out, with a note."""
        meshes: list[Shape] = []
        for raw in raw_meshes:
            try:
                meshes.append(finish(plugin, raw))
            except ZeroAreaError as error:
                self.without_area.append(error)
                plugin.note("without area, left out")
        return meshes

    def _read(self, plugin: Plugin) -> tuple[RawMesh, ...]:
        """Meshes of the plugin's file."""
        path = plugin.path()
        index = int(plugin.number("shape_index", 0.0)) if plugin.kind == "serialized" else 0
        if (path, index) not in self.meshes:
            self.meshes[path, index] = from_file(
                lambda path: read_meshes(path, plugin.kind, index), plugin
            )
        return self.meshes[path, index]


def _cube(_reader: ShapeReader, plugin: Plugin) -> Built:
    check_volume(plugin)
    return [finish(plugin, cube())], UvConvention.MITSUBA


def _alone(
    build: Callable[[Plugin], Shape], use: UvConvention = UvConvention.MITSUBA
) -> Callable[[ShapeReader, Plugin], Built]:
    """Builder of a single shape."""
    return lambda _reader, plugin: ([build(plugin)], use)


CURVES_REMARK = "tubes of triangles, open at their ends"
SHAPES: dict[str, Supported[Callable[[ShapeReader, Plugin], Built]]] = {
    "ply": Supported(ShapeReader.mesh_file, "v upwards where the coordinates are called u and v"),
    "obj": Supported(ShapeReader.mesh_file),
    "serialized": Supported(ShapeReader.mesh_file),
    "rectangle": Supported(_alone(lambda plugin: flat(plugin, FlatKind.RECTANGLE))),
    "cube": Supported(_cube),
    "sphere": Supported(_alone(sphere, UvConvention.TURNED), "one scale for all axes"),
    "disk": Supported(_alone(disk_shape), "a mesh if it has a texture"),
    "cylinder": Supported(
        _alone(lambda plugin: finish(plugin, cylinder_mesh(plugin))), "a mesh of 512 triangles"
    ),
    "bsplinecurve": Supported(_alone(curves), CURVES_REMARK),
    "linearcurve": Supported(_alone(curves), "tubes and spheres of triangles"),
}
"""Shapes by plugin type, besides shapegroup and instance."""
