"""Shapes of Mitsuba files, with their area emitters.

Host code.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from scenes.mesh.normals import orient_faces_by_normals
from scenes.mesh.normals import with_smooth_normals
from scenes.mesh.obj import read_obj
from scenes.mesh.ply import read_ply
from scenes.mesh.validation import RawMesh
from scenes.mesh.validation import ZeroAreaError
from scenes.mesh.validation import validated_mesh
from scenes.mitsuba.materials import MaterialList
from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.primitives import cube
from scenes.mitsuba.primitives import disk
from scenes.mitsuba.uv import UvConvention
from scenes.mitsuba.uv import adapt_texture
from scenes.model.description import Flat
from scenes.model.description import FlatKind
from scenes.model.description import Mesh
from scenes.model.description import Shape
from scenes.model.description import Sphere
from scenes.model.materials import RGB
from scenes.model.materials import Checkerboard
from scenes.model.materials import ImageTexture

UNSUPPORTED = (
    "serialized",
    "cylinder",
    "hair",
    "bsplinecurve",
    "linearcurve",
    "heightfield",
    "sdfgrid",
    "blender",
    "merge",
    "ellipsoids",
    "ellipsoidsmesh",
)
"""Shapes of Mitsuba that this renderer does not support."""
UNIFORM_TOLERANCE = 1e-3
"""Largest relative difference of a sphere's scale factors that counts as rounding."""


class ShapeReader:
    """Builds shapes; a mesh file that several shapes refer to is read once."""

    def __init__(self, materials: MaterialList) -> None:
        self.materials = materials
        self.meshes: dict[Path, tuple[RawMesh, ...]] = {}
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
        radiance: RGB | ImageTexture | None = None
        emitters = plugin.nested("emitter")
        if emitters:
            radiance = self._radiance(emitters[0], use)
            for shape in built:
                _check_area(plugin, shape)
        return [
            replace(shape, material=material, radiance=radiance, name=plugin.id) for shape in built
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

    def _radiance(self, emitter: Plugin, use: UvConvention) -> RGB | ImageTexture:
        """Radiance of a shape's area emitter; the front emits, whatever the material."""
        if emitter.kind != "area":
            raise emitter.error("unknown plugin, a shape's emitter must be of type area")
        radiance = self.materials.textures.radiance(emitter, "radiance")
        if isinstance(radiance, Checkerboard):
            raise emitter.error("radiance: a checkerboard cannot glow, a bitmap can")
        if isinstance(radiance, tuple) and min(radiance) < 0.0:
            raise emitter.error(f"radiance: negative {radiance}")
        return adapt_texture(radiance, use) if isinstance(radiance, ImageTexture) else radiance

    def _geometry(self, plugin: Plugin) -> tuple[list[Shape], UvConvention]:
        """Shapes, and the convention of their texture coordinates."""
        match plugin.kind:
            case "ply" | "obj":
                read = [_with_v_upwards(plugin, raw) for raw in self._read(plugin)]
                return self._with_area(plugin, [raw for raw, _ in read]), read[0][1]
            case "cube":
                _check_volume(plugin)
                return [_finish(plugin, cube())], UvConvention.MITSUBA
            case "rectangle":
                return [_flat(plugin, FlatKind.RECTANGLE)], UvConvention.MITSUBA
            case "disk":
                return [_disk(plugin)], UvConvention.MITSUBA
            case "sphere":
                return [_sphere(plugin)], UvConvention.TURNED
            case kind if kind in UNSUPPORTED:
                raise plugin.error("unsupported plugin; export the shape as PLY or OBJ")
        raise plugin.error("unknown plugin")

    def _with_area(self, plugin: Plugin, raw_meshes: list[RawMesh]) -> list[Shape]:
        """The meshes that have any area; the others are left out, with a note."""
        meshes: list[Shape] = []
        for raw in raw_meshes:
            try:
                meshes.append(_finish(plugin, raw))
            except ZeroAreaError as error:
                self.without_area.append(error)
                plugin.note("without area, left out")
        return meshes

    def _read(self, plugin: Plugin) -> tuple[RawMesh, ...]:
        """Meshes of the plugin's PLY or OBJ file."""
        path = plugin.path()
        if path not in self.meshes:
            if plugin.kind == "ply":
                self.meshes[path] = (read_ply(path),)
            else:
                self.meshes[path] = tuple(part.mesh for part in read_obj(path).parts)
        return self.meshes[path]


def _with_v_upwards(plugin: Plugin, raw: RawMesh) -> tuple[RawMesh, UvConvention]:
    """The mesh with v upwards, and its convention in Mitsuba, which flips v of OBJ files.

    Mitsuba's own PLY files have s and t, with t downwards. In PLY files with u and v, exporters of
    well-known scenes mean v upwards, so images appear as the authors of the scenes show them.
    """
    is_said = plugin.find("flip_tex_coords") is not None
    if plugin.kind == "ply" and raw.uv_names != ("s", "t") and not is_said:
        return raw, UvConvention.UPRIGHT
    if raw.uvs is not None and not plugin.flag("flip_tex_coords", plugin.kind == "obj"):
        raw = replace(raw, uvs=raw.uvs * (1.0, -1.0) + (0.0, 1.0))
    return raw, UvConvention.TURNED


def _finish(plugin: Plugin, raw: RawMesh) -> Mesh:
    """World-space mesh; its normals point to the front, or to the back with `flip_normals`."""
    source = f"{plugin.file}: {plugin}"
    if plugin.kind in ("ply", "obj"):
        source += f": {plugin.text('filename', '')}"
    is_flat = plugin.flag("face_normals", False)
    if is_flat:  # the winding decides which side is the front, not the normals of the file
        raw = replace(raw, normals=None)
    mesh = validated_mesh(raw, source, plugin.transform("to_world"))
    mesh = orient_faces_by_normals(mesh)
    if plugin.kind in ("cube", "disk"):
        mesh = replace(mesh, normals=None)
    elif mesh.normals is None and not is_flat:
        # Mitsuba computes smooth normals for files without normals.
        mesh = with_smooth_normals(mesh)
    if plugin.flag("flip_normals", False):
        normals = None if mesh.normals is None else -mesh.normals
        mesh = replace(mesh, faces=np.ascontiguousarray(mesh.faces[:, ::-1]), normals=normals)
    return mesh


def _flat(plugin: Plugin, kind: FlatKind) -> Flat | Mesh:
    """Rectangle or disk over [-1, 1]^2 at z = 0, normal +z."""
    matrix = plugin.transform("to_world")
    edge_u, edge_v = 2.0 * matrix[:3, 0], 2.0 * matrix[:3, 1]
    origin = matrix[:3, 3] - (edge_u + edge_v) / 2.0
    if not np.any(np.cross(edge_u, edge_v)):
        light = bool(plugin.nested("emitter"))
        raise plugin.error("area light with zero area" if light else "zero area")
    # The inverse transpose keeps a normal's side under a mirror; cross(edge_u, edge_v) changes it.
    is_turned = (np.linalg.det(matrix[:3, :3]) < 0.0) != plugin.flag("flip_normals", False)
    if is_turned and kind is FlatKind.RECTANGLE and not plugin.nested("emitter"):
        # A mesh keeps the texture; reversing an edge of the parallelogram would mirror it.
        corners = origin + np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) @ np.array([edge_u, edge_v])
        raw = RawMesh(
            vertices=corners,
            faces=np.array([[2, 1, 0], [3, 2, 0]]),
            uvs=np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]),
        )
        return validated_mesh(raw, f"{plugin.file}: {plugin}")
    if is_turned:
        origin, edge_u = origin + edge_u, -edge_u
    return Flat(_triple(origin), _triple(edge_u), _triple(edge_v), kind)


def _disk(plugin: Plugin) -> Flat | Mesh:
    """Flat disk; a mesh of sectors if it has a texture, which runs around the centre."""
    if any(child.tag == "texture" for child in plugin.descendants()):
        _flat(plugin, FlatKind.DISK)  # raises SceneError for zero area
        return _finish(plugin, disk())
    return _flat(plugin, FlatKind.DISK)


def _sphere(plugin: Plugin) -> Sphere:
    matrix = plugin.transform("to_world")
    lengths = np.linalg.svd(matrix[:3, :3], compute_uv=False)
    if lengths[0] - lengths[2] > UNIFORM_TOLERANCE * lengths[0]:
        raise plugin.error("to_world: a sphere may only be scaled by the same factor in all axes")
    center = matrix[:3, :3] @ plugin.vector("center", (0.0, 0.0, 0.0)) + matrix[:3, 3]
    radius = plugin.number("radius", 1.0) * float(lengths.mean())
    if radius <= 0.0:
        light = bool(plugin.nested("emitter"))
        raise plugin.error("area light with zero area" if light else f"radius: {radius:g} <= 0")
    axes = (matrix[:3, :3] / np.cbrt(abs(np.linalg.det(matrix[:3, :3])))).T
    return Sphere(
        center=_triple(center),
        radius=radius,
        is_flipped=plugin.flag("flip_normals", False),
        axes=(_triple(axes[0]), _triple(axes[1]), _triple(axes[2])),
    )


def _check_volume(plugin: Plugin) -> None:
    """SceneError for a cube scaled to a line or a point; a flat plate is allowed."""
    lengths = np.linalg.svd(plugin.transform("to_world")[:3, :3], compute_uv=False)
    if lengths[1] == 0.0:
        light = bool(plugin.nested("emitter"))
        raise plugin.error("area light with zero area" if light else "zero area")


def _check_area(plugin: Plugin, shape: Shape) -> None:
    """SceneError if the area rounds to 0 in float32: no sampling; meshes are checked before."""
    area = np.float32(1.0)
    if isinstance(shape, Flat):
        area = np.float32(np.linalg.norm(np.cross(shape.edge_u, shape.edge_v)))
    elif isinstance(shape, Sphere):
        area = np.float32(shape.radius) ** 2
    if area == 0.0:
        raise plugin.error("area light with zero area")


def _triple(values: np.ndarray) -> tuple[float, float, float]:
    return (float(values[0]), float(values[1]), float(values[2]))
