"""Read glTF accessors as arrays: all component types; strided, normalised and sparse data.

Host code. Specification, section 3.6.2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scenes.gltf.document import GltfDocument
from scenes.gltf.document import Json

COMPONENTS: dict[int, np.dtype] = {
    5120: np.dtype("<i1"),
    5121: np.dtype("<u1"),
    5122: np.dtype("<i2"),
    5123: np.dtype("<u2"),
    5125: np.dtype("<u4"),
    5126: np.dtype("<f4"),
}
"""glTF component type -> NumPy dtype, little-endian."""
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
"""Components per element; MAT2 and MAT3 are not needed here."""

MAX_ZEROS = 2**24
"""Largest accessor without buffer view, whose elements are 0: a few bytes may state any number."""


def read_floats(document: GltfDocument, index: Any, width: int) -> np.ndarray:
    """(N, width) float32; normalised integers map to [-1, 1] (specification, section 3.6.2.2)."""
    values = _read(document, index, width)
    accessor = document.item("accessors", index)
    if values.dtype.kind == "f" or not accessor.get("normalized", False):
        return values.astype(np.float32)
    scaled = values.astype(np.float32) / np.float32(np.iinfo(values.dtype).max)
    return np.maximum(scaled, np.float32(-1.0))


def read_colors(document: GltfDocument, index: Any) -> np.ndarray:
    """(N, 3) float32 in [0, 1], linear RGB; alpha is dropped."""
    width = 4 if document.item("accessors", index).get("type") == "VEC4" else 3
    return np.clip(np.nan_to_num(read_floats(document, index, width)[:, :3]), 0.0, 1.0)


def read_indices(document: GltfDocument, index: Any) -> np.ndarray:
    """(N,) int64 of a scalar accessor; SceneError unless it stores unsigned integers."""
    return read_integers(document, index, 1)[:, 0]


def read_integers(document: GltfDocument, index: Any, width: int) -> np.ndarray:
    """(N, width) int64 >= 0; SceneError unless the accessor stores unsigned integers."""
    values = _read(document, index, width)
    if values.dtype.kind != "u":
        raise document.error(f"accessors[{index}]", "indices must be unsigned integers")
    return values.astype(np.int64)


def read_matrices(document: GltfDocument, index: Any) -> np.ndarray:
    """(N, 4, 4) float64, from the column-major matrices of the file."""
    values = read_floats(document, index, 16).astype(np.float64)
    if not np.isfinite(values).all():
        raise document.error(f"accessors[{index}]", "a matrix is not finite")
    return values.reshape(-1, 4, 4).transpose(0, 2, 1)


def _read(document: GltfDocument, index: Any, width: int) -> np.ndarray:
    """(N, width) in the component type of the file."""
    element = f"accessors[{index}]"
    accessor = document.item("accessors", index)
    if WIDTHS.get(accessor.get("type", "")) != width:
        raise document.error(element, f"type {accessor.get('type')!r}, {width} components needed")
    component = _component(document, accessor, element)
    count = accessor.get("count", 0)
    if "bufferView" in accessor:
        values = _elements(document, accessor, (component, count, width), element)
    elif count > MAX_ZEROS:
        raise document.error(element, f"{count} elements without data, at most {MAX_ZEROS}")
    else:
        values = np.zeros((count, width), dtype=component)
    if "sparse" in accessor:
        values = _apply_sparse(document, accessor["sparse"], values, element)
    return values


def _apply_sparse(
    document: GltfDocument, sparse: Json, values: np.ndarray, element: str
) -> np.ndarray:
    """Copy of `values` with the elements of the `sparse` object replaced."""
    count = sparse.get("count", 0)
    component = _component(document, sparse.get("indices", {}), element)
    rows = _elements(document, sparse["indices"], (component, count, 1), element)[:, 0]
    if len(rows) and int(rows.max()) >= len(values):
        raise document.error(element, f"sparse index {int(rows.max())} out of range")
    layout = (values.dtype, count, values.shape[1])
    result = values.copy()
    result[rows.astype(np.int64)] = _elements(document, sparse["values"], layout, element)
    return result


def _component(document: GltfDocument, holder: Json, element: str) -> np.dtype:
    component = COMPONENTS.get(holder.get("componentType", 0))
    if component is None:
        raise document.error(element, f"unknown component type {holder.get('componentType')!r}")
    return component


def _elements(
    document: GltfDocument, holder: Json, layout: tuple[np.dtype, int, int], element: str
) -> np.ndarray:
    """(N, width) elements of a buffer view; `layout` is (component type, N, width)."""
    component, count, width = layout
    data, stride = document.view(holder.get("bufferView"))
    offset = holder.get("byteOffset", 0)
    size = component.itemsize * width
    stride = stride or size
    end = offset + stride * (count - 1) + size if count > 0 else offset
    if count < 0 or offset < 0 or end > len(data):
        raise document.error(element, f"ends at byte {end} of a buffer view of {len(data)}")
    return (
        np.ndarray((count, width), component, data, offset, strides=(stride, component.itemsize))
        if count
        else np.zeros((0, width), component)
    )
