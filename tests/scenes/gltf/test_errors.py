"""Every fault of a glTF file gives one line that names file, place and reason."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from scenes.gltf.scene import load_gltf
from scenes.model.description import SceneError
from tests.scenes.gltf_builder import TRIANGLE
from tests.scenes.gltf_builder import GltfBuilder


def _fails(path: Path, reason: str) -> None:
    with pytest.raises(SceneError) as caught:
        load_gltf(path)
    message = str(caught.value)
    assert path.name in message and reason in message and "\n" not in message


@pytest.mark.parametrize("length", [3, 8, 15, 100, -30, -1])
def test_truncated_glb_raises_one_line_error(tmp_path: Path, length: int) -> None:
    path = GltfBuilder().triangle().write(tmp_path / "a.glb")
    path.write_bytes(path.read_bytes()[:length])
    _fails(path, "truncated" if length != 3 else "not a glTF file")


def test_index_out_of_range(tmp_path: Path) -> None:
    builder = GltfBuilder()
    attributes = {"POSITION": builder.accessor(TRIANGLE)}
    builder.mesh(attributes, {}, indices=builder.accessor(np.array([0, 1, 3], np.uint16)))
    _fails(
        builder.write(tmp_path / "a.glb"), "meshes[0].primitives[0]: face 0: index 3 out of range"
    )


def test_nan_vertex(tmp_path: Path) -> None:
    vertices = TRIANGLE.copy()
    vertices[1, 2] = np.nan
    builder = GltfBuilder()
    builder.mesh({"POSITION": builder.accessor(vertices)}, {})
    _fails(builder.write(tmp_path / "a.gltf"), "vertex 1: position is not finite")


def _paint(root: dict, **pbr: object) -> None:
    root["materials"] = [{"pbrMetallicRoughness": pbr}]
    root["meshes"][0]["primitives"][0]["material"] = 0


def _require(root: dict, kind: str) -> None:
    root.update(extensionsRequired=["EXT_codec"])
    root[kind][0]["extensions"] = {"EXT_codec": {}}


def _require_for_positions(root: dict) -> None:
    root.update(extensionsRequired=["EXT_codec"])
    root["meshes"][0]["primitives"][0]["extensions"] = {"EXT_codec": {}}
    del root["accessors"][0]["bufferView"]


CHANGES: list[tuple[Callable[[dict], object], str]] = [
    (lambda root: _require(root, "accessors"), "accessors[0]: needs EXT_codec, which is not"),
    (lambda root: _require(root, "bufferViews"), "bufferViews[0]: needs EXT_codec, which is not"),
    (lambda root: _require_for_positions(root), "meshes[0].primitives[0]: needs EXT_codec"),
    (lambda root: root["asset"].update(version="1.0"), "version '1.0'"),
    (lambda root: root["nodes"][0].update(mesh=5), "meshes[5]: index out of range"),
    (lambda root: root["nodes"][0].update(rotation=[0, 0, 0, 0]), "zero length"),
    (lambda root: root["nodes"][0].update(translation="far"), "malformed"),
    (lambda root: root["accessors"][0].update(count=4), "ends at byte"),
    (lambda root: root["accessors"][0].update(componentType=1), "unknown component type"),
    (lambda root: root["accessors"][0].update(type="VEC2"), "3 components needed"),
    (lambda root: root["bufferViews"][0].update(byteLength=999), "ends at byte"),
    (lambda root: root["meshes"][0]["primitives"][0].update(attributes={}), "no POSITION"),
    (lambda root: root["meshes"][0]["primitives"][0].update(material=2), "materials[2]"),
    (lambda root: root.update(meshes=[], nodes=[]), "no meshes"),
    (lambda root: root.update(nodes=7), "malformed"),
    (lambda root: root.update(asset=[]), "malformed"),
    (lambda root: root.update(extensionsUsed=5), "malformed"),
    (lambda root: root["nodes"][0].update(translation=[10**400, 0, 0]), "malformed"),
    (lambda root: root["accessors"][0].update(count=10**13, bufferView=None), ""),
]


@pytest.mark.parametrize("change, reason", CHANGES)
def test_malformed_gltf_raises_one_line_error(
    tmp_path: Path, change: Callable[[dict], object], reason: str
) -> None:
    builder = GltfBuilder().triangle()
    change(builder.root)
    _fails(builder.write(tmp_path / "a.gltf"), reason)


def _light(root: dict, **light: object) -> None:
    root["extensions"] = {"KHR_lights_punctual": {"lights": [light]}}
    root["nodes"][0]["extensions"] = {"KHR_lights_punctual": {"light": 0}}


BROKEN_PARTS: list[tuple[Callable[[dict], object], str]] = [
    (lambda root: root["nodes"][0].update(children=[0]), "reached twice"),
    (lambda root: root["nodes"][0].update(children=[-1]), "nodes[-1]"),
    (lambda root: root["nodes"].append({"mesh": 7}), "meshes[7]: index out of range"),
    (lambda root: root["nodes"].append({"mesh": 0, "rotation": [0, 0, 0, 0]}), "zero length"),
    (lambda root: root["nodes"].append({"mesh": 0, "skin": 0}), "skins[0]"),
    (lambda root: root["nodes"][0].update(camera=2), "cameras[2]: index out of range"),
    (lambda root: _light(root, type="area"), "lights[0]: unknown type 'area'"),
    (lambda root: _light(root, type="point", color=[1, 1]), "color: 2 numbers, 3 needed"),
    (lambda root: _paint(root, roughnessFactor="rough"), "roughnessFactor: not a finite number"),
    (lambda root: _paint(root, baseColorFactor=[1, 1]), "2 numbers, 4 needed; grey is used"),
]


@pytest.mark.parametrize("change, reason", BROKEN_PARTS)
def test_broken_part_is_left_out_with_a_note(
    tmp_path: Path, change: Callable[[dict], object], reason: str
) -> None:
    builder = GltfBuilder().triangle()
    change(builder.root)
    scene = load_gltf(builder.write(tmp_path / "a.gltf"))
    assert scene.triangle_count == 1
    (note,) = scene.notes
    assert reason in note and "\n" not in note


def test_required_extension_beside_the_geometry_is_a_note(tmp_path: Path) -> None:
    builder = GltfBuilder().triangle()
    names = ["EXT_surface", "KHR_mesh_quantization", "EXT_variants"]
    builder.root.update(extensionsRequired=names, extensionsUsed=[*names, "EXT_metadata"])
    builder.root["meshes"][0]["primitives"][0]["extensions"] = {"EXT_variants": {}}
    builder.root["nodes"][0]["extensions"] = {"EXT_surface": {}}
    builder.root["accessors"][0]["extensions"] = {"EXT_metadata": {}}
    scene = load_gltf(builder.write(tmp_path / "a.gltf"))
    assert scene.notes == tuple(
        f"extension {name} is not supported and was ignored"
        for name in ("EXT_surface", "EXT_variants", "EXT_metadata")
    )


def test_missing_or_unreadable_files_are_errors(tmp_path: Path) -> None:
    _fails(tmp_path / "none.glb", "no such file")
    (tmp_path / "a.gltf").write_text(
        '{"asset": {"version": "2.0"}, "nodes": [{"mesh": 0}], "buffers": [{"uri": "b.bin"}],'
        '"meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],'
        '"accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],'
        '"bufferViews": [{"buffer": 0, "byteLength": 36}]}'
    )
    _fails(tmp_path / "a.gltf", "b.bin: no such file")
    (tmp_path / "a.gltf").write_text("{")
    _fails(tmp_path / "a.gltf", "not a glTF file")


def test_zeros_without_data_are_limited(tmp_path: Path) -> None:
    builder = GltfBuilder().triangle()
    builder.root["accessors"][0] = {"componentType": 5126, "count": 10**9, "type": "VEC3"}
    _fails(builder.write(tmp_path / "a.gltf"), "1000000000 elements without data")
