"""Meshes of glTF files.

Host code. Specification, section 3.7. Points and lines are skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import numpy as np

from scenes.gltf.accessors import read_colors
from scenes.gltf.accessors import read_floats
from scenes.gltf.accessors import read_indices
from scenes.gltf.document import GltfDocument
from scenes.gltf.document import Json
from scenes.gltf.draco import expand_draco
from scenes.gltf.materials import GltfMaterials
from scenes.gltf.skinning import Pose
from scenes.gltf.skinning import apply_pose
from scenes.mesh.validation import RawMesh
from scenes.mesh.validation import ZeroAreaError
from scenes.mesh.validation import validated_mesh
from scenes.mesh.vertex_colors import bake_vertex_colors
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
            if not expand_draco(self.document, primitive, element):
                continue
            raw = apply_pose(self.document, primitive, self._raw(primitive, element), pose, element)
            source = f"{self.document.path}: {element}"
            try:
                finished = validated_mesh(raw, source, pose.to_world)
            except ZeroAreaError:
                # Some files hide objects by a scale of 0.
                self.document.note(f"{element}: without area, left out")
                continue
            finished = self._with_material(finished, primitive, element)
            built.append(replace(finished, name=name or mesh.get("name", "")))
        return built

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
        return RawMesh(vertices, triangles(indices, primitive.get("mode", TRIANGLES)), normals, uvs)

    def _with_material(self, mesh: Mesh, primitive: Json, element: str) -> Mesh:
        """Assign the material of `primitive`, with its vertex colours if it has any."""
        number, attributes = primitive.get("material"), primitive.get("attributes", {})
        if "COLOR_0" not in attributes or not self.materials.supports_vertex_colors(number):
            return replace(mesh, material=self.materials.index(number))
        colors = read_colors(self.document, attributes["COLOR_0"])
        if len(colors) != len(mesh.vertices):
            reason = f"COLOR_0: {len(colors)} for {len(mesh.vertices)} vertices"
            raise self.document.error(element, reason)
        split, texture = bake_vertex_colors(mesh, colors, is_srgb=False)
        return replace(split, material=self.materials.index_with_vertex_colors(number, texture))

    def _attribute(self, attributes: Json, name: str, width: int, count: int) -> np.ndarray | None:
        if name not in attributes:
            return None
        values = read_floats(self.document, attributes[name], width)
        if len(values) != count:
            raise self.document.error(
                f"accessors[{attributes[name]}]", f"{name}: {len(values)} for {count} vertices"
            )
        return values


def triangles(indices: np.ndarray, mode: int) -> np.ndarray:
    """(F, 3) vertex indices of a triangle list, strip or fan, with consistent winding."""
    if mode == TRIANGLES:
        return indices[: len(indices) // 3 * 3].reshape(-1, 3)
    count = max(len(indices) - 2, 0)
    steps = np.arange(count)
    if mode == TRIANGLE_FAN:
        corners = np.stack([steps + 1, steps + 2, np.zeros(count, dtype=np.int64)], axis=1)
    else:
        odd = steps % 2
        corners = np.stack([steps, steps + 1 + odd, steps + 2 - odd], axis=1)
    return indices[corners.astype(np.int64)]
