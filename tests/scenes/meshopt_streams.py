"""Encoder of meshopt streams for tests: the simplest valid form of each mode, without compression.

The streams in `tests/cases/meshopt` come from the real encoder and use every form.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


def encode_attributes(values: np.ndarray) -> bytes:
    """Stream of version 0: byte differences of (N, stride) uint8 `values`, 8 bits each."""
    count, stride = values.shape
    baseline = np.zeros((1, stride), np.uint8)
    deltas = np.diff(values, axis=0, prepend=baseline)
    zigzag = deltas << 1 ^ (deltas.view(np.int8) >> 7).view(np.uint8)
    block = min(8192 // stride & ~15, 256)
    stream = b"\xa0"
    for start in range(0, count, block):
        rows = zigzag[start : start + block]
        padded = np.concatenate([rows, np.zeros((-len(rows) % 16, stride), np.uint8)])
        groups = len(padded) // 16
        for column in padded.T:
            stream += _headers(groups) + column.tobytes()
    return stream + bytes(max(32 - stride, 0)) + baseline.tobytes()


def encode_triangles(indices: Iterable[int]) -> bytes:
    """Stream of triangles whose three vertices are all stored."""
    values = list(indices)
    count = len(values) // 3
    body, last = b"", 0
    for corner, value in enumerate(values):
        body += (b"" if corner % 3 else b"\xff") + varint(zigzag32(value - last))
        last = value
    return b"\xe1" + b"\xff" * count + body + bytes(16)


def encode_sequence(indices: Iterable[int]) -> bytes:
    """Stream of indices as differences from the previous one."""
    body, last = b"", 0
    for value in indices:
        body += varint(zigzag32(value - last) << 1)
        last = value
    return b"\xd1" + body + bytes(4)


def zigzag32(value: int) -> int:
    """Unsigned number of a small signed one: 0, -1, 1, -2 -> 0, 1, 2, 3."""
    return -2 * value - 1 if value < 0 else 2 * value


def varint(value: int) -> bytes:
    """LEB128 form of a number >= 0."""
    parts = []
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])


def _headers(groups: int) -> bytes:
    """Header bits 3 (whole bytes) of `groups` groups, the rest zero."""
    return ((1 << 2 * groups) - 1).to_bytes((groups + 3) // 4, "little")
