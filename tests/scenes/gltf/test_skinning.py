"""glTF skins and morph targets without animation, compared with hand-computed positions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenes.gltf.scene import load_gltf
from scenes.model.description import Mesh
from scenes.model.description import SceneError
from scenes.model.transforms import rotation
from scenes.model.transforms import scaling
from scenes.model.transforms import translation
from tests.scenes.gltf_builder import TRIANGLE
from tests.scenes.gltf_builder import GltfBuilder

UP = np.tile(np.float32([0, 0, 1]), (3, 1))
WEIGHTS = np.float32([(1, 0, 0, 0), (0, 1, 0, 0), (0.25, 0.75, 0, 0)])
"""(3, 4) joint weights: corner 0 follows joint 0, corner 1 joint 1, corner 2 both."""
TURN = rotation(np.array([0.0, 0.0, 1.0]), 90.0)
BOUND = [np.eye(4), translation(np.array([-1.0, 0.0, 0.0]))]
"""Inverse bind matrices: joint 0 was bound at the origin, joint 1 at (1, 0, 0)."""


def columns(matrix: np.ndarray) -> list[float]:
    """Elements of a (4, 4) matrix in column-major order, as glTF stores them."""
    return [float(value) for value in matrix.T.ravel()]


def skinned(bound: list[np.ndarray] | None = BOUND, **changes: Any) -> GltfBuilder:
    """Builder of a skinned unit triangle, whose mesh node is translated by (50, 50, 50).

    Joint 0 is raised by 1 along z; its child, joint 1, is turned by 90 degrees at (1, 0, 0).
    """
    builder = GltfBuilder()
    joints = changes.pop("joints", np.tile(np.uint8([0, 1, 0, 0]), (3, 1)))
    attributes = {
        "POSITION": builder.accessor(TRIANGLE),
        "NORMAL": builder.accessor(UP),
        "JOINTS_0": builder.accessor(joints),
        "WEIGHTS_0": builder.accessor(changes.pop("weights", WEIGHTS)),
    }
    builder.mesh(attributes, {"skin": 0, "translation": [50, 50, 50]})
    skin: dict[str, Any] = {"joints": [1, 2]}
    if bound is not None:
        flat = np.array([columns(matrix) for matrix in bound], np.float32)
        skin["inverseBindMatrices"] = builder.accessor(flat)
    builder.root["skins"] = [skin | changes]
    builder.root["nodes"] += [
        {"translation": [0, 0, 1], "children": [2]},
        {"matrix": columns(translation(np.array([1.0, 0.0, 0.0])) @ TURN)},
    ]
    return builder


def mesh_of(builder: GltfBuilder, folder: Path) -> Mesh:
    """Write and load the file; return its only mesh."""
    scene = load_gltf(builder.write(folder / "a.glb"))
    assert not scene.notes
    (mesh,) = scene.shapes
    assert isinstance(mesh, Mesh)
    return mesh


def test_skinned_vertices_follow_joints_not_the_mesh_node(tmp_path: Path) -> None:
    mesh = mesh_of(skinned(), tmp_path)
    # Joint 0 raises by 1. Joint 1 also raises by 1 and turns by 90 degrees about (1, 0), its bind
    # position: (0, 1) is at (-1, 1) from there, turned (-1, -1), thus moved to (0, -1).
    # Corner 2 is 0.25 (0, 1) + 0.75 (0, -1) = (0, -0.5).
    np.testing.assert_allclose(mesh.vertices, [(0, 0, 1), (1, 0, 1), (0, -0.5, 1)], atol=1e-6)


def test_missing_inverse_bind_matrices_default_to_identity(tmp_path: Path) -> None:
    weights = np.float32([(0, 1, 0, 0)] * 3)
    mesh = mesh_of(skinned(None, weights=weights), tmp_path)
    np.testing.assert_allclose(mesh.vertices, [(1, 0, 1), (1, 1, 1), (0, 0, 1)], atol=1e-6)


def test_joint_weights_are_normalised_to_sum_one(tmp_path: Path) -> None:
    whole = mesh_of(skinned(), tmp_path)
    half = mesh_of(skinned(weights=np.float32(WEIGHTS / 2)), tmp_path)
    np.testing.assert_allclose(half.vertices, whole.vertices, atol=1e-6)


def test_skinned_normals_stay_perpendicular_under_nonuniform_scale(tmp_path: Path) -> None:
    # The triangle is rotated by 45 degrees about y, then stretched by 3 along x.
    slanted = rotation(np.array([0.0, 1.0, 0.0]), 45.0)
    bound = [scaling(np.array([3.0, 1.0, 1.0])) @ slanted] * 2
    mesh = mesh_of(skinned(bound, weights=np.float32([(1, 0, 0, 0)] * 3)), tmp_path)
    a, b, c = mesh.vertices.astype(np.float64)
    expected = np.cross(b - a, c - a)
    assert mesh.normals is not None
    np.testing.assert_allclose(mesh.normals[0], expected / np.linalg.norm(expected), atol=1e-6)


def morphed(node: dict[str, Any], **mesh: Any) -> GltfBuilder:
    """Unit triangle with two morph targets: +1 along z; +1 along x, also added to the normals."""
    builder = GltfBuilder()
    along = np.tile(np.float32([1, 0, 0]), (3, 1))
    targets = [
        {"POSITION": builder.accessor(UP)},
        {"POSITION": builder.accessor(along), "NORMAL": builder.accessor(along)},
    ]
    attributes = {"POSITION": builder.accessor(TRIANGLE), "NORMAL": builder.accessor(UP)}
    builder.mesh(attributes, node, targets=targets)
    builder.root["meshes"][0] |= mesh
    return builder


def test_morph_targets_are_multiplied_by_weights_and_added(tmp_path: Path) -> None:
    mesh = mesh_of(morphed({}, weights=[0.5, 1.0]), tmp_path)
    np.testing.assert_allclose(mesh.vertices, TRIANGLE + np.float32([1, 0, 0.5]))
    assert mesh.normals is not None
    np.testing.assert_allclose(mesh.normals, np.sqrt([[0.5, 0, 0.5]] * 3), atol=1e-6)


def test_node_morph_weights_override_mesh_weights(tmp_path: Path) -> None:
    mesh = mesh_of(morphed({"weights": [2.0]}, weights=[0.5, 1.0]), tmp_path)
    np.testing.assert_allclose(mesh.vertices, TRIANGLE + np.float32([0, 0, 2]))


def test_morph_targets_without_weights_leave_vertices_unchanged(tmp_path: Path) -> None:
    assert np.array_equal(mesh_of(morphed({}), tmp_path).vertices, TRIANGLE)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"joints": np.tile(np.uint8([0, 2, 0, 0]), (3, 1))}, "joint 2 out of range, there are 2"),
        ({"weights": np.zeros((3, 4), np.float32)}, "without weights of joints"),
        ({"weights": WEIGHTS[:2]}, "JOINTS_0, WEIGHTS_0: not one for each vertex"),
        ({"joints": np.zeros((3, 4), np.int8)}, "indices must be unsigned integers"),
        ({"bound": BOUND[:1]}, "skins[0]: 1 inverse bind matrices for 2 joints"),
        ({"bound": [np.full((4, 4), np.nan)] * 2}, "a matrix is not finite"),
    ],
)
def test_invalid_skins_raise_error_with_reason(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(SceneError) as caught:
        load_gltf(skinned(**changes).write(tmp_path / "a.gltf"))
    assert reason in str(caught.value)


def test_a_joint_outside_the_scene_is_an_error(tmp_path: Path) -> None:
    builder = skinned()
    builder.root["scenes"] = [{"nodes": [0]}]
    with pytest.raises(SceneError, match=r"skins\[0\]: joint nodes\[1\] is not in the scene"):
        load_gltf(builder.write(tmp_path / "a.gltf"))


def test_morph_target_with_wrong_vertex_count_is_an_error(tmp_path: Path) -> None:
    builder = morphed({}, weights=[1.0])
    target = builder.root["meshes"][0]["primitives"][0]["targets"][0]
    target["POSITION"] = builder.accessor(UP[:2])
    with pytest.raises(SceneError, match="morph target: 2 for 3 vertices"):
        load_gltf(builder.write(tmp_path / "a.gltf"))
