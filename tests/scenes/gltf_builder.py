"""Builder of glTF files for tests."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

COMPONENTS = {
    "uint8": 5121,
    "int8": 5120,
    "uint16": 5123,
    "int16": 5122,
    "uint32": 5125,
    "float32": 5126,
}
TYPES = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
TRIANGLE = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0)], np.float32)


class GltfBuilder:
    """Builder that collects arrays and writes a .gltf or .glb file."""

    def __init__(self) -> None:
        self.data = b""
        self.root: dict[str, Any] = {
            "asset": {"version": "2.0"},
            "bufferViews": [],
            "accessors": [],
            "meshes": [],
            "nodes": [],
        }

    def view(self, data: bytes, stride: int = 0) -> int:
        """Append bytes as a buffer view and return its index."""
        self.data += b"\0" * (-len(self.data) % 4)
        view = {"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)}
        if stride:
            view["byteStride"] = stride
        self.data += data
        self.root["bufferViews"].append(view)
        return len(self.root["bufferViews"]) - 1

    def accessor(self, values: np.ndarray, **more: Any) -> int:
        """Append an array as an accessor and return its index."""
        values = np.atleast_2d(values.T).T
        return self.append_accessor(
            bufferView=self.view(values.tobytes()),
            componentType=COMPONENTS[values.dtype.name],
            count=len(values),
            type=TYPES[values.shape[1]],
            **more,
        )

    def append_accessor(self, **accessor: Any) -> int:
        """Append an accessor given by its JSON properties and return its index."""
        self.root["accessors"].append(accessor)
        return len(self.root["accessors"]) - 1

    def mesh(self, attributes: dict[str, int], node: dict[str, Any], **primitive: Any) -> None:
        """Append a mesh of one primitive and a node that refers to it."""
        self.root["meshes"].append({"primitives": [{"attributes": attributes, **primitive}]})
        self.root["nodes"].append({"mesh": len(self.root["meshes"]) - 1, **node})

    def triangle(self, **primitive: Any) -> GltfBuilder:
        """Append the unit triangle as a mesh with a node; return the builder."""
        self.mesh({"POSITION": self.accessor(TRIANGLE)}, {}, **primitive)
        return self

    def write(self, path: Path, *more: dict[str, Any]) -> Path:
        """Write the file in the format of its extension, with `more` buffers; return `path`."""
        buffer: dict[str, Any] = {"byteLength": len(self.data)}
        if path.suffix == ".gltf":
            encoded = base64.b64encode(self.data).decode()
            buffer["uri"] = f"data:application/octet-stream;base64,{encoded}"
        text = json.dumps({**self.root, "buffers": [buffer, *more]}).encode()
        path.write_bytes(text if path.suffix == ".gltf" else _glb(text, self.data))
        return path


def _glb(text: bytes, data: bytes) -> bytes:
    text += b" " * (-len(text) % 4)
    data += b"\0" * (-len(data) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    chunks += struct.pack("<II", len(data), 0x004E4942) + data
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks
