"""OBJ files: positions, normals, texture coordinates and faces, grouped by material.

Host code. Polygons become triangles; corners with equal indices become one vertex.
Points, lines, curves and free-form surfaces are left out, with a note.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np

from scenes.mesh.polygons import triangulated
from scenes.mesh.text import text_lines
from scenes.mesh.text import without_comment
from scenes.mesh.validation import RawMesh
from scenes.mesh.validation import unit_colors
from scenes.model.description import SceneError

WIDTHS = {"v": 3, "vt": 2, "vn": 3}
"""Numbers read per row besides the colour of `v`, in the order of a face corner."""
LEFT_OUT = {
    "p": "points",
    "l": "lines",
    "curv": "curves",
    "curv2": "curves",
    "surf": "free-form surfaces",
}
"""Keyword of an element -> its name in the note."""
GroupKey = tuple[str, bool, bool]
"""(material name, has texture coordinates, has normals)."""


@dataclass(frozen=True, eq=False)
class ObjPart:
    """All faces of a file with the same material and the same vertex attributes."""

    mesh: RawMesh
    material: str
    """Name given by `usemtl`, empty before the first."""


@dataclass(frozen=True, eq=False)
class ObjFile:
    """Parts of a file and the material libraries it names."""

    parts: tuple[ObjPart, ...]
    libraries: tuple[Path, ...]
    notes: tuple[str, ...] = ()
    """What was left out or changed, a line each, without the file's name."""


@dataclass
class _Group:
    """Polygons with the same material and the same vertex attributes."""

    corners: list[tuple[int, int, int]] = field(default_factory=list)
    """Indices of `v`, `vt` and `vn` from 1, corner after corner; 0 where the file gives none."""
    counts: list[int] = field(default_factory=list)
    """Corners of each polygon, >= 3."""


@dataclass
class _Reader:
    """Content of the file read so far."""

    path: Path
    rows: dict[str, list[list[float]]] = field(
        default_factory=lambda: {kind: [] for kind in WIDTHS}
    )
    groups: dict[GroupKey, _Group] = field(default_factory=lambda: defaultdict(_Group))
    highest: dict[str, tuple[int, int]] = field(
        default_factory=lambda: {kind: (0, 0) for kind in WIDTHS}
    )
    """(highest index in use, number of its line), per kind of row."""
    libraries: list[Path] = field(default_factory=list)
    colors: dict[int, list[float]] = field(default_factory=dict)
    """Row of `v`, from 0 -> its colour."""
    material: str = ""
    notes: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        """Add a note, unless it exists already."""
        if text not in self.notes:
            self.notes.append(text)

    def error(self, line: int, reason: str) -> SceneError:
        """SceneError that names the file and the line."""
        return SceneError(f"{self.path}: line {line}: {reason}")


def read_obj(path: Path) -> ObjFile:
    """Parse an OBJ file into parts, not validated yet; polygons become triangles."""
    if not os.path.isfile(path):
        raise SceneError(f"{path}: no such file")
    reader = _Reader(path)
    for number, line in enumerate(text_lines(path), start=1):
        _read_line(reader, line, number)
    if not reader.groups:
        raise SceneError(f"{path}: no faces")
    for kind, (index, number) in reader.highest.items():
        count = len(reader.rows[kind])
        if index > count:
            raise reader.error(number, f"{kind} index {index} out of range, there are {count}")
    return ObjFile(_parts(reader), tuple(reader.libraries), tuple(reader.notes))


def _parts(reader: _Reader) -> tuple[ObjPart, ...]:
    """One part per group."""
    rows = {kind: np.array(found, float) for kind, found in reader.rows.items()}
    colors = None
    if reader.colors:
        colors = np.ones((len(rows["v"]), 3), np.float32)
        colors[list(reader.colors)], note = unit_colors(np.array(list(reader.colors.values())))
        if note:
            reader.note(note)
    parts = []
    for (material, has_uv, has_normal), group in reader.groups.items():
        corners = np.array(group.corners) * (1, has_uv, has_normal)
        # Sorting one number per corner is much faster than sorting rows of three indices.
        sizes = [len(found) + 1 for found in rows.values()]
        keys = np.ravel_multi_index(tuple(corners.T), sizes)
        _, first, vertex = np.unique(keys, return_index=True, return_inverse=True)
        v, vt, vn = corners[first].T - 1
        vertices = rows["v"][v]
        raw = RawMesh(
            vertices=vertices,
            faces=triangulated(vertex.ravel(), np.array(group.counts), vertices),
            normals=rows["vn"][vn] if has_normal else None,
            uvs=rows["vt"][vt] if has_uv else None,
            colors=None if colors is None else colors[v],
        )
        parts.append(ObjPart(raw, material))
    return tuple(parts)


def _read_line(reader: _Reader, line: str, number: int) -> None:
    keyword, *rest = line.split(maxsplit=1) or [""]
    text = rest[0].strip() if rest else ""
    if keyword in WIDTHS:
        _read_row(reader, keyword, text.partition("#")[0].split(), number)
    elif keyword in ("f", "fo"):  # fo is the old name
        _read_face(reader, text.partition("#")[0].split(), number)
    elif keyword in LEFT_OUT:
        reader.note(f"{LEFT_OUT[keyword]} were left out")
    elif keyword == "usemtl":
        reader.material = without_comment(text)
    elif keyword == "mtllib":
        folder = reader.path.parent
        # The text is one file name that may contain spaces, or several names.
        text = without_comment(text).strip('"')
        names = [text] if os.path.isfile(folder / text) else text.split()
        reader.libraries.extend(folder / name for name in names)


def _read_row(reader: _Reader, kind: str, words: list[str], number: int) -> None:
    # A texture coordinate may be one number; everything else must be complete.
    if kind == "vt" and len(words) == 1:
        words = [*words, "0"]
    width = WIDTHS[kind]
    if len(words) < width:
        raise reader.error(number, f"{kind}: {width} numbers needed")
    try:
        numbers = [float(word) for word in words[:width]]
    except ValueError as error:
        raise reader.error(number, f"{kind}: {error}") from None
    if kind == "v" and len(words) in (6, 7):
        try:
            reader.colors[len(reader.rows["v"])] = [float(word) for word in words[-3:]]
        except ValueError as error:
            raise reader.error(number, f"v: {error}") from None
    reader.rows[kind].append(numbers)


def _read_face(reader: _Reader, corners: list[str], number: int) -> None:
    """Append one polygon to its group."""
    if len(corners) < 3:
        reader.note("faces of fewer than three corners were left out")
        return
    indices = [_corner(reader, corner, number) for corner in corners]
    has_uv = all(uv for _, uv, _ in indices)
    has_normal = all(normal for _, _, normal in indices)
    group = reader.groups[reader.material, has_uv, has_normal]
    group.corners.extend(indices)
    group.counts.append(len(indices))


def _corner(reader: _Reader, corner: str, number: int) -> tuple[int, int, int]:
    """Indices of `v`, `vt` and `vn` from 1, or 0 where the file gives none."""
    words = corner.split("/")
    indices = [0, 0, 0]
    for axis, (kind, word) in enumerate(zip(WIDTHS, words)):
        if not word and axis > 0:
            continue
        try:
            index = int(word)
        except ValueError:
            raise reader.error(number, f"bad face corner {corner!r}") from None
        # Negative indices count back from the row read last.
        absolute = index if index >= 0 else len(reader.rows[kind]) + 1 + index
        if absolute <= 0:
            raise reader.error(number, f"{kind} index {index} out of range")
        if absolute > reader.highest[kind][0]:
            reader.highest[kind] = (absolute, number)
        indices[axis] = absolute
    return indices[0], indices[1], indices[2]
