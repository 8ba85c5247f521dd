"""Files whose compression, checksums or lengths would hide their content from mutations.

Host code. What is inside of a file is taken out, mutated and put back.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Packing:
    """How to reach the inside of a file."""

    unpack: Callable[[bytes], bytes]
    pack: Callable[[bytes, bytes], bytes]
    """The file with another inside; arguments: inside, file."""


def unpack_serialized(data: bytes) -> bytes:
    """The uncompressed bytes of the first mesh of a serialized file."""
    return zlib.decompress(data[4:-12])


def pack_serialized(inside: bytes, _data: bytes = b"") -> bytes:
    """Serialized file (version 4) of one mesh, of its uncompressed bytes."""
    return struct.pack("<HH", 0x041C, 4) + zlib.compress(inside) + struct.pack("<QI", 0, 1)


def _unpack_slices(data: bytes) -> bytes:
    """The bytes of slices.npy in an .npz."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read("slices.npy")


def _pack_slices(inside: bytes, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, inside if name == "slices.npy" else old.read(name))
    return file.getvalue()


def _unpack_glb(data: bytes) -> bytes:
    """JSON chunk of a GLB file."""
    return data[20 : 20 + struct.unpack_from("<I", data, 12)[0]]


def _pack_glb(inside: bytes, data: bytes) -> bytes:
    rest = data[20 + struct.unpack_from("<I", data, 12)[0] :]
    inside += b" " * (-len(inside) % 4)
    length = 20 + len(inside) + len(rest)
    return data[:8] + struct.pack("<II", length, len(inside)) + data[16:20] + inside + rest


def _unpack_tensors(data: bytes) -> bytes:
    """JSON header of a safetensors file."""
    return data[8 : 8 + struct.unpack_from("<Q", data)[0]]


def _pack_tensors(inside: bytes, data: bytes) -> bytes:
    return struct.pack("<Q", len(inside)) + inside + data[8 + struct.unpack_from("<Q", data)[0] :]


PACKINGS = {
    ".serialized": Packing(unpack_serialized, pack_serialized),
    ".gz": Packing(gzip.decompress, lambda inside, _data: gzip.compress(inside, mtime=0)),
    ".npz": Packing(_unpack_slices, _pack_slices),
    ".glb": Packing(_unpack_glb, _pack_glb),
    ".safetensors": Packing(_unpack_tensors, _pack_tensors),
}
"""Packing by file extension."""
