"""PLY files: positions, normals, texture coordinates, colours and polygons of one mesh.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import plyfile

from scenes.mesh.polygons import triangulated
from scenes.mesh.validation import RawMesh
from scenes.model.description import SceneError

UV_NAMES = (("u", "v"), ("s", "t"), ("texture_u", "texture_v"))
"""Names of vertex properties for texture coordinates, v upwards."""
COLOR_NAMES = (("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"))
"""Names of vertex properties for sRGB colours: integers (uint8: up to 255) or floats up to 1."""
INDEX_NAMES = ("vertex_indices", "vertex_index")
"""Names of the face property for vertex indices."""

PLY_ERRORS = (plyfile.PlyParseError, ValueError, IndexError, TypeError, EOFError, MemoryError)
"""Exceptions of plyfile for damaged files; a header may state more data than fits into memory."""


def read_ply(path: Path) -> RawMesh:
    """Read an ASCII or binary PLY file, not validated yet; polygons become triangles."""
    if not path.is_file():
        raise SceneError(f"{path}: no such file")
    ply = _parse(path)
    elements = {element.name: element for element in ply.elements}
    if "vertex" not in elements:
        raise SceneError(f"{path}: element vertex: missing")
    if "face" not in elements or len(elements["face"].data) == 0:
        raise SceneError(f"{path}: element face: no faces")
    vertex = elements["vertex"].data
    vertices = _columns(vertex, ("x", "y", "z"))
    if vertices is None:
        raise SceneError(f"{path}: element vertex: no properties x, y, z")
    uv_names = next((n for n in UV_NAMES if set(n) <= set(vertex.dtype.names or ())), None)
    return RawMesh(
        vertices=vertices,
        faces=_triangles(elements["face"].data, vertices, path),
        normals=_columns(vertex, ("nx", "ny", "nz")),
        uvs=None if uv_names is None else _columns(vertex, uv_names),
        uv_names=uv_names,
        colors=_colors(vertex),
    )


def _parse(path: Path) -> plyfile.PlyData:
    """Parse the file, assuming at first that all faces are triangles, which is far faster."""
    triangles = {"face": {name: 3 for name in INDEX_NAMES}}
    try:
        return plyfile.PlyData.read(str(path), known_list_len=triangles)
    except (plyfile.PlyParseError, ValueError, MemoryError):
        pass
    try:
        return plyfile.PlyData.read(str(path), mmap=False)
    except PLY_ERRORS as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SceneError(f"{path}: damaged PLY file ({reason})") from error


def _columns(data: np.ndarray, names: tuple[str, ...]) -> np.ndarray | None:
    """(N, len(names)) columns of a structured array, or None if a property is missing."""
    if any(name not in (data.dtype.names or ()) for name in names):
        return None
    return np.stack([data[name] for name in names], axis=1)


def _colors(vertex: np.ndarray) -> np.ndarray | None:
    """(V, 3) float32 colours in [0, 1], or None."""
    found = (_columns(vertex, names) for names in COLOR_NAMES)
    colors = next((each for each in found if each is not None), None)
    if colors is None:
        return None
    brightest = np.iinfo(colors.dtype).max if colors.dtype.kind in "iu" else 1.0
    return np.clip(np.nan_to_num(colors.astype(np.float32) / brightest), 0.0, 1.0)


def _triangles(data: np.ndarray, vertices: np.ndarray, path: Path) -> np.ndarray:
    """(F, 3) int64 vertex indices."""
    name = next((name for name in INDEX_NAMES if name in (data.dtype.names or ())), None)
    if name is None:
        raise SceneError(f"{path}: element face: no property vertex_indices")
    polygons = data[name]
    if polygons.dtype != object:
        return polygons.astype(np.int64)
    counts = np.array([len(polygon) for polygon in polygons])
    if (counts < 3).any():
        face = int(np.argmax(counts < 3))
        raise SceneError(f"{path}: face {face}: {counts[face]} corners, at least 3 needed")
    return triangulated(np.concatenate(list(polygons)), counts, vertices)
