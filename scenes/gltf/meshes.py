"""Meshes of glTF files.

Host code. Specification, section 3.7. Points and lines are skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import numpy as np

from scenes.gltf.accessors import read_floats
from scenes.gltf.accessors import read_indices
from scenes.gltf.document import GltfDocument
from scenes.gltf.document import Json
from scenes.gltf.draco import expand_draco
from scenes.gltf.materials import GltfMaterials
from scenes.gltf.skinning import TANGENT
from scenes.gltf.skinning import Pose
from scenes.gltf.skinning import apply_pose
from scenes.gltf.textures import UV_SET
from scenes.mesh.polygons import strip_triangles
from scenes.mesh.validation import ZERO_NORMALS
from scenes.mesh.validation import RawMesh
from scenes.mesh.validation import ZeroAreaError
from scenes.mesh.validation import has_zero_normals
from scenes.mesh.validation import normalize
from scenes.mesh.validation import validated_mesh
from scenes.model.description import Mesh

TRIANGLES = 4
TRIANGLE_STRIP = 5
TRIANGLE_FAN = 6


@dataclass
class GltfMeshes:
    """Builds meshes; vertex data shared by several nodes is read again for each of them."""

    document: GltfDocument
    materials: GltfMaterials

    def meshes(self, index: Any, pose: Pose, name: str) -> list[Mesh]:
        """One mesh per primitive of mesh `index`, in world space."""
        mesh = self.document.item("meshes", index)
        built: list[Mesh] = []
        for number, primitive in enumerate(mesh.get("primitives", [])):
            element = f"meshes[{index}].primitives[{number}]"
            if primitive.get("mode", TRIANGLES) not in (TRIANGLES, TRIANGLE_STRIP, TRIANGLE_FAN):
                self.document.note(f"{element}: points and lines were skipped")
                continue
            with self.document.part(element):
                if not expand_draco(self.document, primitive, element):
                    continue
                try:
                    finished = self._primitive(primitive, pose, element)
                except ZeroAreaError:
                    # Some files hide objects by a scale of 0.
                    self.document.note(f"{element}: without area, left out")
                    continue
                built.append(replace(finished, name=name or mesh.get("name", "")))
        return built

    def _primitive(self, primitive: Json, pose: Pose, element: str) -> Mesh:
        """World-space mesh of one primitive, with its material."""
        raw = apply_pose(self.document, primitive, self._raw(primitive, element), pose, element)
        number = self.materials.main_uv_set(primitive)
        if number:
            raw = _with_main_uvs(raw, number)
        if has_zero_normals(raw):
            self.document.note(f"{element}: {ZERO_NORMALS}")
        finished = validated_mesh(raw, f"{self.document.path}: {element}", pose.to_world)
        has_colors = "COLOR_0" in finished.attributes
        material = self.materials.index(self.materials.number_of(primitive), has_colors)
        if TANGENT in finished.attributes:
            tangents = finished.attributes[TANGENT].copy()
            tangents[:, :3] = normalize(tangents[:, :3] @ pose.to_world[:3, :3].T)
            if np.linalg.det(pose.to_world[:3, :3]) < 0.0:
                tangents[:, 3] *= -1.0  # a mirror keeps the bitangent, but not the cross product
            finished = replace(finished, attributes={**finished.attributes, TANGENT: tangents})
        return replace(finished, material=material)

    def _raw(self, primitive: Json, element: str) -> RawMesh:
        attributes = primitive.get("attributes", {})
        if "POSITION" not in attributes:
            raise self.document.error(element, "no POSITION")
        vertices = read_floats(self.document, attributes["POSITION"], 3)
        normals = self._attribute(attributes, "NORMAL", 3, len(vertices))
        uvs = self._attribute(attributes, "TEXCOORD_0", 2, len(vertices))
        if uvs is not None:
            # glTF has v downwards, scene descriptions have v upwards.
            uvs = np.stack([uvs[:, 0], 1.0 - uvs[:, 1]], axis=1)
        if "indices" in primitive:
            indices = read_indices(self.document, primitive["indices"])
        else:
            indices = np.arange(len(vertices))
        faces = triangles(indices, primitive.get("mode", TRIANGLES))
        further = self._further_attributes(attributes, len(vertices))
        if TANGENT in attributes and "JOINTS_0" not in attributes:
            if self.materials.needs_tangents(primitive):
                tangents = self._attribute(attributes, TANGENT, 4, len(vertices))
                assert tangents is not None
                further[TANGENT] = tangents
        return RawMesh(vertices, faces, normals, uvs, attributes=further)

    def _further_attributes(self, attributes: Json, count: int) -> dict[str, np.ndarray]:
        """Vertex colours, linear RGBA, and the texture coordinates after the first, v upwards."""
        found = {}
        for name in attributes:
            if name == "COLOR_0":
                width = self.document.item("accessors", attributes[name]).get("type")
                colors = self._attribute(attributes, name, 4 if width == "VEC4" else 3, count)
                assert colors is not None
                found[name] = np.clip(np.nan_to_num(colors), 0.0, 1.0)
            elif name.startswith(UV_SET) and name != f"{UV_SET}0":
                uvs = self._attribute(attributes, name, 2, count)
                assert uvs is not None
                found[name] = np.stack([uvs[:, 0], 1.0 - uvs[:, 1]], axis=1)
        return found

    def _attribute(self, attributes: Json, name: str, width: int, count: int) -> np.ndarray | None:
        if name not in attributes:
            return None
        values = read_floats(self.document, attributes[name], width)
        if len(values) != count:
            raise self.document.error(
                f"accessors[{attributes[name]}]", f"{name}: {len(values)} for {count} vertices"
            )
        return values


def _with_main_uvs(raw: RawMesh, number: int) -> RawMesh:
    """The mesh with set `number` as its own texture coordinates, and the first as attribute."""
    attributes = dict(raw.attributes)
    uvs = attributes.pop(f"{UV_SET}{number}", None)
    if raw.uvs is not None:
        attributes[f"{UV_SET}0"] = raw.uvs
    return replace(raw, uvs=uvs, attributes=attributes)


def triangles(indices: np.ndarray, mode: int) -> np.ndarray:
    """(F, 3) vertex indices of a triangle list, strip or fan, with consistent winding."""
    if mode == TRIANGLES:
        return indices[: len(indices) // 3 * 3].reshape(-1, 3)
    if mode == TRIANGLE_STRIP:
        return strip_triangles(indices)
    steps = np.arange(max(len(indices) - 2, 0))
    corners = np.stack([steps + 1, steps + 2, np.zeros_like(steps)], axis=1)
    fan: np.ndarray = indices[corners]
    return fan
