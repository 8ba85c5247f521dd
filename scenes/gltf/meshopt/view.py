"""Decompression of one buffer view of EXT_meshopt_compression or KHR_meshopt_compression.

Host code. Both extensions take every mode, filter and version of the format here; the former's
specification leaves out version 1 of the attributes and the filter COLOR.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from scenes.gltf.meshopt.attributes import MAX_BLOCK_SIZE
from scenes.gltf.meshopt.attributes import decode_attributes
from scenes.gltf.meshopt.filters import decode_colors
from scenes.gltf.meshopt.filters import decode_exponential
from scenes.gltf.meshopt.filters import decode_octahedral
from scenes.gltf.meshopt.filters import decode_quaternions
from scenes.gltf.meshopt.indices import decode_sequence
from scenes.gltf.meshopt.indices import decode_triangles
from scenes.gltf.meshopt.status import REASONS

MESHOPT_EXTENSIONS = ("KHR_meshopt_compression", "EXT_meshopt_compression")
HEADERS = {"ATTRIBUTES": (0xA0, 0xA1), "TRIANGLES": (0xE1,), "INDICES": (0xD1,)}
"""Valid first bytes of each mode; those of ATTRIBUTES by version."""
MAX_ATTRIBUTE_STRIDE = 256
Filter = Callable[[np.ndarray], np.ndarray]
FILTERS: dict[str, tuple[Filter, dict[int, str]]] = {
    "OCTAHEDRAL": (decode_octahedral, {4: "i1", 8: "<i2"}),
    "QUATERNION": (decode_quaternions, {8: "<i2"}),
    "COLOR": (decode_colors, {4: "u1", 8: "<u2"}),
}
"""Filter -> (function of (N, 4) components, component type by stride)."""


class MeshoptError(ValueError):
    """Compressed data or their description are broken; the text is the reason."""


def decode_view(data: bytes, properties: dict[str, Any]) -> bytes:
    """Decompress `data`, described by the extension's `properties`; MeshoptError if broken.

    Returns `count` times `byteStride` bytes.
    """
    mode, count = properties.get("mode"), properties.get("count")
    stride, name = properties.get("byteStride"), properties.get("filter", "NONE")
    if mode not in HEADERS:
        raise MeshoptError(f"unknown mode {mode!r}")
    if not isinstance(count, int) or not isinstance(stride, int) or count < 0:
        raise MeshoptError(f"bad count {count!r} or byteStride {stride!r}")
    if not data or data[0] not in HEADERS[mode]:
        raise MeshoptError(f"the compressed data are not of mode {mode}")
    if mode == "ATTRIBUTES":
        return _filtered(_attributes(data, count, stride), name)
    if name != "NONE":
        raise MeshoptError(f"filter {name!r} with mode {mode}")
    return _indices(data, count, stride, mode == "TRIANGLES")


def _attributes(data: bytes, count: int, stride: int) -> np.ndarray:
    """(count, stride) uint8."""
    if stride % 4 or not 4 <= stride <= MAX_ATTRIBUTE_STRIDE:
        raise MeshoptError(f"byteStride {stride}, a multiple of 4 up to 256 needed")
    # A block takes at least stride / 4 bytes: refuse a count that would only waste memory.
    if count // MAX_BLOCK_SIZE * (stride // 4) > len(data):
        raise MeshoptError(f"{len(data)} bytes are too few for {count} elements")
    values = np.zeros((count, stride), dtype=np.uint8)
    version = HEADERS["ATTRIBUTES"].index(data[0])
    _check(decode_attributes(np.frombuffer(data, np.uint8), version, values))
    return values


def _filtered(values: np.ndarray, name: Any) -> bytes:
    stride = values.shape[1]
    if name == "NONE":
        return values.tobytes()
    if name == "EXPONENTIAL":
        return decode_exponential(values.view("<i4")).tobytes()
    function, components = FILTERS.get(name, (None, {}))
    if function is None:
        raise MeshoptError(f"unknown filter {name!r}")
    if stride not in components:
        raise MeshoptError(f"filter {name} with byteStride {stride}")
    return function(values.view(components[stride])).tobytes()


def _indices(data: bytes, count: int, stride: int, is_triangles: bool) -> bytes:
    if stride not in (2, 4):
        raise MeshoptError(f"byteStride {stride}, 2 or 4 needed for indices")
    if is_triangles and count % 3:
        raise MeshoptError(f"count {count}, a multiple of 3 needed for triangles")
    # A triangle takes at least one byte, as does an index of a sequence.
    if (count // 3 if is_triangles else count) > len(data):
        raise MeshoptError(f"{len(data)} bytes are too few for {count} indices")
    indices = np.zeros(count, dtype=np.uint32)
    decode = decode_triangles if is_triangles else decode_sequence
    _check(decode(np.frombuffer(data, np.uint8), indices))
    return indices.astype("<u2" if stride == 2 else "<u4").tobytes()


def _check(status: int) -> None:
    if status in REASONS:
        raise MeshoptError(REASONS[status])
