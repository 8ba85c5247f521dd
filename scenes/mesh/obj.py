"""OBJ files: positions, normals, texture coordinates and faces, grouped by material.

Host code. trimesh reads the arrays, cuts polygons into triangles and joins equal corners. Alone it
takes index 0 for the first row, counts negative indices from the end of the file, and drops the
texture coordinates or normals of a whole mesh where one face has none, all without a word. So it
is given a text in which faces are checked, numbered from 1 and sorted by material and layout.
Lines, curves and free-form surfaces are skipped.
"""

from __future__ import annotations

import io
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np

from scenes.mesh.validation import RawMesh
from scenes.model.description import SceneError

WIDTHS = {"v": 3, "vt": 2, "vn": 3}
"""Numbers per row that are read; more (weights, colours) are dropped. In the order of a corner."""
GroupKey = tuple[str, bool, bool]
"""Material name, has texture coordinates, has normals."""


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
    has_colors: bool
    """Its vertices have colours, which are not read."""


@dataclass
class _Reader:
    """What has been read so far."""

    path: Path
    rows: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in WIDTHS})
    groups: dict[GroupKey, list[str]] = field(default_factory=lambda: defaultdict(list))
    highest: dict[str, tuple[int, int]] = field(
        default_factory=lambda: {kind: (0, 0) for kind in WIDTHS}
    )
    """Highest index in use and its line, per kind of row."""
    libraries: list[Path] = field(default_factory=list)
    has_colors: bool = False
    material: str = ""

    def error(self, line: int, reason: str) -> SceneError:
        """An error that names file and line."""
        return SceneError(f"{self.path}: line {line}: {reason}")


def read_obj(path: Path) -> ObjFile:
    """Unchecked parts of an OBJ file; polygons become triangles."""
    if not path.is_file():
        raise SceneError(f"{path}: no such file")
    reader = _Reader(path)
    text = path.read_text(encoding="utf-8", errors="replace").replace("\\\n", " ")
    for number, line in enumerate(text.splitlines(), start=1):
        _read_line(reader, line, number)
    if not reader.groups:
        raise SceneError(f"{path}: no faces")
    for kind, (index, number) in reader.highest.items():
        count = len(reader.rows[kind])
        if index > count:
            raise reader.error(number, f"{kind} index {index} out of range, there are {count}")
    return ObjFile(_parts(reader), tuple(reader.libraries), reader.has_colors)


def _parts(reader: _Reader) -> tuple[ObjPart, ...]:
    """One part per group, each an object of the text that trimesh reads."""
    import trimesh  # here, because most starts do without it, and it takes a while

    lines = [f"{kind} {row}" for kind, rows in reader.rows.items() for row in rows]
    for number, faces in enumerate(reader.groups.values()):
        lines += [f"o {number}", *faces]
    scene = trimesh.load_scene(
        io.BytesIO("\n".join(lines).encode()),
        file_type="obj",
        process=False,
        split_objects=True,
        group_material=False,
        skip_materials=True,
    )
    parts: list[ObjPart] = []
    for number, (material, has_uv, has_normal) in enumerate(reader.groups):
        mesh = scene.geometry[str(number)]
        raw = RawMesh(
            vertices=np.asarray(mesh.vertices),
            faces=np.asarray(mesh.faces),
            # Without normals in the file trimesh would make smooth ones.
            normals=np.asarray(mesh.vertex_normals) if has_normal else None,
            uvs=np.asarray(mesh.visual.uv) if has_uv else None,
        )
        parts.append(ObjPart(raw, material))
    return tuple(parts)


def _read_line(reader: _Reader, line: str, number: int) -> None:
    keyword, *rest = line.split(maxsplit=1) or [""]
    text = rest[0].strip() if rest else ""
    if keyword in WIDTHS:
        _read_row(reader, keyword, text.partition("#")[0].split(), number)
    elif keyword == "f":
        _read_face(reader, text.partition("#")[0].split(), number)
    elif keyword == "usemtl":
        reader.material = text
    elif keyword == "mtllib":
        folder = reader.path.parent
        # One name that may hold spaces, or several.
        names = [text] if (folder / text).is_file() else text.split()
        reader.libraries.extend(folder / name for name in names)


def _read_row(reader: _Reader, kind: str, words: list[str], number: int) -> None:
    # A texture coordinate may be one number; everything else must be complete.
    if kind == "vt" and len(words) == 1:
        words = [*words, "0"]
    width = WIDTHS[kind]
    reader.has_colors |= kind == "v" and len(words) >= 6
    if len(words) < width:
        raise reader.error(number, f"{kind}: {width} numbers needed")
    try:
        numbers = [float(word) for word in words[:width]]
    except ValueError as error:
        raise reader.error(number, f"{kind}: {error}") from None
    reader.rows[kind].append(" ".join(map(repr, numbers)))


def _read_face(reader: _Reader, corners: list[str], number: int) -> None:
    """Append one polygon to its group, with layout and numbering as trimesh needs them."""
    if len(corners) < 3:
        raise reader.error(number, f"face with {len(corners)} corners")
    indices = [_corner(reader, corner, number) for corner in corners]
    has_uv = all(uv for _, uv, _ in indices)
    has_normal = all(normal for _, _, normal in indices)
    faces = reader.groups[reader.material, has_uv, has_normal]
    texts = [
        f"{v}/{vt if has_uv else ''}/{vn}" if has_normal else f"{v}/{vt}" if has_uv else f"{v}"
        for v, vt, vn in indices
    ]
    faces.append("f " + " ".join(texts))


def _corner(reader: _Reader, corner: str, number: int) -> list[int]:
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
    return indices
