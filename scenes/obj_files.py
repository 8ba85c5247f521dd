"""OBJ files: positions, normals, texture coordinates and faces, grouped by material.

Host code. Lines, curves and free-form surfaces are skipped.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np

from scenes.description import SceneError
from scenes.mesh_validation import RawMesh
from scenes.ply_files import fan_triangles

GroupKey = tuple[str, int, bool, bool]
"""Material name, corners per face, has texture coordinates, has normals."""


@dataclass(frozen=True, eq=False)
class ObjPart:
    """All faces of a file that share a material and a layout."""

    mesh: RawMesh
    material: str
    """Name given by `usemtl`, empty before the first."""


@dataclass(frozen=True, eq=False)
class ObjFile:
    """Parts of a file and the material libraries it names."""

    parts: tuple[ObjPart, ...]
    libraries: tuple[Path, ...]


@dataclass
class _Reader:
    """What has been read so far."""

    path: Path
    rows: dict[str, list[str]] = field(default_factory=lambda: {"v": [], "vt": [], "vn": []})
    groups: dict[GroupKey, list[list[int]]] = field(default_factory=lambda: defaultdict(list))
    libraries: list[Path] = field(default_factory=list)
    material: str = ""


def read_obj(path: Path) -> ObjFile:
    """Unchecked parts of an OBJ file; polygons become fans of triangles."""
    if not path.is_file():
        raise SceneError(f"{path}: no such file")
    reader = _Reader(path)
    text = path.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    for number, line in enumerate(text.splitlines(), start=1):
        _read_line(reader, line, number)
    if not reader.groups:
        raise SceneError(f"{path}: no faces")
    arrays = {
        "v": _array(reader, "v", 3),
        "vt": _array(reader, "vt", 2),
        "vn": _array(reader, "vn", 3),
    }
    merged: dict[tuple[str, bool, bool], list[np.ndarray]] = defaultdict(list)
    for (material, corner_count, has_uv, has_normal), faces in reader.groups.items():
        triples = np.array(faces, dtype=np.int64).reshape(len(faces) * corner_count, 3)
        corners = np.arange(len(triples)).reshape(len(faces), corner_count)
        merged[material, has_uv, has_normal].append(triples[fan_triangles(corners)])
    parts = [
        ObjPart(_indexed(path, np.concatenate(triples), arrays), material)
        for (material, _, _), triples in merged.items()
    ]
    return ObjFile(tuple(parts), tuple(reader.libraries))


def _read_line(reader: _Reader, line: str, number: int) -> None:
    keyword, _, rest = line.strip().partition(" ")
    if keyword in reader.rows:
        reader.rows[keyword].append(rest)
    elif keyword == "f":
        _read_face(reader, rest.split(), number)
    elif keyword == "usemtl":
        reader.material = rest.strip()
    elif keyword == "mtllib":
        reader.libraries.append(reader.path.parent / rest.strip())


def _read_face(reader: _Reader, corners: list[str], number: int) -> None:
    """Append one polygon: for each corner three indices from 0, or -1 where the file gives none."""
    counts = tuple(len(reader.rows[kind]) for kind in ("v", "vt", "vn"))
    indices: list[int] = []
    try:
        for corner in corners:
            parts = corner.split("/")
            for kind in range(3):
                text = parts[kind] if kind < len(parts) else ""
                index = int(text) if text else 0
                # Negative indices count back from the row read last.
                resolved = index - 1 if index >= 0 else counts[kind] + index
                if index < 0 and resolved < 0:
                    raise SceneError(f"{reader.path}: line {number}: index {index} out of range")
                indices.append(resolved)
    except ValueError as error:
        if isinstance(error, SceneError):
            raise
        raise SceneError(
            f"{reader.path}: line {number}: bad face 'f {' '.join(corners)}'"
        ) from None
    if len(corners) < 3:
        raise SceneError(f"{reader.path}: line {number}: face with {len(corners)} corners")
    has_uv = min(indices[1::3]) >= 0
    has_normal = min(indices[2::3]) >= 0
    reader.groups[reader.material, len(corners), has_uv, has_normal].append(indices)


def _array(reader: _Reader, kind: str, width: int) -> np.ndarray:
    """(N, width) float64 of all rows of a kind; extra columns (weights, colours) are dropped."""
    rows = [row.split()[:width] for row in reader.rows[kind]]
    for index, row in enumerate(rows):
        if len(row) < width:
            # A texture coordinate may be one number; everything else must be complete.
            if kind != "vt" or not row:
                raise SceneError(f"{reader.path}: {kind} {index + 1}: {width} numbers needed")
            row.append("0")
    try:
        return np.array(rows, dtype=np.float64).reshape(-1, width)
    except ValueError as error:
        raise SceneError(f"{reader.path}: {kind}: {error}") from None


def _indexed(path: Path, triples: np.ndarray, arrays: dict[str, np.ndarray]) -> RawMesh:
    """One vertex per distinct triple of indices; `triples` is (F, 3 corners, 3 kinds)."""
    flat = triples.reshape(-1, 3)
    kinds = ("v", "vt", "vn")
    sizes = [len(arrays[kind]) for kind in kinds]
    used = [True, bool(flat[:, 1].min() >= 0), bool(flat[:, 2].min() >= 0)]
    for kind, size, column, is_used in zip(kinds, sizes, flat.T, used):
        outside = (column < 0) | (column >= size)
        if is_used and outside.any():
            row = int(np.argmax(outside))
            raise SceneError(
                f"{path}: face {row // 3}: {kind} index {column[row] + 1} out of range, "
                f"there are {size}"
            )
    keys = (flat[:, 0] * (sizes[1] + 1) + flat[:, 1] * used[1]) * (sizes[2] + 1)
    keys = keys + flat[:, 2] * used[2]
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    return RawMesh(
        vertices=arrays["v"][flat[first, 0]],
        faces=inverse.reshape(-1, 3),
        normals=arrays["vn"][flat[first, 2]] if used[2] else None,
        uvs=arrays["vt"][flat[first, 1]] if used[1] else None,
    )
