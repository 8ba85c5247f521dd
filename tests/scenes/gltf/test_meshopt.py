"""Buffer views of EXT_meshopt_compression and KHR_meshopt_compression decode to exact bytes."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenes.gltf.meshopt.attributes import decode_attributes
from scenes.gltf.meshopt.filters import decode_colors
from scenes.gltf.meshopt.filters import decode_exponential
from scenes.gltf.meshopt.filters import decode_octahedral
from scenes.gltf.meshopt.filters import decode_quaternions
from scenes.gltf.meshopt.indices import decode_triangles
from scenes.gltf.meshopt.status import DECODED
from scenes.gltf.meshopt.view import decode_view
from scenes.gltf.scene import load_gltf
from scenes.model.description import Mesh
from scenes.model.description import SceneError
from tests.scenes.gltf_builder import GltfBuilder
from tests.scenes.meshopt_streams import encode_attributes
from tests.scenes.meshopt_streams import encode_sequence
from tests.scenes.meshopt_streams import encode_triangles
from tests.scenes.meshopt_streams import varint

STREAMS = json.loads((Path(__file__).parents[2] / "cases/meshopt/streams.json").read_text())
ROUNDED = {
    ("OCTAHEDRAL", 4): "i1",
    ("OCTAHEDRAL", 8): "<i2",
    ("QUATERNION", 8): "<i2",
    ("COLOR", 4): "u1",
    ("COLOR", 8): "<u2",
}
"""Components by filter and stride; the specification leaves 1 unit to the decoder."""
QUAD = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)], np.float32)


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream["name"].replace(" ", "-"))
def test_streams_of_the_real_encoder(stream: dict[str, Any]) -> None:
    found = decode_view(base64.b64decode(stream["data"]), stream)
    right = base64.b64decode(stream["decoded"])
    components = ROUNDED.get((stream["filter"], stream["byteStride"]))
    if components is None:
        assert found == right
    else:
        difference = np.frombuffer(found, components).astype(int) - np.frombuffer(right, components)
        assert np.abs(difference).max() <= 1


@pytest.mark.parametrize("count, stride", [(1, 4), (16, 8), (300, 4), (70, 256)])
def test_attributes_round_trip(count: int, stride: int) -> None:
    values = np.random.default_rng(1).integers(0, 256, (count, stride)).astype(np.uint8)
    properties = {"mode": "ATTRIBUTES", "count": count, "byteStride": stride}
    assert decode_view(encode_attributes(values), properties) == values.tobytes()


def test_attributes_example_of_the_specification() -> None:
    group = bytes.fromhex("17 5f f0 bc 77 a9 21 00 34 b5")
    # Column 0 holds the example in 4-bit groups, the others zeros; the baseline is zero.
    stream = b"\xa0" + b"\x02" + group + b"\x00" * 3 + bytes(32)
    values = np.zeros((16, 4), np.uint8)
    assert decode_attributes(np.frombuffer(stream, np.uint8), 0, values) == DECODED
    deltas = [-1, -4, -3, 26, -91, 0, -6, 6, -4, -4, 5, -5, 1, -1, 0, 0]
    assert values[:, 0].view(np.int8).tolist() == np.cumsum(deltas).astype(np.int8).tolist()
    assert not values[:, 1:].any()


def test_indices_round_trip() -> None:
    indices = [7, 3, 5, 70000, 3, 4_000_000, 0, 1, 2]
    for mode, stream in (
        ("TRIANGLES", encode_triangles(indices)),
        ("INDICES", encode_sequence(indices)),
    ):
        properties = {"mode": mode, "count": 9, "byteStride": 4}
        assert np.frombuffer(decode_view(stream, properties), "<u4").tolist() == indices


def test_short_indices_wrap() -> None:
    properties = {"mode": "INDICES", "count": 2, "byteStride": 2}
    found = decode_view(encode_sequence([65535, 65537]), properties)
    assert np.frombuffer(found, "<u2").tolist() == [65535, 1]


def test_every_form_of_triangle() -> None:
    table = bytes([0x00, 0x01, *[0] * 14])
    codes = bytes([0xF0, 0x10, 0x02, 0x0E, 0x0D, 0x1F, 0xF1, 0xFE, 0xFF])
    stored = varint(2 * 40) + b"\x10" + b"\xf2" + varint(2 * 7 + 1) + varint(0)
    indices = np.zeros(27, np.uint32)
    stream = np.frombuffer(b"\xe1" + codes + stored + table, np.uint8)
    assert decode_triangles(stream, indices) == DECODED
    assert indices.reshape(-1, 3).tolist() == [
        [0, 1, 2],  # f0: three new vertices
        [2, 1, 3],  # 10: edge (c, b) of the first, and a new vertex
        [2, 3, 1],  # 02: edge (a, c) of the second, and the third last vertex
        [2, 1, 1],  # 0e: edge (a, c), and last + 1 with last = 0
        [2, 1, 0],  # 0d: edge (a, c), and last - 1
        [0, 1, 40],  # 1f: edge (c, b), and a stored vertex
        [4, 5, 40],  # f1: two new vertices and the last one
        [6, 5, 7],  # fe 10: new, the last but 0, new
        [32, 32, 6],  # ff f2: stored, stored, the last but 1
    ]


def test_triangles_restart_at_zero() -> None:
    stream = b"\xe1" + b"\xf0\xfe" + b"\x00" + bytes(16)
    indices = np.zeros(6, np.uint32)
    assert decode_triangles(np.frombuffer(stream, np.uint8), indices) == DECODED
    assert indices.tolist() == [0, 1, 2, 0, 1, 2]


def test_octahedral_filter() -> None:
    packed = np.array([(0, 0, 127, 5), (127, 0, 127, -7), (0, -3, 3, 0), (3, 3, 3, 1)], np.int8)
    right = [(0, 0, 127, 5), (127, 0, 0, -7), (0, -127, 0, 0), (0, 0, -127, 1)]
    assert decode_octahedral(packed).tolist() == [list(row) for row in right]
    wide = decode_octahedral(np.array([(256, 128, 511, 9)], np.int16))
    vector = np.array([256, 128, 511 - 384]) / 511
    expected = np.rint(vector / np.linalg.norm(vector) * 32767)
    assert wide[0].tolist() == [*expected.astype(int).tolist(), 9]


def test_quaternion_filter() -> None:
    # 0x7ffc + i: components of 15 bits beside the largest one, i.
    packed = np.array([(0, 0, 0, 0x7FFC + i) for i in range(4)], np.int16)
    assert decode_quaternions(packed).tolist() == (32767 * np.eye(4, dtype=int)).tolist()
    halves = decode_quaternions(np.array([(32767, 0, 0, 0x7FFD)], np.int16))
    assert halves.tolist() == [[0, 23170, 23170, 0]]


def test_exponential_filter() -> None:
    packed = np.array([(-2 << 24) | 3, (5 << 24) | (-7 & 0xFFFFFF), 0, 0x00FFFFFF], np.int64)
    packed = packed.astype(np.uint32).view(np.int32)
    assert decode_exponential(packed).tolist() == [0.75, -224.0, 0.0, -1.0]


def test_color_filter() -> None:
    # Of 8 bits: Y, Co, Cg of red (255, 0, 1), and alpha 1 as 7 bits below the bit of the scale.
    packed = np.array([(64, 127, 192, 255), (10, 0, 0, 128)], np.uint8)
    assert decode_colors(packed).tolist() == [[255, 0, 1, 255], [10, 10, 10, 0]]
    # Of 3 bits, scaled by 255 / 7.
    assert decode_colors(np.array([(3, 0, 0, 6)], np.uint8)).tolist() == [[109, 109, 109, 146]]


def _compressed(
    builder: GltfBuilder, data: bytes, extension: str, **properties: Any
) -> dict[str, Any]:
    """Buffer view of the stream `data`; its uncompressed buffer, 1, has no data."""
    index = builder.view(data)
    stored = builder.root["bufferViews"][index]
    view = {"buffer": 1, "byteLength": properties["count"] * properties["byteStride"]}
    view["extensions"] = {extension: {**stored, **properties}}
    builder.root["bufferViews"][index] = view
    return view


@pytest.mark.parametrize("extension", ["EXT_meshopt_compression", "KHR_meshopt_compression"])
def test_compressed_mesh_loads(tmp_path: Path, extension: str) -> None:
    builder = GltfBuilder()
    # Interleaved positions and normals; the file's stride is four times that of the compression.
    corners = np.zeros((4, 8), np.float32)
    corners[:, :3], corners[:, 6] = QUAD, 1.0
    columns = corners.view(np.uint8).reshape(-1, 8)
    view = _compressed(
        builder, encode_attributes(columns), extension, mode="ATTRIBUTES", count=16, byteStride=8
    )
    view["byteStride"] = 32
    _compressed(
        builder,
        encode_triangles([0, 1, 2, 1, 3, 2]),
        extension,
        mode="TRIANGLES",
        count=6,
        byteStride=2,
    )
    vector = {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"}
    attributes = {
        "POSITION": builder.append_accessor(**vector),
        "NORMAL": builder.append_accessor(**vector, byteOffset=16),
    }
    indices = builder.append_accessor(bufferView=1, componentType=5123, count=6, type="SCALAR")
    builder.mesh(attributes, {}, indices=indices)
    builder.root.update(extensionsRequired=[extension], extensionsUsed=[extension])
    scene = load_gltf(builder.write(tmp_path / "a.glb", {"byteLength": 140}))
    mesh = scene.shapes[0]
    assert isinstance(mesh, Mesh) and not scene.notes
    assert np.array_equal(mesh.vertices, QUAD)
    assert mesh.faces.tolist() == [[0, 1, 2], [1, 3, 2]]
    assert mesh.normals is not None and mesh.normals.tolist() == [[0, 0, 1]] * 4


def test_broken_view_raises_one_line_error(tmp_path: Path) -> None:
    builder = GltfBuilder()
    _compressed(
        builder,
        b"\xa0" + bytes(50),
        "EXT_meshopt_compression",
        mode="ATTRIBUTES",
        count=3,
        byteStride=12,
    )
    position = builder.append_accessor(bufferView=0, componentType=5126, count=3, type="VEC3")
    builder.mesh({"POSITION": position}, {})
    with pytest.raises(SceneError, match="unread bytes") as caught:
        load_gltf(builder.write(tmp_path / "a.glb", {"byteLength": 36}))
    assert "a.glb: bufferViews[0]: EXT_meshopt_compression: " in str(caught.value)
    assert "\n" not in str(caught.value)
