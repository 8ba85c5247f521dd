"""Serialized meshes of Mitsuba: a zlib stream per mesh, and a dictionary of offsets at the end.

Host code. Mitsuba documentation, plugin `serialized` (format versions 3 and 4).
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenes.mesh.validation import RawMesh
from scenes.model.description import SceneError

MAGIC = 0x041C
HAS_NORMALS, HAS_UVS, HAS_COLORS = 0x0001, 0x0002, 0x0008
FACE_NORMALS, DOUBLE = 0x0010, 0x2000
MAX_BYTES = 1 << 31
"""Largest mesh after decompression."""


@dataclass(frozen=True, eq=False)
class SerializedMesh:
    """One mesh of a file."""

    mesh: RawMesh
    """Texture coordinates as stored, v downwards in Mitsuba."""
    has_face_normals: bool
    """Whether it asks for flat shading."""


def read_serialized(path: Path, index: int = 0) -> SerializedMesh:
    """Read mesh number `index` of a file; SceneError if it is damaged or has fewer meshes."""
    if not os.path.isfile(path):
        raise SceneError(f"{path}: no such file")
    data = path.read_bytes()
    try:
        start, version = _start(path, data, index)
        return _mesh(zlib.decompressobj().decompress(data[start + 4 :], MAX_BYTES), version)
    except (zlib.error, struct.error, ValueError, OverflowError) as error:
        if isinstance(error, SceneError):
            raise
        raise SceneError(f"{path}: mesh {index}: damaged ({error})") from error


def _start(path: Path, data: bytes, index: int) -> tuple[int, int]:
    """(byte at which the mesh begins, version of the format)."""
    magic, version = struct.unpack_from("<HH", data)
    if magic != MAGIC or version not in (3, 4):
        raise SceneError(f"{path}: not a serialized mesh of version 3 or 4")
    (count,) = struct.unpack_from("<I", data, len(data) - 4)
    if not 0 <= index < count:
        raise SceneError(f"{path}: no mesh {index}, there are {count}")
    kind = "<Q" if version == 4 else "<I"
    size = struct.calcsize(kind)
    (start,) = struct.unpack_from(kind, data, len(data) - 4 - size * (count - index))
    magic, version = struct.unpack_from("<HH", data, start)
    if magic != MAGIC or version not in (3, 4):
        raise SceneError(f"{path}: mesh {index}: damaged (no header at byte {start})")
    return start, version


def _mesh(data: bytes, version: int) -> SerializedMesh:
    (flags,) = struct.unpack_from("<I", data)
    offset = 4
    if version == 4:
        offset = data.index(b"\0", offset) + 1  # skips the name
    vertex_count, face_count = struct.unpack_from("<QQ", data, offset)
    offset += 16
    number = np.dtype("<f8" if flags & DOUBLE else "<f4")

    def take(kind: np.dtype, count: int, width: int) -> np.ndarray:
        nonlocal offset
        values = np.frombuffer(data, kind, count * width, offset).reshape(count, width)
        offset += values.nbytes
        return values

    vertices = take(number, vertex_count, 3)
    normals = take(number, vertex_count, 3) if flags & HAS_NORMALS else None
    uvs = take(number, vertex_count, 2) if flags & HAS_UVS else None
    attributes = {}
    if flags & HAS_COLORS:
        attributes["vertex_color"] = take(number, vertex_count, 3).astype(np.float32)
    index = np.dtype("<u4" if vertex_count <= 0xFFFFFFFF else "<u8")
    faces = take(index, face_count, 3).astype(np.int64)
    mesh = RawMesh(vertices, faces, normals, uvs, attributes=attributes)
    return SerializedMesh(mesh, bool(flags & FACE_NORMALS))
