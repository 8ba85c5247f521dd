"""How glTF meshes are posed: morph targets and skins, as the file leaves them at rest.

Host code. Specification, sections 3.7.2.2 and 3.7.3. Animations would move both; they are ignored.
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
from scenes.gltf.values import numbers_of
from scenes.mesh.validation import RawMesh
from scenes.mesh.validation import normalize


@dataclass(frozen=True, eq=False)
class Pose:
    """What a node does to the vertices of its mesh."""

    to_world: np.ndarray = field(default_factory=lambda: np.eye(4))
    """(4, 4), after all else."""
    morph_weights: tuple[float, ...] = ()
    """One for each morph target; missing ones are 0."""
    joints: np.ndarray | None = None
    """(J, 4, 4) of a skin: from a mesh at rest to the world."""


def pose_of(
    document: GltfDocument, node: Json, to_world: np.ndarray, worlds: dict[int, np.ndarray]
) -> Pose:
    """The pose of a node with a mesh; `worlds` has the matrix of every node of the scene."""
    holder = node if "weights" in node else document.item("meshes", node["mesh"])
    weights = numbers_of(holder, "weights", holder.get("weights", ()))
    if "skin" not in node:
        return Pose(to_world, weights)
    # A skinned mesh goes where its joints are, wherever its own node is.
    return Pose(np.eye(4), weights, _joints(document, node["skin"], worlds))


def posed(document: GltfDocument, primitive: Json, raw: RawMesh, pose: Pose, place: str) -> RawMesh:
    """Morphed, then skinned."""
    raw = _morphed(document, primitive.get("targets", []), raw, pose.morph_weights)
    if pose.joints is None:
        return raw
    return _skinned(raw, _blended(document, primitive["attributes"], raw, pose.joints, place))


def _joints(document: GltfDocument, index: Any, worlds: dict[int, np.ndarray]) -> np.ndarray:
    """(J, 4, 4) of a skin."""
    skin, place = document.item("skins", index), f"skins[{index}]"
    joints = skin.get("joints", [])
    missing = [joint for joint in joints if joint not in worlds]
    if missing or not joints:
        what = f"joint nodes[{missing[0]}] is not in the scene" if missing else "no joints"
        raise document.error(place, what)
    matrices = np.array([worlds[joint] for joint in joints])
    if "inverseBindMatrices" in skin:
        inverse = read_matrices(document, skin["inverseBindMatrices"])
        if len(inverse) < len(joints):
            reason = f"{len(inverse)} inverse bind matrices for {len(joints)} joints"
            raise document.error(place, reason)
        matrices = matrices @ inverse[: len(joints)]
    return matrices


def _morphed(
    document: GltfDocument, targets: list[Json], raw: RawMesh, weights: tuple[float, ...]
) -> RawMesh:
    """Each target moves the vertices and normals that were there at first."""
    vertices, normals = raw.vertices, raw.normals
    for target, weight in zip(targets, weights):
        if weight == 0.0:
            continue
        if "POSITION" in target:
            vertices = vertices + weight * _like(document, target["POSITION"], vertices)
        if "NORMAL" in target and normals is not None:
            normals = normals + weight * _like(document, target["NORMAL"], normals)
    return replace(raw, vertices=vertices, normals=normals)


def _like(document: GltfDocument, index: Any, array: np.ndarray) -> np.ndarray:
    """(V, 3) of an accessor that has to be as long as `array`."""
    values = read_floats(document, index, 3)
    if len(values) != len(array):
        reason = f"morph target: {len(values)} for {len(array)} vertices"
        raise document.error(f"accessors[{index}]", reason)
    return values


def _blended(
    document: GltfDocument, attributes: Json, raw: RawMesh, joints: np.ndarray, place: str
) -> np.ndarray:
    """(V, 4, 4): the joints' matrices, weighted as each vertex says."""
    total = np.zeros((len(raw.vertices), 1, 1))
    matrices = np.zeros((len(raw.vertices), 4, 4))
    number = 0
    while f"JOINTS_{number}" in attributes and f"WEIGHTS_{number}" in attributes:
        indices = read_integers(document, attributes[f"JOINTS_{number}"], 4)
        weights = read_floats(document, attributes[f"WEIGHTS_{number}"], 4).astype(np.float64)
        if len(indices) != len(raw.vertices) or len(weights) != len(raw.vertices):
            reason = f"JOINTS_{number}, WEIGHTS_{number}: not one for each vertex"
            raise document.error(place, reason)
        if len(indices) and int(indices.max()) >= len(joints):
            reason = f"JOINTS_{number}: joint {int(indices.max())} out of range"
            raise document.error(place, f"{reason}, there are {len(joints)}")
        for corner in range(4):
            share = weights[:, corner, None, None]
            matrices += share * joints[indices[:, corner]]
            total += share
        number += 1
    if number == 0 or not (total > 0.0).all():
        raise document.error(place, "skinned, but without weights of joints")
    return matrices / total


def _skinned(raw: RawMesh, matrices: np.ndarray) -> RawMesh:
    """Each vertex by its own matrix, normals by its cofactors (see `transform_normals`)."""
    linear, offset = matrices[:, :3, :3], matrices[:, :3, 3]
    vertices = np.einsum("vij,vj->vi", linear, raw.vertices) + offset
    if raw.normals is None:
        return replace(raw, vertices=vertices)
    rows = [np.cross(linear[:, (i + 1) % 3], linear[:, (i + 2) % 3]) for i in range(3)]
    normals = np.einsum("ivj,vj->vi", np.stack(rows), raw.normals)
    # A mirror turns the triangles round, and their normals with them.
    return replace(raw, vertices=vertices, normals=normalize(normals))
