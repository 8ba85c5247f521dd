"""Flatten shapes into primitives: geometry and shading rows, bounds.

Host code. The rows are described in `renderer.tables.layout`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from renderer.tables.layout import ATTRIBUTE_ROWS
from renderer.tables.layout import DISK
from renderer.tables.layout import GEOMETRY_ROWS
from renderer.tables.layout import MASKED_BIT
from renderer.tables.layout import NO_INDEX
from renderer.tables.layout import RECTANGLE
from renderer.tables.layout import SHADING_ROWS
from renderer.tables.layout import SPHERE
from renderer.tables.layout import TANGENT
from renderer.tables.layout import TRIANGLE
from renderer.tables.layout import GeometrySlot
from renderer.tables.layout import ShadingSlot
from renderer.tables.texture import put_integers
from scenes.model.description import Flat
from scenes.model.description import FlatKind
from scenes.model.description import Mesh
from scenes.model.description import SceneDescription
from scenes.model.description import Shape
from scenes.model.description import Sphere
from scenes.model.materials import Material

UV_SLOTS = (
    (ShadingSlot.U0, ShadingSlot.V0),
    (ShadingSlot.U1, ShadingSlot.V1),
    (ShadingSlot.U2, ShadingSlot.V2),
)


@dataclass(eq=False)
class GeometryTable:
    """All primitives of a scene, in the order of its shapes."""

    geometry: np.ndarray
    """(P, GEOMETRY_ROWS, 4) float32."""
    shading: np.ndarray
    """(P, SHADING_ROWS, 4) float32."""
    kind: np.ndarray
    """(P,) int32: TRIANGLE, RECTANGLE, DISK or SPHERE, with MASKED_BIT unless the opacity is 1."""
    lower: np.ndarray
    """(P, 3) float32 bounds."""
    upper: np.ndarray
    """(P, 3) float32."""
    first: list[int]
    """First primitive index of each shape, then the primitive count."""
    attributes: np.ndarray
    """(N, 4) float32, N >= 1: per triangle with attributes ATTRIBUTE_ROWS rows for each name."""

    def set_emitters(self, primitives: np.ndarray, emitters: np.ndarray) -> None:
        """Write the emitter indices of emissive primitives."""
        slot = GeometrySlot.EMITTER
        put_integers(self.geometry, (primitives, *slot.at), emitters)


def build_geometry(scene: SceneDescription, attributes: Sequence[str] = ()) -> GeometryTable:
    """Flatten every shape, with the values of the mesh attributes of these names."""
    parts = [_flatten(shape) for shape in scene.shapes]
    first = [0, *np.cumsum([len(part[0]) for part in parts]).tolist()]
    geometry = np.concatenate([part[0] for part in parts])
    shading = np.concatenate([part[1] for part in parts])
    lower = np.concatenate([part[2] for part in parts]).astype(np.float32)
    upper = np.concatenate([part[3] for part in parts]).astype(np.float32)
    kind = np.empty(len(geometry), np.int32)
    material = np.empty(len(geometry), np.int32)
    for index, shape in enumerate(scene.shapes):
        rows = slice(first[index], first[index + 1])
        kind[rows] = _kind(shape, scene.materials[shape.material])
        material[rows] = shape.material
    put_integers(geometry, GeometrySlot.KIND.of_all, kind)
    put_integers(geometry, GeometrySlot.MATERIAL.of_all, material)
    put_integers(geometry, GeometrySlot.EMITTER.of_all, NO_INDEX)
    put_integers(shading, ShadingSlot.ATTRIBUTES.of_all, NO_INDEX)
    values = [np.zeros((1, 4), np.float32)]
    for index, shape in enumerate(scene.shapes):
        if isinstance(shape, Mesh) and not shape.attributes.keys().isdisjoint(attributes):
            primitives = np.arange(first[index], first[index + 1])
            start = sum(map(len, values))
            step = ATTRIBUTE_ROWS * len(attributes)
            put_integers(
                shading,
                (primitives, *ShadingSlot.ATTRIBUTES.at),
                start + step * np.arange(len(primitives)),
            )
            values.append(_attribute_rows(shape, attributes))
    return GeometryTable(geometry, shading, kind, lower, upper, first, np.concatenate(values))


def _attribute_rows(mesh: Mesh, names: Sequence[str]) -> np.ndarray:
    """(F * len(names) * 3, 4) float32 RGBA at the corners; white where the mesh lacks a name,
    0 for TANGENT.
    """
    faces = oriented_faces(mesh)
    result = np.ones((len(faces), len(names), 3, 4), np.float32)
    for place, name in enumerate(names):
        if name == TANGENT:
            result[:, place] = 0.0
        if name in mesh.attributes:
            values = np.asarray(mesh.attributes[name], np.float32)
            corners = values if values.ndim == 3 else values[faces]
            count = corners.shape[2]
            result[:, place, :, :count] = corners
            if count == 1:
                result[:, place, :, 1:3] = corners
            elif count == 2:
                result[:, place, :, 2] = 0.0
    return result.reshape(-1, 4)


def _kind(shape: Shape, material: Material) -> int:
    """Kind word of every primitive of a shape."""
    kind = TRIANGLE
    if isinstance(shape, Sphere):
        kind = SPHERE
    elif isinstance(shape, Flat):
        kind = DISK if shape.kind is FlatKind.DISK else RECTANGLE
    is_opaque = isinstance(material.opacity, (int, float)) and material.opacity == 1.0
    return kind if is_opaque else kind | MASKED_BIT


def _flatten(shape: Shape) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(geometry rows, shading rows, lower bounds, upper bounds) of a shape's primitives."""
    if isinstance(shape, Mesh):
        return _flatten_mesh(shape)
    if isinstance(shape, Sphere):
        return _flatten_sphere(shape)
    return _flatten_flat(shape)


def oriented_faces(mesh: Mesh) -> np.ndarray:
    """(F, 3) int64 faces, reversed where the winding disagrees with the shading normals."""
    faces = np.array(mesh.faces, np.int64)
    if mesh.normals is not None:
        corners = np.asarray(mesh.vertices, np.float32)[faces]
        cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals = np.asarray(mesh.normals, np.float32)[faces]
        is_turned = np.einsum("fi,fi->f", cross, normals.sum(axis=1)) < 0
        faces[is_turned] = faces[is_turned][:, [0, 2, 1]]
    return faces


def _flatten_mesh(mesh: Mesh) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Flatten a mesh into triangles; reverse windings that disagree with the shading normals."""
    faces = oriented_faces(mesh)
    corners = np.asarray(mesh.vertices, np.float32)[faces]
    if mesh.normals is not None:
        normals = np.asarray(mesh.normals, np.float32)[faces]
    else:
        cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        length = np.linalg.norm(cross, axis=1, keepdims=True)
        normals = np.repeat((cross / np.maximum(length, 1e-30))[:, None], 3, axis=1)
    uvs = np.zeros((len(faces), 3, 2), np.float32)
    if mesh.uvs is not None:
        uvs = np.asarray(mesh.uvs, np.float32)[faces]
    geometry = np.zeros((len(faces), GEOMETRY_ROWS, 4), np.float32)
    geometry[GeometrySlot.ORIGIN.vector_of_all] = corners[:, 0]
    geometry[GeometrySlot.EDGE1.vector_of_all] = corners[:, 1] - corners[:, 0]
    geometry[GeometrySlot.EDGE2.vector_of_all] = corners[:, 2] - corners[:, 0]
    return geometry, _shading_rows(normals, uvs), corners.min(axis=1), corners.max(axis=1)


def _shading_rows(normals: np.ndarray, uvs: np.ndarray) -> np.ndarray:
    """Pack (P, 3, 3) normals and (P, 3, 2) texture coordinates."""
    rows = np.zeros((len(normals), SHADING_ROWS, 4), np.float32)
    for corner, slot in enumerate((ShadingSlot.NORMAL0, ShadingSlot.NORMAL1, ShadingSlot.NORMAL2)):
        rows[slot.vector_of_all] = normals[:, corner]
    for corner, (u, v) in enumerate(UV_SLOTS):
        rows[u.of_all], rows[v.of_all] = uvs[:, corner, 0], uvs[:, corner, 1]
    return rows


def corner_uvs(shading: np.ndarray) -> np.ndarray:
    """(P, 3, 2) texture coordinates of the corners, from (P, SHADING_ROWS, 4) rows."""
    return np.stack(
        [np.stack([shading[u.of_all], shading[v.of_all]], axis=-1) for u, v in UV_SLOTS], axis=1
    )


def _flatten_sphere(sphere: Sphere) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Flatten a sphere into one primitive."""
    geometry = np.zeros((1, GEOMETRY_ROWS, 4), np.float32)
    geometry[0][GeometrySlot.CENTER.vector] = sphere.center
    geometry[0][GeometrySlot.RADIUS.at] = sphere.radius
    geometry[0][GeometrySlot.IS_FLIPPED.at] = 1.0 if sphere.is_flipped else 0.0
    center = np.asarray(sphere.center)[None]
    shading = np.zeros((1, SHADING_ROWS, 4), np.float32)
    for axis, slot in enumerate((ShadingSlot.AXIS_X, ShadingSlot.AXIS_Y, ShadingSlot.AXIS_Z)):
        shading[0][slot.vector] = sphere.axes[axis]
    return geometry, shading, center - sphere.radius, center + sphere.radius


def _flatten_flat(flat: Flat) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Flatten a rectangle or disk into one primitive; texture coordinates are (a, b)."""
    origin, u, v = (np.asarray(x, np.float64) for x in (flat.origin, flat.edge_u, flat.edge_v))
    geometry = np.zeros((1, GEOMETRY_ROWS, 4), np.float32)
    for slot, vector in (
        (GeometrySlot.ORIGIN, origin),
        (GeometrySlot.EDGE1, u),
        (GeometrySlot.EDGE2, v),
    ):
        geometry[0][slot.vector] = vector
    normal = np.cross(u, v)
    normals = np.tile(normal / np.linalg.norm(normal), (1, 3, 1)).astype(np.float32)
    uvs = np.array([[[0, 0], [1, 0], [0, 1]]], np.float32)
    corners = np.stack([origin, origin + u, origin + v, origin + u + v])
    return (
        geometry,
        _shading_rows(normals, uvs),
        corners.min(axis=0)[None],
        corners.max(axis=0)[None],
    )
