"""Pose of glTF meshes: morph targets and skins, with the static values stored in the file.

Host code. Specification, sections 3.7.2.2 and 3.7.3. Animations of both are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

import numpy as np

from scenes.gltf.accessors import read_floats
from scenes.gltf.accessors import read_integers
from scenes.gltf.accessors import read_matrices
from scenes.gltf.document import GltfDocument
from scenes.gltf.document import Json
from scenes.gltf.textures import UV_SET
from scenes.gltf.values import numbers_of
from scenes.mesh.validation import RawMesh
from scenes.mesh.validation import normalize

TANGENT = "TANGENT"
COLOR = "COLOR_0"


@dataclass(frozen=True, eq=False)
class Pose:
    """Deformation and transform that a node applies to the vertices of its mesh."""

    to_world: np.ndarray = field(default_factory=lambda: np.eye(4))
    """(4, 4) transform to world space, applied last; the identity for a skinned mesh."""
    morph_weights: tuple[float, ...] = ()
    """One weight per morph target; missing weights are 0."""
    joints: np.ndarray | None = None
    """(J, 4, 4) joint matrices of a skin, bind pose to world space; None without a skin."""


def read_pose(
    document: GltfDocument, node: Json, to_world: np.ndarray, worlds: dict[int, np.ndarray]
) -> Pose:
    """Pose of a node with a mesh; `worlds` maps node indices to (4, 4) matrices to world space."""
    holder = node if "weights" in node else document.item("meshes", node["mesh"])
    weights = numbers_of(holder, "weights", holder.get("weights", ()))
    if "skin" not in node:
        return Pose(to_world, weights)
    # The joints alone place a skinned mesh; the transform of its own node is ignored.
    return Pose(np.eye(4), weights, _joints(document, node["skin"], worlds))


def apply_pose(
    document: GltfDocument, primitive: Json, raw: RawMesh, pose: Pose, element: str
) -> RawMesh:
    """Apply morph targets, then the skin, to `raw`; `element` is for errors."""
    for target, weight in zip(primitive.get("targets", []), pose.morph_weights):
        if weight != 0.0:
            raw = _morphed(document, target, raw, weight)
    if pose.joints is None:
        return raw
    return _skinned(
        raw, _blend_joint_matrices(document, primitive["attributes"], raw, pose.joints, element)
    )


def _joints(document: GltfDocument, index: Any, worlds: dict[int, np.ndarray]) -> np.ndarray:
    """(J, 4, 4) of a skin: each joint's matrix to world space times its inverse bind matrix."""
    skin, element = document.item("skins", index), f"skins[{index}]"
    joints = skin.get("joints", [])
    missing = [joint for joint in joints if joint not in worlds]
    if missing or not joints:
        what = f"joint nodes[{missing[0]}] is not in the scene" if missing else "no joints"
        raise document.error(element, what)
    matrices = np.array([worlds[joint] for joint in joints])
    if "inverseBindMatrices" in skin:
        inverse = read_matrices(document, skin["inverseBindMatrices"])
        if len(inverse) < len(joints):
            reason = f"{len(inverse)} inverse bind matrices for {len(joints)} joints"
            raise document.error(element, reason)
        matrices = matrices @ inverse[: len(joints)]
    return matrices


def _morphed(document: GltfDocument, target: Json, raw: RawMesh, weight: float) -> RawMesh:
    """Add the displacements of a target, times `weight`, to the attributes that `raw` has."""

    def moved(name: str, array: np.ndarray) -> np.ndarray:
        if name not in target:
            return array
        result = array + weight * _read_displacements(document, target, name, array)
        return np.clip(result, 0.0, 1.0) if name == COLOR else result

    return replace(
        raw,
        vertices=moved("POSITION", raw.vertices),
        normals=None if raw.normals is None else moved("NORMAL", raw.normals),
        uvs=None if raw.uvs is None else moved(f"{UV_SET}0", raw.uvs),
        attributes={name: moved(name, values) for name, values in raw.attributes.items()},
    )


def _read_displacements(
    document: GltfDocument, target: Json, name: str, array: np.ndarray
) -> np.ndarray:
    """Displacements of the attribute `name`, float32, in the shape and convention of `array`."""
    width = 3 if name == TANGENT else array.shape[1]
    values = read_floats(document, target[name], width)
    if len(values) != len(array):
        reason = f"morph target: {len(values)} for {len(array)} vertices"
        raise document.error(f"accessors[{target[name]}]", reason)
    if name == TANGENT:
        return np.pad(values, ((0, 0), (0, 1)))  # the sign of the bitangent stays
    if name.startswith(UV_SET):
        return values * np.array([1.0, -1.0], np.float32)  # v upwards
    return values


def _blend_joint_matrices(
    document: GltfDocument, attributes: Json, raw: RawMesh, joints: np.ndarray, element: str
) -> np.ndarray:
    """(V, 4, 4) weighted mean of the joint matrices for each vertex."""
    total = np.zeros((len(raw.vertices), 1, 1))
    matrices = np.zeros((len(raw.vertices), 4, 4))
    number = 0
    while f"JOINTS_{number}" in attributes and f"WEIGHTS_{number}" in attributes:
        indices = read_integers(document, attributes[f"JOINTS_{number}"], 4)
        weights = read_floats(document, attributes[f"WEIGHTS_{number}"], 4).astype(np.float64)
        if len(indices) != len(raw.vertices) or len(weights) != len(raw.vertices):
            reason = f"JOINTS_{number}, WEIGHTS_{number}: not one for each vertex"
            raise document.error(element, reason)
        if len(indices) and int(indices.max()) >= len(joints):
            reason = f"JOINTS_{number}: joint {int(indices.max())} out of range"
            raise document.error(element, f"{reason}, there are {len(joints)}")
        for corner in range(4):
            fraction = weights[:, corner, None, None]
            matrices += fraction * joints[indices[:, corner]]
            total += fraction
        number += 1
    if number == 0 or not (total > 0.0).all():
        raise document.error(element, "skinned, but without weights of joints")
    return matrices / total


def _skinned(raw: RawMesh, matrices: np.ndarray) -> RawMesh:
    """Transform vertices by (V, 4, 4) `matrices`, normals by cofactors (`transform_normals`)."""
    linear, offset = matrices[:, :3, :3], matrices[:, :3, 3]
    vertices = np.einsum("vij,vj->vi", linear, raw.vertices) + offset
    if raw.normals is None:
        return replace(raw, vertices=vertices)
    rows = [np.cross(linear[:, (i + 1) % 3], linear[:, (i + 2) % 3]) for i in range(3)]
    normals = np.einsum("ivj,vj->vi", np.stack(rows), raw.normals)
    # Cofactors keep the sign of the determinant: a mirror reverses winding and normals alike.
    return replace(raw, vertices=vertices, normals=normalize(normals))
