"""Validation and repair of meshes from all file formats.

Host code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np

from scenes.model.description import Mesh
from scenes.model.description import SceneError
from scenes.model.transforms import transform_normals
from scenes.model.transforms import transform_points


class ZeroAreaError(SceneError):
    """All triangles of a mesh have zero area."""


@dataclass(frozen=True, eq=False)
class RawMesh:
    """Mesh arrays as stored in a file, not validated yet."""

    vertices: np.ndarray
    """(V, 3) any float type."""
    faces: np.ndarray
    """(F, 3) any integer type."""
    normals: np.ndarray | None = None
    """(V, 3) any float type and length, or None."""
    uvs: np.ndarray | None = None
    """(V, 2) any float type, v upwards, or None."""
    uv_names: tuple[str, str] | None = None
    """Names of the texture coordinates in a PLY file, or None."""
    colors: np.ndarray | None = None
    """(V, 3) float32 in [0, 1], or None; sRGB-encoded or linear by the file's format."""
    face_colors: np.ndarray | None = None
    """(F, 1, 3) float32 in [0, 1], sRGB-encoded, or None."""
    texture: Path | None = None
    """Image of the mesh's colour, or None."""
    attributes: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Further values, as in `scenes.model.description.Mesh`."""
    notes: tuple[str, ...] = ()
    """What was left out or changed, a line each, without the file's name."""


ZERO_NORMALS = "normals of length zero were replaced by those of the faces"
"""Note for meshes with `has_zero_normals`."""


def has_zero_normals(raw: RawMesh) -> bool:
    """Whether a vertex in use has a normal of length zero."""
    if raw.normals is None:
        return False
    is_zero: np.ndarray = np.linalg.norm(raw.normals, axis=1) == 0.0
    return bool(is_zero.any() and is_zero[raw.faces[(raw.faces < len(is_zero)).all(axis=1)]].any())


def validated_mesh(
    raw: RawMesh, source: str, to_world: np.ndarray | None = None, is_turned: bool = False
) -> Mesh:
    """Validated mesh in world space; `source` names file and element in errors.

    Zero-area triangles are dropped; ZeroAreaError if all are. If `to_world` mirrors, the winding is
    reversed, so that the front stays the front; with `is_turned` it is reversed once more.
    """
    _check_indices(raw, source)
    _check_finite(raw, source)
    vertices = raw.vertices.astype(np.float64)
    faces = raw.faces.astype(np.int32)
    if to_world is not None:
        vertices = transform_points(to_world, vertices)
        if (np.linalg.det(to_world[:3, :3]) < 0.0) != is_turned:
            faces = faces[:, [0, 2, 1]]
    vertices = vertices.astype(np.float32)
    kept = _with_area(vertices, faces, source)
    faces = faces[kept]
    normals = raw.normals
    if normals is not None:
        stored = raw.vertices.astype(np.float64)
        normals = _unit_normals(
            normals.astype(np.float64), raw.faces[kept], face_vectors(stored, raw.faces[kept])
        )
        if to_world is not None:
            normals = normalize(transform_normals(to_world, normals))
    return Mesh(
        vertices=np.ascontiguousarray(vertices),
        faces=np.ascontiguousarray(faces),
        normals=None if normals is None else np.ascontiguousarray(normals, dtype=np.float32),
        uvs=None if raw.uvs is None else np.ascontiguousarray(raw.uvs, dtype=np.float32),
        attributes={
            name: np.ascontiguousarray(
                np.nan_to_num(values[kept] if values.ndim == 3 else values), dtype=np.float32
            )
            for name, values in raw.attributes.items()
        },
    )


def unit_colors(colors: np.ndarray) -> tuple[np.ndarray, str]:
    """Colours as float32 in [0, 1], and a note: if any exceeds 1, they count up to 255."""
    values = np.nan_to_num(colors.astype(np.float32))
    note = ""
    if values.max(initial=0.0) > 1.0:
        values /= np.float32(255.0)
        note = "vertex colours exceed 1 and were divided by 255"
    return np.clip(values, 0.0, 1.0), note


def normalize(vectors: np.ndarray) -> np.ndarray:
    """Scale (N, 3) vectors to unit length; zero vectors stay zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths > 0.0, lengths, 1.0)


def _check_indices(raw: RawMesh, source: str) -> None:
    if len(raw.faces) == 0 or len(raw.vertices) == 0:
        raise SceneError(f"{source}: no faces" if len(raw.vertices) else f"{source}: no vertices")
    low = int(raw.faces.min())
    high = int(raw.faces.max())
    count = len(raw.vertices)
    if low < 0 or high >= count:
        wrong = low if low < 0 else high
        face = int(np.argmax((raw.faces == wrong).any(axis=1)))
        raise SceneError(
            f"{source}: face {face}: index {wrong} out of range, there are {count} vertices"
        )


def _check_finite(raw: RawMesh, source: str) -> None:
    arrays = (("position", raw.vertices), ("normal", raw.normals), ("texture coordinate", raw.uvs))
    for name, array in arrays:
        if array is None or np.isfinite(array).all():
            continue
        vertex = int(np.argmax(~np.isfinite(array).all(axis=1)))
        raise SceneError(f"{source}: vertex {vertex}: {name} is not finite")


def _unit_normals(normals: np.ndarray, faces: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Unit normals; that of a vertex whose normal is zero is the mean of its faces'.

    Args:
        corners: (F, 3) normals of the faces, of any length.
    """
    is_zero = np.linalg.norm(normals, axis=1) == 0.0
    if is_zero.any():
        sums = np.zeros_like(normals)
        for corner in range(3):
            np.add.at(sums, faces[:, corner], corners)
        normals = np.where(is_zero[:, None], sums, normals)
        # Opposite faces cancel to zero: any unit vector will do.
        normals[np.linalg.norm(normals, axis=1) == 0.0] = (0.0, 0.0, 1.0)
    return normalize(normals)


def _with_area(vertices: np.ndarray, faces: np.ndarray, source: str) -> np.ndarray:
    """(F,) True for the triangles that have any area."""
    kept: np.ndarray = np.linalg.norm(face_vectors(vertices, faces), axis=1) > 0.0
    if not kept.any():
        raise ZeroAreaError(f"{source}: all {len(faces)} triangles have zero area")
    return kept


def face_vectors(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """(F, 3) float64 cross products of two edges: length twice the area, towards the front."""
    corners = vertices.astype(np.float64)[faces]
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
