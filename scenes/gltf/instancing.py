"""Instances of a node's mesh, EXT_mesh_gpu_instancing.

Host code.
"""

from __future__ import annotations

import numpy as np

from scenes.gltf.accessors import read_floats
from scenes.gltf.document import GltfDocument
from scenes.gltf.document import Json
from scenes.model.numbers import are_finite
from scenes.model.transforms import quaternion_rotation
from scenes.model.transforms import scaling
from scenes.model.transforms import translation

EXTENSION = "EXT_mesh_gpu_instancing"


def instance_matrices(document: GltfDocument, node: Json, index: int) -> list[np.ndarray]:
    """(4, 4) transforms of the instances, before that of the node; one identity without any."""
    attributes = node.get("extensions", {}).get(EXTENSION, {}).get("attributes")
    if not attributes:
        return [np.eye(4)]
    parts = {
        name: read_floats(document, attributes[name], width).astype(np.float64)
        for name, width in (("TRANSLATION", 3), ("ROTATION", 4), ("SCALE", 3))
        if name in attributes
    }
    # Attributes of other names, such as _ID, count the instances, too.
    counts = {document.item("accessors", number).get("count", 0) for number in attributes.values()}
    if len(counts) != 1:
        raise document.error(f"nodes[{index}]", f"{EXTENSION}: attributes of different counts")
    count = int(counts.pop())
    offsets = parts.get("TRANSLATION", np.zeros((count, 3)))
    turns = parts.get("ROTATION", np.tile([0.0, 0.0, 0.0, 1.0], (count, 1)))
    factors = parts.get("SCALE", np.ones((count, 3)))
    if not all(are_finite(values) for values in parts.values()) or not turns.any(1).all():
        raise document.error(f"nodes[{index}]", f"{EXTENSION}: a transform is not finite")
    return [
        translation(offset) @ quaternion_rotation(turn) @ scaling(factor)
        for offset, turn, factor in zip(offsets, turns, factors)
    ]
