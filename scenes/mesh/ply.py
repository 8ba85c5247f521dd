"""PLY files: positions, normals, texture coordinates, colours and polygons of one mesh.

Host code.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import plyfile

from scenes.mesh.polygons import strip_triangles
from scenes.mesh.polygons import triangulated
from scenes.mesh.validation import RawMesh
from scenes.mesh.validation import unit_colors
from scenes.model.compressed import gzip_chunks
from scenes.model.description import SceneError

UV_NAMES = (("u", "v"), ("s", "t"), ("texture_u", "texture_v"))
"""Names of vertex properties for texture coordinates, v upwards."""
COLOR_NAMES = (
    ("red", "green", "blue"),
    ("diffuse_red", "diffuse_green", "diffuse_blue"),
    ("r", "g", "b"),
)
"""Names of properties for sRGB colours: integers up to 255 (uint16: 65,535) or floats up to 1."""
TEXCOORD = "texcoord"
"""Name of the face property for texture coordinates per corner."""
INDEX_NAMES = ("vertex_indices", "vertex_index")
"""Names of the face property for vertex indices."""

PLY_ERRORS = (
    plyfile.PlyParseError,
    plyfile.PlyElementParseError,
    plyfile.PlyHeaderParseError,
    ArithmeticError,
    EOFError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)
"""Exceptions of plyfile for damaged files; a header may state more data than fits into memory."""


def read_ply(path: Path) -> RawMesh:
    """Read an ASCII or binary PLY file, not validated yet; polygons become triangles.

    A file whose name ends in .gz is decompressed.
    """
    if not os.path.isfile(path):
        raise SceneError(f"{path}: no such file")
    if path.suffix == ".gz":
        with tempfile.TemporaryDirectory() as folder:
            ply = _parse(_decompressed(path, Path(folder)), path)
    else:
        ply = _parse(path, path)
    elements = {element.name: element for element in ply.elements}
    if "vertex" not in elements:
        raise SceneError(f"{path}: element vertex: missing")
    vertex = elements["vertex"].data
    vertices = _columns(vertex, ("x", "y", "z"))
    if vertices is None:
        raise SceneError(f"{path}: element vertex: no properties x, y, z")
    uv_names = next((n for n in UV_NAMES if set(n) <= set(vertex.dtype.names or ())), None)
    if "face" not in elements and "tristrips" in elements:
        face = _strips(elements["tristrips"].data, path)
    else:
        face = elements["face"].data if "face" in elements else np.zeros(0)
    if len(face) == 0:
        raise SceneError(f"{path}: element face: no faces")
    face, is_complete = _polygons(face, path)
    colors, color_note = _colors(vertex)
    notes = [*_texture_notes(ply, face), *_alpha_notes(vertex, colors), color_note]
    if not is_complete:
        notes.append("faces of fewer than three corners were left out")
    mesh = RawMesh(
        vertices=vertices,
        faces=_triangles(face, vertices),
        normals=_columns(vertex, ("nx", "ny", "nz")),
        uvs=None if uv_names is None else _columns(vertex, uv_names),
        uv_names=uv_names,
        colors=colors,
        face_colors=_face_colors(face),
        texture=_texture_file(ply, path),
        attributes=_attributes(vertex, face),
        notes=tuple(note for note in notes if note),
    )
    return with_corner_uvs(mesh, face) if uv_names is None else mesh


def _texture_file(ply: plyfile.PlyData, path: Path) -> Path | None:
    """Image that a comment `TextureFile NAME` names, as MeshLab and scanners write it."""
    names = _texture_names(ply)
    return path.parent / names[0] if names else None


def _texture_names(ply: plyfile.PlyData) -> list[str]:
    words = (comment.strip().partition(" ") for comment in ply.comments)
    return [name.strip() for keyword, _, name in words if keyword == "TextureFile" and name.strip()]


def _texture_notes(ply: plyfile.PlyData, face: np.ndarray) -> list[str]:
    """Note on textures after the first, which faces choose by `texnumber`."""
    others = _texture_names(ply)[1:]
    if not others or ("texnumber" in (face.dtype.names or ()) and not face["texnumber"].any()):
        return []
    return [f"one texture per file is read, not {', '.join(others)}"]


def _alpha_notes(vertex: np.ndarray, colors: np.ndarray | None) -> list[str]:
    """Note on opacities of vertices below 1."""
    if colors is None or "alpha" not in (vertex.dtype.names or ()):
        return []
    alpha = vertex["alpha"]
    is_opaque = (alpha >= _brightest(alpha.dtype)).all()
    return [] if is_opaque else ["alpha of the vertex colours is ignored"]


def _face_colors(face: np.ndarray) -> np.ndarray | None:
    """(F, 1, 3) float32 sRGB colours in [0, 1] of the triangles, or None."""
    colors, _ = _colors(face)
    return None if colors is None else colors[triangle_polygons(face)][:, None]


def _decompressed(path: Path, folder: Path) -> Path:
    """Copy of a gzip file in `folder`, decompressed."""
    target = folder / "mesh.ply"
    with open(target, "wb") as copy:
        copy.writelines(gzip_chunks(path))
    return target


def _parse(path: Path, name: Path) -> plyfile.PlyData:
    """Parse the file, assuming at first that all faces are triangles, which is far faster.

    `name` is for messages.
    """
    triangles = {"face": {name: 3 for name in INDEX_NAMES}}
    try:
        return plyfile.PlyData.read(str(path), known_list_len=triangles)
    except (*PLY_ERRORS, KeyError, OverflowError):
        pass
    try:
        return plyfile.PlyData.read(str(path), mmap=False)
    except PLY_ERRORS as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SceneError(f"{name}: damaged PLY file ({reason})") from error


def _columns(data: np.ndarray, names: tuple[str, ...]) -> np.ndarray | None:
    """(N, len(names)) columns of a structured array, or None if a property is missing."""
    if any(name not in (data.dtype.names or ()) for name in names):
        return None
    return np.stack([data[name] for name in names], axis=1)


def _colors(vertex: np.ndarray) -> tuple[np.ndarray | None, str]:
    """(V, 3) float32 colours in [0, 1], or None; and a note or an empty text."""
    found = (_columns(vertex, names) for names in COLOR_NAMES)
    colors = next((each for each in found if each is not None), None)
    if colors is None:
        return None, ""
    return unit_colors(colors.astype(np.float32) / _brightest(colors.dtype))


def _brightest(dtype: np.dtype) -> float:
    """Value of white, or of full opacity."""
    if dtype.kind not in "iu":
        return 1.0
    return 65535.0 if dtype == np.uint16 else 255.0


def _attributes(vertex: np.ndarray, face: np.ndarray) -> dict[str, np.ndarray]:
    """Numbered properties (`color_0`, `color_1`, ...) and r, g, b as attributes.

    Per vertex `vertex_NAME`, (V, C); per triangle `face_NAME`, (F, 1, C), each polygon's for all
    its triangles. Names and values as Mitsuba 3 reads them.
    """
    found = {}
    for prefix, data in (("vertex", vertex), ("face", face)):
        for name, properties in _numbered(data.dtype.names or ()).items():
            values = _columns(data, properties)
            if values is not None and values.dtype.kind in "fiu" and len(properties) <= 4:
                found[f"{prefix}_{name}"] = values.astype(np.float32)
    rows = triangle_polygons(face)
    return {
        name: values[rows][:, None] if name.startswith("face_") else values
        for name, values in found.items()
    }


def triangle_polygons(face: np.ndarray) -> np.ndarray:
    """(T,) index of the polygon that each triangle is a part of."""
    index = next((name for name in INDEX_NAMES if name in (face.dtype.names or ())), None)
    if index is None or face[index].dtype != object:
        return np.arange(len(face))
    triangles = np.array([max(len(polygon) - 2, 0) for polygon in face[index]])
    return np.repeat(np.arange(len(face)), triangles)


def with_corner_uvs(mesh: RawMesh, face: np.ndarray) -> RawMesh:
    """The mesh with the texture coordinates of property `texcoord`, two per corner of a face.

    Corners get vertices of their own. The mesh itself without the property, or if a polygon has not
    as many coordinates as corners.
    """
    if TEXCOORD not in (face.dtype.names or ()):
        return mesh
    index = next(name for name in INDEX_NAMES if name in (face.dtype.names or ()))
    corners = [np.asarray(polygon) for polygon in face[index]]
    uvs = [np.asarray(values, np.float64).reshape(-1, 2) for values in face[TEXCOORD]]
    if any(len(uv) != len(corner) for uv, corner in zip(uvs, corners)):
        return mesh
    counts = np.array([len(corner) for corner in corners])
    flat = np.concatenate(corners)
    split = triangulated(np.arange(len(flat)), counts, mesh.vertices[flat])
    return replace(
        mesh,
        vertices=mesh.vertices[flat],
        faces=split,
        normals=None if mesh.normals is None else mesh.normals[flat],
        colors=None if mesh.colors is None else mesh.colors[flat],
        uvs=np.concatenate(uvs),
        attributes={
            name: values if values.ndim == 3 else values[flat]
            for name, values in mesh.attributes.items()
        },
    )


def _numbered(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Names of attributes -> their properties, in order."""
    groups: dict[str, list[str]] = {}
    for name in names:
        stem, _, number = name.rpartition("_")
        if stem and number.isdigit() and int(number) == len(groups.get(stem, [])):
            groups.setdefault(stem, []).append(name)
    if {"r", "g", "b"} <= set(names):
        groups.setdefault("color", ["r", "g", "b"])
    return {stem: tuple(properties) for stem, properties in groups.items()}


def _strips(data: np.ndarray, path: Path) -> np.ndarray:
    """Faces of triangle strips; in each list of indices a negative one ends a strip."""
    name = _index_name(data, "tristrips", path)
    triangles = [np.zeros((0, 3), np.int64)]
    for indices in data[name]:
        values = np.asarray(indices, np.int64)
        for strip in np.split(values, np.flatnonzero(values < 0)):
            triangles.append(strip_triangles(strip[strip >= 0]))
    found = np.concatenate(triangles)
    face = np.zeros(len(found), [(INDEX_NAMES[0], np.int64, 3)])
    face[INDEX_NAMES[0]] = found
    return face


def _polygons(face: np.ndarray, path: Path) -> tuple[np.ndarray, bool]:
    """The faces with at least three corners, and whether all have."""
    polygons = face[_index_name(face, "face", path)]
    if polygons.dtype != object:
        return face, True
    kept = np.array([len(polygon) >= 3 for polygon in polygons])
    if not kept.any():
        raise SceneError(f"{path}: element face: no face has three corners")
    return face[kept], bool(kept.all())


def _index_name(data: np.ndarray, element: str, path: Path) -> str:
    name = next((name for name in INDEX_NAMES if name in (data.dtype.names or ())), None)
    if name is None:
        raise SceneError(f"{path}: element {element}: no property vertex_indices")
    return name


def _triangles(data: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """(F, 3) int64 vertex indices."""
    polygons = data[next(name for name in INDEX_NAMES if name in (data.dtype.names or ()))]
    if polygons.dtype != object:
        return polygons.astype(np.int64)
    counts = np.array([len(polygon) for polygon in polygons])
    return triangulated(np.concatenate(list(polygons)), counts, vertices)
