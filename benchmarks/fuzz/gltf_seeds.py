"""Seed files of glTF: plain, binary, with Draco and with meshopt streams.

Host code. Each function writes folders with one file `main.*`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fuzz.image_seeds import CASES
from benchmarks.fuzz.image_seeds import write_image
from tests.scenes.gltf_builder import TRIANGLE
from tests.scenes.gltf_builder import GltfBuilder

DRACO = "KHR_draco_mesh_compression"
MESHOPT = "EXT_meshopt_compression"
LIGHTING = "KHR_lights_punctual"
BYTE, UNSIGNED_SHORT, SHORT, UNSIGNED_INT, FLOAT = 5120, 5123, 5122, 5125, 5126
DRACO_TYPES = ((FLOAT, BYTE), (SHORT, SHORT), (FLOAT, BYTE))
"""Component types of positions and normals of each mesh of `tests/cases/draco`."""
VERTICES = 300  # of the meshes whose indices are meshopt streams
MATERIAL = {
    "pbrMetallicRoughness": {
        "baseColorTexture": {"index": 0, "texCoord": 0},
        "baseColorFactor": [1, 0.5, 0.2, 0.8],
        "metallicRoughnessTexture": {"index": 0},
        "roughnessFactor": 0.4,
    },
    "normalTexture": {"index": 0, "scale": 0.5},
    "emissiveTexture": {"index": 0},
    "emissiveFactor": [1, 2, 3],
    "alphaMode": "MASK",
    "alphaCutoff": 0.3,
    "doubleSided": True,
    "extensions": {
        "KHR_materials_transmission": {"transmissionFactor": 0.5},
        "KHR_materials_volume": {"thicknessFactor": 1, "attenuationDistance": 0.5},
        "KHR_materials_clearcoat": {"clearcoatFactor": 0.5},
        "KHR_materials_sheen": {"sheenColorFactor": [0.1, 0.2, 0.3]},
        "KHR_materials_specular": {"specularFactor": 0.5},
        "KHR_materials_iridescence": {"iridescenceFactor": 0.5},
        "KHR_materials_anisotropy": {"anisotropyStrength": 0.5},
        "KHR_materials_emissive_strength": {"emissiveStrength": 3},
    },
}
LIGHTS = [
    {"type": "point", "intensity": 3, "color": [1, 0.5, 0]},
    {"type": "spot", "spot": {"innerConeAngle": 0.1, "outerConeAngle": 0.5}},
    {"type": "directional"},
]


def _everything(folder: Path, suffix: str) -> Path:
    """Scene with a skin, a morph target, instances, sparse data, lights, cameras, a texture."""
    builder = GltfBuilder()
    image = builder.view(write_image(folder / "a.png", 4).read_bytes())
    (folder / "a.png").unlink()
    attributes = {
        "POSITION": builder.accessor(TRIANGLE),
        "NORMAL": builder.accessor(np.array([[0, 0, 1]] * 3, np.float32)),
        "TEXCOORD_0": builder.accessor(TRIANGLE[:, :2].copy()),
        "COLOR_0": builder.accessor(np.array([[255, 9, 9, 99]] * 3, np.uint8), normalized=True),
        "TANGENT": builder.accessor(np.array([[1, 0, 0, 1]] * 3, np.float32)),
    }
    joints = {
        "JOINTS_0": builder.accessor(np.array([[0, 0, 0, 0]] * 3, np.uint8)),
        "WEIGHTS_0": builder.accessor(np.array([[1, 0, 0, 0]] * 3, np.float32)),
    }
    indices = builder.accessor(np.array([[0], [1], [2]], np.uint16))
    sparse = {
        "count": 1,
        "indices": {"bufferView": builder.view(b"\1\0"), "componentType": UNSIGNED_SHORT},
        "values": {"bufferView": builder.view(np.array([0, 0, 1], np.float32).tobytes())},
    }
    morphed = builder.append_accessor(componentType=FLOAT, count=3, type="VEC3", sparse=sparse)
    offsets = builder.accessor(np.array([[0, 0, 0], [2, 0, 0]], np.float32))
    instancing = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": offsets}}}
    builder.mesh(attributes, {"extensions": instancing}, indices=indices, material=0)
    shared = {"POSITION": attributes["POSITION"], **joints}
    builder.mesh(shared, {"skin": 0, "weights": [0.5]}, targets=[{"POSITION": morphed}], mode=5)
    builder.root["nodes"] += [
        {"camera": 0, "translation": [0, 0, 4]},
        {"camera": 1, "rotation": [0, 0, 0, 1], "scale": [1, 1, 1], "children": [5]},
        *({"matrix": list(np.eye(4).ravel()), "extensions": _light(n)} for n in range(3)),
    ]
    inverse = builder.accessor(np.array([np.eye(4).ravel()], np.float32))
    builder.root |= {
        "scene": 0,
        "scenes": [{"nodes": [0, 1, 2, 3, 4, 6]}],
        "skins": [{"joints": [2], "inverseBindMatrices": inverse}],
        "cameras": [
            {"type": "perspective", "perspective": {"yfov": 0.7, "znear": 0.1, "zfar": 10}},
            {"type": "orthographic", "orthographic": {"xmag": 1, "ymag": 1, "znear": 0}},
        ],
        "materials": [MATERIAL],
        "textures": [{"source": 0, "sampler": 0}],
        "samplers": [{"wrapS": 33071, "magFilter": 9728}],
        "images": [{"bufferView": image, "mimeType": "image/png"}],
        "extensions": {LIGHTING: {"lights": LIGHTS}},
        "extensionsUsed": [LIGHTING, "KHR_unknown"],
    }
    return builder.write(folder / f"main{suffix}")


def _light(number: int) -> dict[str, Any]:
    return {LIGHTING: {"light": number}}


def _lit() -> GltfBuilder:
    """Builder with a light: the sky of a scene without light takes long to bake."""
    builder = GltfBuilder()
    builder.root["nodes"].append({"extensions": _light(0)})
    builder.root["extensions"] = {LIGHTING: {"lights": LIGHTS}}
    return builder


def _gltf(folder: Path) -> None:
    """Text files with their data in files beside them, so that mutations meet the JSON."""
    (folder / "all").mkdir()
    everything = _everything(folder / "all", ".gltf")
    for source in (everything, *sorted((CASES / "gltf").glob("*.gltf"))):
        target = folder / ("all" if source == everything else source.stem)
        target.mkdir(exist_ok=True)
        root = json.loads(source.read_text())
        for number, holder in enumerate([*root["buffers"], *root.get("images", [])]):
            if holder.get("uri", "").startswith("data:"):
                data = base64.b64decode(holder["uri"].partition(",")[2])
                (target / f"{number}.bin").write_bytes(data)
                holder["uri"] = f"{number}.bin"
        for accessor in root["accessors"]:
            for unread in ("min", "max"):
                accessor.pop(unread, None)
        (target / "main.gltf").write_text(json.dumps(root, indent=1))


def _glb(folder: Path) -> None:
    _everything(folder, ".glb")


def _draco(folder: Path) -> None:
    meshes = json.loads((CASES / "draco" / "meshes.json").read_text())
    for number, (mesh, (kind, normal)) in enumerate(zip(meshes, DRACO_TYPES)):
        builder = _lit()
        shared: dict[str, Any] = {"count": 25, "type": "VEC3"}
        attributes = {
            "POSITION": builder.append_accessor(componentType=kind, **shared),
            "NORMAL": builder.append_accessor(componentType=normal, normalized=True, **shared),
        }
        view = builder.view(base64.b64decode(mesh["data"]))
        extension = {"bufferView": view, "attributes": mesh["ids"]}
        builder.mesh(attributes, {}, extensions={DRACO: extension})
        (folder / str(number)).mkdir()
        builder.write(folder / str(number) / "main.glb")


def _meshopt(folder: Path) -> None:
    """Streams as positions or as indices of a mesh."""
    for number, stream in enumerate(json.loads((CASES / "meshopt/streams.json").read_text())):
        is_attribute, stride = stream["mode"] == "ATTRIBUTES", stream["byteStride"]
        if (is_attribute and stride not in (12, 16)) or not _is_usable(stream):
            continue
        builder = _lit()
        view = builder.view(base64.b64decode(stream["data"]))
        stored = builder.root["bufferViews"][view]
        stored |= {name: stream[name] for name in ("mode", "filter", "count", "byteStride")}
        length = stream["count"] * stride
        outer = {"buffer": 0, "byteLength": length, "extensions": {MESHOPT: stored}}
        builder.root["bufferViews"][view] = {**outer, "byteStride": stride if is_attribute else 0}
        described = {"bufferView": view, "count": stream["count"]}
        if is_attribute:
            position = builder.append_accessor(componentType=FLOAT, type="VEC3", **described)
            builder.mesh({"POSITION": position}, {})
        else:
            points = np.random.default_rng(1).random((VERTICES, 3)).astype(np.float32)
            kind = UNSIGNED_INT if stride == 4 else UNSIGNED_SHORT
            indices = builder.append_accessor(componentType=kind, type="SCALAR", **described)
            builder.mesh({"POSITION": builder.accessor(points)}, {}, indices=indices)
        (folder / str(number)).mkdir()
        builder.write(folder / str(number) / "main.glb")


def _is_usable(stream: dict[str, Any]) -> bool:
    """Whether the values of a stream are coordinates of triangles, or numbers of vertices."""
    data = base64.b64decode(stream["decoded"])
    if stream["count"] < 3 or stream["mode"] != "ATTRIBUTES":
        kind = np.uint32 if stream["byteStride"] == 4 else np.uint16
        return stream["count"] > 2 and bool((np.frombuffer(data, kind) < VERTICES).all())
    sizes = np.abs(np.frombuffer(data, np.float32))
    return bool((sizes < 1e9).all()) and sizes.max() > 1e-6


GLTF_SEEDS: dict[str, Callable[[Path], None]] = {
    "gltf": _gltf,
    "glb": _glb,
    "draco": _draco,
    "meshopt": _meshopt,
}
"""Function that writes the seeds of each reader."""
