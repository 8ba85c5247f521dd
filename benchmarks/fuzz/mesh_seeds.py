"""Seed files of meshes and of a Mitsuba scene with one of each plugin.

Host code. Each function writes folders with one file `main.*`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.fuzz.image_seeds import write_image
from benchmarks.fuzz.packed import pack_serialized

TEXTS = Path(__file__).parent / "texts"
"""Folder of the seeds that are text."""


def _obj(folder: Path) -> None:
    _companions(folder, "a.mtl", "a.png")
    (folder / "main.obj").write_bytes((TEXTS / "a.obj").read_bytes())


def _mtl(folder: Path) -> None:
    _companions(folder, "a.png")
    (folder / "main.mtl").write_bytes((TEXTS / "a.mtl").read_bytes())


def _ply(folder: Path) -> None:
    text = (TEXTS / "a.ply").read_text()
    kinds = {"ascii": text.encode(), "little": _binary(text, "<"), "big": _binary(text, ">")}
    for name, data in kinds.items():
        (folder / name).mkdir()
        (folder / name / "main.ply").write_bytes(data)
        _companions(folder / name, "a.png")


def _binary(text: str, order: str) -> bytes:
    """The vertices and faces of the ASCII file in binary, without coordinates of corners."""
    kind = "binary_little_endian" if order == "<" else "binary_big_endian"
    header, end, body = text.partition("end_header\n")
    header = header.replace("ascii", kind).replace("list uchar float texcoord", "uchar red")
    data = (header + end).encode()
    for line in body.splitlines()[:4]:
        words = line.split()
        data += struct.pack(f"{order}8f3B", *map(float, words[:8]), *map(int, words[8:]))
    for face in ((0, 1, 2), (0, 1, 2, 3)):
        data += struct.pack(f"{order}B{len(face)}iB", len(face), *face, 9)
    return data


def _serialized(folder: Path) -> None:
    for name in ("float32", "float64"):
        (folder / name).mkdir()
        _write_serialized(folder / name / "main.serialized", name)


def _write_serialized(path: Path, kind: str = "float32") -> None:
    """One triangle with normals; in float32 with texture coordinates, in float64 with colours."""
    flags = 0x0003 if kind == "float32" else 0x2009
    corners = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0)], kind)
    arrays = [corners, np.ones((3, 3), kind), corners[:, :2] if flags & 2 else corners]
    body = struct.pack("<I", flags) + b"name\0" + struct.pack("<QQ", 3, 1)
    body += b"".join(array.tobytes() for array in arrays) + struct.pack("<3I", 0, 1, 2)
    path.write_bytes(pack_serialized(body))


def _curves(folder: Path) -> None:
    (folder / "main.txt").write_bytes((TEXTS / "a.txt").read_bytes())


def _scene(folder: Path) -> None:
    """A scene with one of each plugin."""
    (folder / "all").mkdir()
    names = [path.name for path in TEXTS.iterdir() if path.name != "scene.xml"]
    _companions(folder / "all", *sorted(names), "a.png", "a.exr", "a.serialized")
    (folder / "all" / "main.xml").write_bytes((TEXTS / "scene.xml").read_bytes())


def _companions(folder: Path, *names: str) -> None:
    """Write files that seeds name."""
    for name in names:
        if name.endswith(".serialized"):
            _write_serialized(folder / name)
        elif name.endswith((".png", ".exr")):
            write_image(folder / name, 4 if name == "a.png" else 3)
        else:
            (folder / name).write_bytes((TEXTS / name).read_bytes())


MESH_SEEDS: dict[str, Callable[[Path], None]] = {
    "mitsuba": _scene,
    "obj": _obj,
    "mtl": _mtl,
    "ply": _ply,
    "serialized": _serialized,
    "curves": _curves,
}
"""Function that writes the seeds of each reader."""
