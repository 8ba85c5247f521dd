"""Primitives of KHR_draco_mesh_compression, compared with what Google's decoder returns."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenes.gltf.accessors import read_floats
from scenes.gltf.accessors import read_indices
from scenes.gltf.accessors import read_integers
from scenes.gltf.document import GltfDocument
from scenes.gltf.document import read_gltf
from scenes.gltf.draco import expand_draco
from scenes.gltf.scene import load_gltf
from scenes.model.description import Mesh
from scenes.model.description import SceneError
from tests.scenes.gltf_builder import TRIANGLE
from tests.scenes.gltf_builder import GltfBuilder

EXTENSION = "KHR_draco_mesh_compression"
MESHES = json.loads((Path(__file__).parents[2] / "cases/draco/meshes.json").read_text())
BYTE, UNSIGNED_BYTE, SHORT, UNSIGNED_SHORT, FLOAT = 5120, 5121, 5122, 5123, 5126
ACCESSORS: list[dict[str, dict[str, Any]]] = [
    {
        "POSITION": {"componentType": FLOAT, "type": "VEC3"},
        "NORMAL": {"componentType": BYTE, "type": "VEC3", "normalized": True},
        "TEXCOORD_0": {"componentType": FLOAT, "type": "VEC2"},
        "COLOR_0": {"componentType": UNSIGNED_BYTE, "type": "VEC4", "normalized": True},
        "JOINTS_0": {"componentType": UNSIGNED_SHORT, "type": "VEC4"},
        "WEIGHTS_0": {"componentType": FLOAT, "type": "VEC4"},
    },
    {
        "POSITION": {"componentType": SHORT, "type": "VEC3"},
        "NORMAL": {"componentType": SHORT, "type": "VEC3", "normalized": True},
        "TEXCOORD_0": {"componentType": UNSIGNED_SHORT, "type": "VEC2", "normalized": True},
        "TANGENT": {"componentType": BYTE, "type": "VEC4", "normalized": True},
        "JOINTS_0": {"componentType": UNSIGNED_BYTE, "type": "VEC4"},
        "COLOR_0": {"componentType": UNSIGNED_BYTE, "type": "VEC3", "normalized": True},
    },
    {
        "POSITION": {"componentType": FLOAT, "type": "VEC3"},
        "NORMAL": {"componentType": BYTE, "type": "VEC3", "normalized": True},
    },
]
"""Accessors by attribute of each of MESHES."""
DIVISORS = {BYTE: 127, UNSIGNED_BYTE: 255, SHORT: 32767, UNSIGNED_SHORT: 65535}


def _add(builder: GltfBuilder, number: int, data: bytes | None = None, **more: Any) -> None:
    """Append mesh `number` with its node; `data` replaces the compressed data."""
    mesh = MESHES[number]
    attributes = {
        name: builder.append_accessor(**accessor, count=25)
        for name, accessor in ACCESSORS[number].items()
    }
    stored = base64.b64decode(mesh["data"]) if data is None else data
    extension = {"bufferView": builder.view(stored), "attributes": mesh["ids"]}
    indices = builder.append_accessor(componentType=UNSIGNED_SHORT, count=96, type="SCALAR")
    builder.mesh(attributes, {}, indices=indices, extensions={EXTENSION: extension}, **more)


def _expanded(builder: GltfBuilder, path: Path) -> tuple[GltfDocument, dict[str, Any]]:
    document = read_gltf(builder.write(path))
    primitive = document.root["meshes"][0]["primitives"][0]
    assert expand_draco(document, primitive, "meshes[0].primitives[0]")
    return document, primitive


@pytest.mark.parametrize("number", [0, 1, 2])
def test_attributes_and_indices_are_exact(tmp_path: Path, number: int) -> None:
    builder = GltfBuilder()
    _add(builder, number)
    document, primitive = _expanded(builder, tmp_path / "a.glb")
    faces = read_indices(document, primitive["indices"]).reshape(-1, 3)
    assert faces.tolist() == MESHES[number]["triangles"] and primitive["mode"] == 4
    for name, stored in MESHES[number]["attributes"].items():
        accessor, width = ACCESSORS[number][name], len(stored[0])
        right = np.array(stored, np.float64)
        if name == "JOINTS_0":
            integers = read_integers(document, primitive["attributes"][name], width)
            assert integers.tolist() == stored
            continue
        # Mesh 1 stores its colours as floats, which a normalised accessor does not divide.
        if accessor.get("normalized") and right.max() > 1.0:
            right /= DIVISORS[accessor["componentType"]]
        found = read_floats(document, primitive["attributes"][name], width)
        assert np.array_equal(found, right.astype(np.float32)), name
    assert not document.notes


def test_decoded_once_for_several_nodes(tmp_path: Path) -> None:
    builder = GltfBuilder()
    _add(builder, 0)
    builder.root["nodes"].append({"mesh": 0, "translation": [0, 0, 5]})
    builder.root["extensionsRequired"] = [EXTENSION]
    scene = load_gltf(builder.write(tmp_path / "a.glb"))
    first, second = scene.shapes
    assert isinstance(first, Mesh) and isinstance(second, Mesh) and not scene.notes
    right = np.array(MESHES[0]["attributes"]["POSITION"], np.float32)
    assert np.array_equal(first.vertices[first.faces], right[MESHES[0]["triangles"]])
    assert np.array_equal(second.vertices, first.vertices + np.float32([0, 0, 5]))


def test_other_attributes_come_from_accessors(tmp_path: Path) -> None:
    builder = GltfBuilder()
    _add(builder, 0)
    uvs = np.random.default_rng(1).random((25, 2)).astype(np.float32)
    primitive = builder.root["meshes"][0]["primitives"][0]
    primitive["attributes"]["TEXCOORD_0"] = builder.accessor(uvs)
    extension = primitive["extensions"][EXTENSION]
    extension["attributes"] = {"POSITION": 5, "COLOR_7": 4}
    document, decoded = _expanded(builder, tmp_path / "a.glb")
    assert np.array_equal(read_floats(document, decoded["attributes"]["TEXCOORD_0"], 2), uvs)
    assert "COLOR_7" not in decoded["attributes"]


def _damage(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """(changes of the extension, changes of the position accessor)."""
    return {
        "id": ({"attributes": {"POSITION": 77}}, {}),
        "width": ({"attributes": {"POSITION": 2}}, {}),
        "component": ({}, {"componentType": 9}),
        "range": ({"attributes": {"POSITION": 3}}, {"componentType": UNSIGNED_BYTE}),
    }[name]


@pytest.mark.parametrize(
    "name, reason",
    [
        ("id", "no attribute 77 for POSITION"),
        ("width", "POSITION is an array (25, 2), the accessor says 3 wide"),
        ("component", "unknown component type 9"),
        ("range", "POSITION: values beyond the component type"),
    ],
)
def test_mismatched_primitive_is_left_out(tmp_path: Path, name: str, reason: str) -> None:
    builder = GltfBuilder()
    _add(builder, 0)
    extension, accessor = _damage(name)
    builder.root["meshes"][0]["primitives"][0]["extensions"][EXTENSION].update(extension)
    builder.root["accessors"][0].update(accessor)
    builder.triangle()
    scene = load_gltf(builder.write(tmp_path / "a.glb"))
    assert len(scene.shapes) == 1 and len(scene.notes) == 1
    assert scene.notes[0].startswith(f"meshes[0].primitives[0]: {EXTENSION}: ")
    assert reason in scene.notes[0] and scene.notes[0].endswith("; left out")


@pytest.mark.parametrize("data", [b"", b"DRACO", b"DRACO" + bytes(50)])
def test_broken_primitive_is_left_out(tmp_path: Path, data: bytes) -> None:
    builder = GltfBuilder()
    _add(builder, 0, data)
    builder.triangle()
    scene = load_gltf(builder.write(tmp_path / "a.glb"))
    assert len(scene.shapes) == 1 and len(scene.notes) == 1 and "\n" not in scene.notes[0]
    assert "left out" in scene.notes[0]


def test_vertex_out_of_range_is_an_error(tmp_path: Path) -> None:
    # The first stored index of the sequential mesh is byte 14.
    data = bytearray(base64.b64decode(MESHES[1]["data"]))
    assert data[14:17] == bytes(MESHES[1]["triangles"][0])
    data[14] = 200
    builder = GltfBuilder()
    _add(builder, 1, bytes(data))
    builder.triangle()
    scene = load_gltf(builder.write(tmp_path / "a.glb"))
    assert len(scene.shapes) == 1 and "vertex 200 of 25; left out" in scene.notes[0]


@pytest.mark.parametrize("is_required", [False, True])
def test_uncompressed_data_replace_broken_data(tmp_path: Path, is_required: bool) -> None:
    builder = GltfBuilder()
    extension = {"bufferView": builder.view(b"DRACO"), "attributes": {"POSITION": 0}}
    builder.triangle(extensions={EXTENSION: extension})
    path = tmp_path / "a.glb"
    if is_required:
        builder.root["extensionsRequired"] = [EXTENSION]
        with pytest.raises(SceneError, match="no meshes"):
            load_gltf(builder.write(path))
        return
    scene = load_gltf(builder.write(path))
    mesh = scene.shapes[0]
    assert isinstance(mesh, Mesh) and np.array_equal(mesh.vertices, TRIANGLE)
    assert scene.notes[0].endswith("the uncompressed data were used")
