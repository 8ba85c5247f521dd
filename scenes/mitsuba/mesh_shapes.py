"""Meshes of Mitsuba shapes: read from files, with Mitsuba's texture coordinates and normals.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from scenes.mesh.curves import read_curves
from scenes.mesh.normals import orient_faces_by_normals
from scenes.mesh.normals import with_smooth_normals
from scenes.mesh.obj import read_obj
from scenes.mesh.ply import read_ply
from scenes.mesh.serialized import read_serialized
from scenes.mesh.validation import ZERO_NORMALS
from scenes.mesh.validation import RawMesh
from scenes.mesh.validation import has_zero_normals
from scenes.mesh.validation import validated_mesh
from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.primitives import cylinder
from scenes.mitsuba.uv import UvConvention
from scenes.model.description import Mesh
from scenes.model.description import SceneError
from scenes.model.description import Shape
from scenes.model.description import UnusablePart

Read = TypeVar("Read")
ANISOTROPY = ("alpha_u", "alpha_v", "anisotropic")
"""Parameters of BSDFs that depend on the direction of u."""
FILE_CORNERS = "corners of the file"
"""Attribute with the vertex numbers of faces before any of them is turned, (F, 3, 1)."""
AREA_TOLERANCE = 1e-3
"""Texture area above 1 that counts as rounding."""
MIRRORED_BUMP = "Mitsuba turns a bump map inside out if the shape is mirrored; here it is not"


def from_file(read: Callable[[Path], Read], plugin: Plugin) -> Read:
    """What `read` makes of the plugin's file; UnusablePart if the file is missing or damaged."""
    try:
        return read(plugin.path())
    except SceneError as error:
        raise UnusablePart(str(error)) from error


def read_meshes(path: Path, kind: str, index: int) -> tuple[RawMesh, ...]:
    """Meshes of a PLY, OBJ or serialized file."""
    if kind == "ply":
        return (read_ply(path),)
    if kind == "obj":
        return tuple(part.mesh for part in read_obj(path).parts)
    found = read_serialized(path, index)
    return (replace(found.mesh, normals=None) if found.has_face_normals else found.mesh,)


def needs_coordinates(plugin: Plugin) -> bool:
    """Whether a texture or an anisotropic BSDF of the shape depends on its coordinates u and v."""
    return any(
        child.tag == "texture" or child.get("name") in ANISOTROPY for child in plugin.descendants()
    )


def has_bump(plugin: Plugin) -> bool:
    """Whether the shape has a bump map."""
    return any(child.get("type") == "bumpmap" for child in plugin.descendants())


def with_file_corners(raw: RawMesh) -> RawMesh:
    """The mesh with the vertices of each face, in the order of the file, as an attribute."""
    return replace(raw, attributes={**raw.attributes, FILE_CORNERS: raw.faces[..., None]})


def with_barycentric_uvs(shape: Shape) -> Shape:
    """The mesh with the barycentric coordinates of the file's triangles as texture coordinates, as
    Mitsuba takes them where a file has none; corners get vertices of their own.
    """
    assert isinstance(shape, Mesh)
    index = shape.faces.ravel()
    attributes = dict(shape.attributes)
    in_file = attributes.pop(FILE_CORNERS)[:, None, :, 0]
    corners = (shape.faces[:, :, None] == in_file).argmax(axis=2).ravel()  # 0, 1 or 2
    return replace(
        shape,
        vertices=shape.vertices[index],
        faces=np.arange(len(index), dtype=np.int32).reshape(-1, 3),
        normals=None if shape.normals is None else shape.normals[index],
        uvs=np.array([[0, 0], [1, 0], [0, 1]], np.float32)[corners],
        attributes={
            name: values if values.ndim == 3 else values[index]
            for name, values in attributes.items()
        },
    )


def covers_twice(shape: Shape) -> bool:
    """Whether a mesh has more texture area than the unit square, so that parts of it overlap."""
    if not isinstance(shape, Mesh) or shape.uvs is None:
        return False
    corners = shape.uvs[shape.faces].astype(float)
    first, second = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    areas = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]) / 2.0
    return bool(areas.sum() > 1.0 + AREA_TOLERANCE)


def with_v_upwards(plugin: Plugin, raw: RawMesh) -> tuple[RawMesh, UvConvention]:
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


def finish(plugin: Plugin, raw: RawMesh) -> Mesh:
    """World-space mesh; its normals point to the front, or to the back with `flip_normals`."""
    source = f"{plugin.file}: {plugin}"
    if plugin.find("filename") is not None:
        source += f": {plugin.text('filename', '')}"
    is_flat = plugin.flag("face_normals", False)
    if is_flat:  # the winding decides which side is the front, not the normals of the file
        raw = replace(raw, normals=None)
    if has_zero_normals(raw):
        plugin.note(ZERO_NORMALS)
    if raw.normals is not None and has_bump(plugin) and mirrors(plugin):
        plugin.note(MIRRORED_BUMP)
    # As in Mitsuba, a mirror turns a mesh inside out unless normals of the file say otherwise.
    is_turned = raw.normals is None and plugin.kind not in ("cube", "disk") and mirrors(plugin)
    mesh = validated_mesh(raw, source, plugin.transform("to_world"), is_turned)
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


def mirrors(plugin: Plugin) -> bool:
    """Whether the shape's own `to_world` mirrors; that of an enclosing instance does not count."""
    signs = np.sign(
        [np.linalg.det(m[:3, :3]) for m in (plugin.transform("to_world"), plugin.placed)]
    )
    return bool(signs.prod() < 0.0)


def curves(plugin: Plugin) -> Mesh:
    """Tubes of a file of curves, in world space."""
    is_spline = plugin.kind == "bsplinecurve"
    to_world = plugin.transform("to_world")
    if is_spline:
        plugin.note("drawn as open tubes, whose inside is seen at the ends, unlike in Mitsuba")
    elif needs_coordinates(plugin):
        plugin.note("textures run otherwise along linear curves than in Mitsuba")
    raw = from_file(lambda path: read_curves(path, is_spline, to_world), plugin)
    return validated_mesh(raw, f"{plugin.file}: {plugin}")


def cylinder_mesh(plugin: Plugin) -> RawMesh:
    start = plugin.vector("p0", (0.0, 0.0, 0.0))
    end = plugin.vector("p1", (0.0, 0.0, 1.0))
    radius = plugin.number("radius", 1.0)
    if radius <= 0.0 or not np.any(end - start):
        raise plugin.error("zero area")
    return cylinder(start, end, radius)
