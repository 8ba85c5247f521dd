"""glTF 2.0 scene files, .gltf and .glb.

Host code. Animations are ignored: nodes keep the transforms stored in the file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np

from scenes.default_camera import PLACEHOLDER_CAMERA
from scenes.gltf.document import MALFORMED_ERRORS
from scenes.gltf.document import GltfDocument
from scenes.gltf.document import Json
from scenes.gltf.document import read_gltf
from scenes.gltf.instancing import instance_matrices
from scenes.gltf.materials import GltfMaterials
from scenes.gltf.meshes import GltfMeshes
from scenes.gltf.skinning import read_pose
from scenes.gltf.textures import GltfTextures
from scenes.gltf.values import number_of
from scenes.gltf.values import numbers_of
from scenes.mesh.validation import normalize
from scenes.model.description import Camera
from scenes.model.description import DirectionalLight
from scenes.model.description import Mesh
from scenes.model.description import PointLight
from scenes.model.description import PunctualLight
from scenes.model.description import SceneDescription
from scenes.model.description import SceneError
from scenes.model.numbers import are_finite
from scenes.model.options import LoadOptions
from scenes.model.transforms import quaternion_rotation
from scenes.model.transforms import rigid
from scenes.model.transforms import scaling
from scenes.model.transforms import translation

DEFAULT_ASPECT = 16.0 / 9.0
"""Width over height for cameras without `aspectRatio`, which leave it to the viewport."""
FLIP_VIEW = np.diag([-1.0, 1.0, -1.0, 1.0])
"""glTF cameras look along -z with +x to the right; cameras here along +z with +x to the left."""


@dataclass
class _Parts:
    """Shapes, lights and cameras built so far."""

    shapes: list[Mesh] = field(default_factory=list)
    lights: list[PunctualLight] = field(default_factory=list)
    cameras: list[Camera] = field(default_factory=list)


def load_gltf(path: Path, options: LoadOptions = LoadOptions()) -> SceneDescription:
    """Load a glTF file; a fault without which nothing can be shown raises SceneError."""
    try:
        return _scene(read_gltf(path), options)
    except SceneError:
        raise
    except MALFORMED_ERRORS as error:
        raise SceneError(f"{path}: malformed ({type(error).__name__}: {error})") from error


def _scene(document: GltfDocument, options: LoadOptions) -> SceneDescription:
    materials = GltfMaterials(document, GltfTextures(document))
    materials.variant = _variant(document, options.variant)
    meshes = GltfMeshes(document, materials)
    parts = _Parts()
    nodes = list(_nodes(document))
    worlds = {index: to_world for index, to_world, _ in nodes}
    for index, to_world, is_visible in nodes:
        node, element = document.item("nodes", index), f"nodes[{index}]"
        if "camera" in node:  # visible or not, as KHR_node_visibility says
            with document.part(element):
                parts.cameras.append(_camera(document, node["camera"], to_world))
        if not is_visible:
            continue
        if "mesh" in node:
            with document.part(element):
                for instance in instance_matrices(document, node, index):
                    pose = read_pose(document, node, to_world @ instance, worlds)
                    parts.shapes.extend(meshes.meshes(node["mesh"], pose, node.get("name", "")))
        light = node.get("extensions", {}).get("KHR_lights_punctual", {}).get("light")
        if light is not None:
            with document.part(element):
                parts.lights.append(_light(document, light, to_world))
    if not parts.shapes:
        raise next(iter(document.left_out), document.error("scene", "no meshes"))
    return SceneDescription(
        name=document.path.stem,
        shapes=tuple(parts.shapes),
        materials=tuple(materials.materials),
        camera=parts.cameras[0] if parts.cameras else PLACEHOLDER_CAMERA,
        has_default_camera=not parts.cameras,
        lights=tuple(parts.lights),
        notes=tuple(document.notes),
    )


def _variant(document: GltfDocument, name: str) -> int | None:
    """Number of the variant of this name; None without a name."""
    if not name:
        return None
    extension = document.root.get("extensions", {}).get("KHR_materials_variants", {})
    names = [variant.get("name", "") for variant in extension.get("variants", [])]
    if name not in names:
        known = ", ".join(names) or "none"
        raise document.error("variants", f"no variant {name!r}; there are: {known}")
    return names.index(name)


def _nodes(document: GltfDocument) -> Iterator[tuple[int, np.ndarray, bool]]:
    """(index, (4, 4) matrix to world space, is visible) of every node of the default scene."""
    if document.root.get("scenes"):
        roots = document.item("scenes", document.root.get("scene", 0)).get("nodes", [])
    else:
        nodes = document.root.get("nodes", [])
        children = {child for node in nodes for child in node.get("children", [])}
        numbers = list(range(len(nodes)))
        # If nodes form a cycle, all are children: start from all; the cycle is noted below.
        roots = [index for index in numbers if index not in children] or numbers
    stack = [(index, np.eye(4), True) for index in reversed(list(roots))]
    seen: set[int] = set()
    while stack:
        index, parent, is_visible = stack.pop()
        with document.part(f"nodes[{index}]"):
            node = document.item("nodes", index)
            if index in seen:
                raise document.error(f"nodes[{index}]", "reached twice, nodes must form a tree")
            seen.add(index)
            visibility = node.get("extensions", {}).get("KHR_node_visibility", {})
            # The joints of a skin count even where they are hidden.
            is_visible = is_visible and bool(visibility.get("visible", True))
            matrix = parent @ _local(document, node, index)
            below = reversed(node.get("children", []))
            stack.extend((child, matrix, is_visible) for child in below)
            yield index, matrix, is_visible


def _local(document: GltfDocument, node: Json, index: int) -> np.ndarray:
    """(4, 4) local matrix of a node: column-major `matrix`, or translation, rotation and scale."""
    if "matrix" in node:
        matrix = np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    else:
        turn = np.array(node.get("rotation", [0.0, 0.0, 0.0, 1.0]), dtype=np.float64)
        if not np.linalg.norm(turn) > 0.0:
            raise document.error(f"nodes[{index}]", "rotation has zero length")
        matrix = (
            translation(node.get("translation", [0.0] * 3))
            @ quaternion_rotation(turn)
            @ scaling(node.get("scale", [1.0] * 3))
        )
    if not are_finite(matrix):
        raise document.error(f"nodes[{index}]", "transform is not finite")
    return matrix


def _camera(document: GltfDocument, index: int, to_world: np.ndarray) -> Camera:
    source = document.item("cameras", index)
    if not np.linalg.det(to_world[:3, :3]):
        raise document.error(f"cameras[{index}]", "without direction, its node is scaled by 0")
    perspective = source.get("perspective")
    if perspective is None:
        return _orthographic(document, index, to_world)
    aspect = number_of(perspective, "aspectRatio", DEFAULT_ASPECT)
    near, far = number_of(perspective, "znear", 0.0), perspective.get("zfar")
    yfov = number_of(perspective, "yfov", 0.0)
    if not 0.0 < yfov < math.pi or aspect <= 0.0:
        raise document.error(f"cameras[{index}]", f"bad yfov {yfov:g} or aspect ratio {aspect:g}")
    fov_x = math.degrees(2.0 * math.atan(math.tan(yfov / 2.0) * aspect))
    has_aspect = "aspectRatio" in perspective
    return Camera(
        rigid(to_world @ FLIP_VIEW),
        fov_x,
        aspect,
        near=max(near, 0.0),
        far=math.inf if far is None else number_of(perspective, "zfar", 0.0),
        fov_y=None if has_aspect else math.degrees(yfov),
    )


def _orthographic(document: GltfDocument, index: int, to_world: np.ndarray) -> Camera:
    source = document.item("cameras", index).get("orthographic", {})
    half_width, half_height = number_of(source, "xmag", 0.0), number_of(source, "ymag", 0.0)
    if half_width <= 0.0 or half_height <= 0.0:
        raise document.error(f"cameras[{index}]", f"bad xmag {half_width:g}, ymag {half_height:g}")
    return Camera(
        rigid(to_world @ FLIP_VIEW),
        aspect=half_width / half_height,
        near=max(number_of(source, "znear", 0.0), 0.0),
        far=number_of(source, "zfar", math.inf) if "zfar" in source else math.inf,
        orthographic_width=2.0 * half_width,
    )


def _light(document: GltfDocument, index: int, to_world: np.ndarray) -> PunctualLight:
    """Light of KHR_lights_punctual, along -z of its node.

    Candela and lux are taken as W sr^-1 and W m^-2: files are made for viewers that do the same.
    """
    lights = document.root.get("extensions", {}).get("KHR_lights_punctual", {}).get("lights", [])
    if not isinstance(index, int) or not 0 <= index < len(lights):
        raise document.error(f"lights[{index}]", f"index out of range, there are {len(lights)}")
    light = lights[index]
    factor = max(number_of(light, "intensity", 1.0), 0.0)
    red, green, blue = (channel * factor for channel in numbers_of(light, "color", (1.0, 1.0, 1.0)))
    if "range" in light:
        document.note(f"lights[{index}]: its range is ignored, light reaches any distance")
    if not to_world[:3, 2].any() and light.get("type") != "point":
        raise document.error(f"lights[{index}]", "without direction, its node is scaled by 0")
    axis = normalize(-to_world[None, :3, 2])[0]
    direction = (float(axis[0]), float(axis[1]), float(axis[2]))
    position = (float(to_world[0, 3]), float(to_world[1, 3]), float(to_world[2, 3]))
    match light.get("type"):
        case "directional":
            return DirectionalLight(direction, (red, green, blue))
        case "point":
            return PointLight(position, (red, green, blue))
        case "spot":
            spot = light.get("spot", {})
            cone = (
                number_of(spot, "innerConeAngle", 0.0),
                number_of(spot, "outerConeAngle", math.pi / 4.0),
            )
            return PointLight(position, (red, green, blue), direction, cone)
    raise document.error(f"lights[{index}]", f"unknown type {light.get('type')!r}")
