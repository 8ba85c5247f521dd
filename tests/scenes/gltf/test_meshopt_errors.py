"""Broken meshopt streams raise one-line errors and read nothing beyond the data."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenes.gltf.meshopt.attributes import decode_attributes
from scenes.gltf.meshopt.indices import decode_sequence
from scenes.gltf.meshopt.indices import decode_triangles
from scenes.gltf.meshopt.status import BAD_INDEX
from scenes.gltf.meshopt.status import BAD_REFERENCE
from scenes.gltf.meshopt.status import DECODED
from scenes.gltf.meshopt.status import TRAILING
from scenes.gltf.meshopt.status import TRUNCATED
from scenes.gltf.meshopt.view import MeshoptError
from scenes.gltf.meshopt.view import decode_view
from tests.scenes.meshopt_streams import encode_attributes

STREAMS = json.loads((Path(__file__).parents[2] / "cases/meshopt/streams.json").read_text())

BROKEN: list[tuple[dict[str, Any], bytes, str]] = [
    ({"mode": "LINES"}, b"\xa0", "unknown mode 'LINES'"),
    ({"byteStride": 6}, b"\xa0", "byteStride 6"),
    ({"byteStride": 260}, b"\xa0", "byteStride 260"),
    ({"byteStride": None}, b"\xa0", "bad count 4 or byteStride None"),
    ({"count": -1}, b"\xa0", "bad count -1"),
    ({"count": 10**12}, b"\xa0" + bytes(100), "too few"),
    ({"filter": "SHARPEN"}, encode_attributes(np.zeros((4, 12), np.uint8)), "SHARPEN"),
    ({"filter": "COLOR"}, encode_attributes(np.zeros((4, 12), np.uint8)), "COLOR with byteStride"),
    ({}, b"", "not of mode ATTRIBUTES"),
    ({}, b"\xe1" + bytes(100), "not of mode ATTRIBUTES"),
    ({}, b"\xa0" + bytes(50), "unread bytes"),
    ({}, b"\xa0", "end too early"),
    ({}, b"\xa1" + bytes(36) + b"\x03\x00\x00", "unknown channel mode"),
    ({}, b"\xa1" + bytes(36) + b"\x10\x00\x00", "unknown channel mode"),
    ({"mode": "TRIANGLES", "byteStride": 4}, b"\xe1", "count 4"),
    ({"mode": "TRIANGLES", "count": 3}, b"\xe1", "byteStride 12"),
    ({"mode": "INDICES", "byteStride": 4, "filter": "COLOR"}, b"\xd1", "'COLOR' with mode"),
    ({"mode": "INDICES", "byteStride": 4}, b"\xd1", "too few"),
    (
        {"mode": "TRIANGLES", "count": 3, "byteStride": 4},
        b"\xe1\xf0" + b"\xf0" + bytes(15),
        "bad table",
    ),
    (
        {"mode": "TRIANGLES", "count": 3, "byteStride": 4},
        b"\xe1\xf0" + bytes(15) + b"\x01",
        "bad table",
    ),
]


@pytest.mark.parametrize("change, data, reason", BROKEN)
def test_broken_description(change: dict[str, Any], data: bytes, reason: str) -> None:
    properties = {"mode": "ATTRIBUTES", "count": 4, "byteStride": 12, **change}
    with pytest.raises(MeshoptError, match=reason):
        decode_view(data, properties)


@pytest.mark.parametrize(
    "codes, stored, status",
    [
        (b"\x00", b"", BAD_REFERENCE),
        (b"\xf0\x30", b"", BAD_REFERENCE),
        (b"\xf0\x04", b"", BAD_REFERENCE),
        (b"\xfe", b"\x10", BAD_REFERENCE),
        (b"\xff", b"\xff" + b"\x80" * 9, BAD_INDEX),
        (b"\xff", b"\xff\x00\x00", TRUNCATED),
        (b"\xfe", b"", TRUNCATED),
        (b"\xf0", b"\x00", TRAILING),
    ],
)
def test_broken_triangles(codes: bytes, stored: bytes, status: int) -> None:
    stream = np.frombuffer(b"\xe1" + codes + stored + bytes(16), np.uint8)
    assert decode_triangles(stream, np.zeros(3 * len(codes), np.uint32)) == status


def test_broken_sequences() -> None:
    for stored, status in ((b"\x00", TRUNCATED), (b"\x00" * 3, TRAILING), (b"\xff" * 6, BAD_INDEX)):
        stream = np.frombuffer(b"\xd1" + stored + bytes(4), np.uint8)
        assert decode_sequence(stream, np.zeros(2, np.uint32)) == status


def test_damaged_streams_decode_or_raise() -> None:
    generator = np.random.default_rng(2)
    for stream in STREAMS:
        data = base64.b64decode(stream["data"])
        size = stream["count"] * stream["byteStride"]
        for _ in range(40):
            damaged = bytearray(data[: generator.integers(0, len(data) + 1)])
            for _ in range(generator.integers(0, 4) if damaged else 0):
                damaged[generator.integers(0, len(damaged))] = generator.integers(0, 256)
            try:
                assert len(decode_view(bytes(damaged), stream)) == size
            except MeshoptError as error:
                assert "\n" not in str(error)


@pytest.mark.parametrize(
    "version, start, missing",
    [
        (1, b"\xa1\xff", 64),  # literal bytes
        (0, b"\xa0" + b"\x00" * 3 + b"\x01\xff\xff\xff\xff", 16),  # 2-bit group, all sentinels
        (0, b"\xa0" + b"\x00" * 3 + b"\x03", 16),  # a group of bytes
        (0, b"\xa0" + b"\x00" * 2, 2),  # headers
        (1, b"\xa1", 5),  # controls and headers
    ],
)
def test_attributes_end_where_the_tail_starts(version: int, start: bytes, missing: int) -> None:
    tail, values = bytes((32, 24)[version]), np.zeros((16, 4), np.uint8)
    for length, status in ((-1, TRUNCATED), (0, DECODED), (1, TRAILING)):
        stream = start + bytes(missing + length) + tail
        assert decode_attributes(np.frombuffer(stream, np.uint8), version, values) == status
