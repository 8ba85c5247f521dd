"""Primitives of KHR_draco_mesh_compression, decoded by the package DracoPy.

Host code.
"""

from __future__ import annotations

from typing import Any

import DracoPy
import numpy as np

from scenes.gltf.accessors import COMPONENTS
from scenes.gltf.accessors import WIDTHS
from scenes.gltf.document import GltfDocument
from scenes.gltf.document import Json

EXTENSION = "KHR_draco_mesh_compression"
FLOAT = 5126
UNSIGNED_INT = 5125
TRIANGLES = 4
SIGNED_TYPES: dict[int, np.dtype] = {
    1: np.dtype(np.int8),
    3: np.dtype(np.int16),
    5: np.dtype(np.int32),
}
"""Draco's data type -> NumPy dtype, of signed integers."""
MAX_SCALED = 128.0 / 127.0
"""Maximum magnitude of a signed integer divided by the maximum of its type."""


class DracoError(ValueError):
    """A primitive cannot be decoded; the text is the reason."""


def expand_draco(document: GltfDocument, primitive: Json, element: str) -> bool:
    """Replace the compressed data of `primitive` by accessors of decoded arrays, in place.

    Returns False if the data are broken; the document then has a note. A broken primitive with
    uncompressed data keeps these, unless the file requires the extension.
    """
    extension = primitive.get("extensions", {}).get(EXTENSION)
    if extension is None:
        return True
    data, _ = document.view(extension.get("bufferView"))
    try:
        decoded = _decoded(document, primitive, _decode(data), extension["attributes"])
    except DracoError as error:
        is_usable = _has_uncompressed_data(document, primitive)
        effect = "the uncompressed data were used" if is_usable else "left out"
        document.note(f"{element}: {EXTENSION}: {error}; {effect}")
        if is_usable:
            del primitive["extensions"][EXTENSION]
        return is_usable
    primitive.update(decoded)
    del primitive["extensions"][EXTENSION]
    return True


def _decode(data: bytes) -> Any:
    """DracoPy's mesh of `data`, with its vertex indices in range; DracoError if broken."""
    try:
        mesh = DracoPy.decode(data)
    except Exception as error:  # DracoPy's exceptions have no common class of their own.
        raise DracoError(str(error) or type(error).__name__) from None
    faces = getattr(mesh, "faces", None)
    if faces is None or mesh.points is None:
        raise DracoError("not a mesh with positions")
    if len(faces) and int(faces.max()) >= len(mesh.points):
        raise DracoError(f"vertex {int(faces.max())} of {len(mesh.points)}")
    return mesh


def _decoded(document: GltfDocument, primitive: Json, mesh: Any, numbers: Json) -> Json:
    """Properties of `primitive` with decoded data; `numbers` maps names to Draco's unique ids."""
    stored = {attribute["unique_id"]: attribute for attribute in mesh.attributes}
    attributes = dict(primitive.get("attributes", {}))
    for name, number in numbers.items():
        if name not in attributes:
            continue
        accessor = document.item("accessors", attributes[name])
        if number not in stored:
            raise DracoError(f"no attribute {number} for {name}")
        values = stored[number]["data"]
        width = WIDTHS.get(accessor.get("type", ""))
        if values.shape != (len(mesh.points), width):
            raise DracoError(f"{name} is an array {values.shape}, the accessor says {width} wide")
        values, changes = _in_component_type(values, stored[number]["data_type"], accessor, name)
        attributes[name] = document.append_accessor(values.tobytes(), {**accessor, **changes})
    indices = np.ascontiguousarray(mesh.faces, "<u4")
    scalar = {"componentType": UNSIGNED_INT, "count": indices.size, "type": "SCALAR"}
    # Draco stores triangles, whatever the mode of the primitive.
    return {
        "attributes": attributes,
        "indices": document.append_accessor(indices.tobytes(), scalar),
        "mode": TRIANGLES,
    }


def _in_component_type(
    values: np.ndarray, data_type: int, accessor: Json, name: str
) -> tuple[np.ndarray, Json]:
    """Decoded `values` in the component type of `accessor`, and what of the accessor changes."""
    component = COMPONENTS.get(accessor.get("componentType", 0))
    if component is None:
        raise DracoError(f"{name}: unknown component type {accessor.get('componentType')!r}")
    changes: Json = {"count": len(values)}
    if data_type in SIGNED_TYPES and component.kind != "f":
        values = _signed_integers(values, SIGNED_TYPES[data_type], accessor)
    if component.kind == "f" or (values.dtype.kind == "f" and accessor.get("normalized")):
        # Weights and colours in [0, 1], say, which Draco stores as they are.
        changes.update(componentType=FLOAT, normalized=False)
        return values.astype("<f4"), changes
    # Some files store joint indices as floats.
    values = np.rint(values)
    limits = np.iinfo(component)
    if not ((values >= limits.min) & (values <= limits.max)).all():
        raise DracoError(f"{name}: values beyond the component type of the accessor")
    return values.astype(component), changes


def _signed_integers(values: np.ndarray, dtype: np.dtype, accessor: Json) -> np.ndarray:
    """Stored integers, int64.

    DracoPy 2.2 returns signed integers as float32, and those that Draco marks as normalised divided
    by their maximum. The mark itself it does not return, so it is inferred from the values.
    """
    if values.dtype.kind != "f":
        return values
    is_scaled = bool((values != np.rint(values)).any()) or (
        bool(accessor.get("normalized")) and bool((np.abs(values) <= MAX_SCALED).all())
    )
    return np.rint(values * np.iinfo(dtype).max if is_scaled else values).astype(np.int64)


def _has_uncompressed_data(document: GltfDocument, primitive: Json) -> bool:
    if EXTENSION in document.root.get("extensionsRequired", []):
        return False
    indices = [*primitive.get("attributes", {}).values()]
    indices += [primitive["indices"]] if "indices" in primitive else []
    return all("bufferView" in document.item("accessors", index) for index in indices)
