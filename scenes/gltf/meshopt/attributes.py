"""Decoder of mode ATTRIBUTES: elements as differences of bytes, versions 0 and 1.

Host code, compiled by numba. KHR_meshopt_compression, appendix A, "Mode 0: attributes".
"""

from __future__ import annotations

import numpy as np

from scenes.compiled import compiled
from scenes.gltf.meshopt.status import BAD_CHANNEL
from scenes.gltf.meshopt.status import DECODED
from scenes.gltf.meshopt.status import TRAILING
from scenes.gltf.meshopt.status import TRUNCATED

GROUP_SIZE = 16
"""Elements that share a bit length."""
MAX_BLOCK_BYTES = 8192
MAX_BLOCK_SIZE = 256
"""Maximum elements per block."""
MIN_TAIL_SIZES = (32, 24)
"""Minimum bytes of the tail, by version."""

ALL_ZERO = 2
"""Control mode of a byte position without data."""
LITERAL = 3
"""Control mode of a byte position stored without compression."""
BIT_LENGTHS = np.array([[0, 1, 2, 4], [1, 2, 4, 8], [0, 2, 4, 8]], dtype=np.int64)
"""Bits per delta for each header value: control modes 0 and 1 of version 1, then version 0."""
VERSION_0 = 2
"""Row of BIT_LENGTHS for version 0."""

BYTE_DELTAS = 0
SHORT_DELTAS = 1
XOR_DELTAS = 2


@compiled()
def decode_attributes(data: np.ndarray, version: int, values: np.ndarray) -> int:
    """Decode `data` (uint8, with its header byte) into `values` (N, stride) uint8; status.

    `stride` is a multiple of 4 in [4, 256]. Nothing is read beyond `data`.
    """
    count, stride = values.shape
    channels = stride // 4
    mode_bytes = channels * version
    limit = len(data) - max(stride + mode_bytes, MIN_TAIL_SIZES[version])
    if limit < 1:
        return TRUNCATED
    modes = np.zeros(channels, dtype=np.int64)
    for channel in range(mode_bytes):
        modes[channel] = data[len(data) - channels + channel]
        if modes[channel] & 15 > XOR_DELTAS or (
            modes[channel] & 15 != XOR_DELTAS and modes[channel] >> 4
        ):
            return BAD_CHANNEL
    previous = data[len(data) - mode_bytes - stride : len(data) - mode_bytes].astype(np.int64)
    planes = np.zeros((4, MAX_BLOCK_SIZE), dtype=np.uint8)
    max_block = min(MAX_BLOCK_BYTES // stride // GROUP_SIZE * GROUP_SIZE, MAX_BLOCK_SIZE)

    position = 1
    for start in range(0, count, max_block):
        size = min(count - start, max_block)
        controls = position
        position += mode_bytes
        if position > limit:
            return TRUNCATED
        for channel in range(channels):
            for byte in range(4):
                control = VERSION_0
                if version:
                    control = (data[controls + channel] >> (2 * byte)) & 3
                    if control > 1:
                        position = _uncoded_plane(
                            data, position, limit, control, planes[byte, :size]
                        )
                        if position < 0:
                            return TRUNCATED
                        continue
                position = _coded_plane(
                    data, position, limit, BIT_LENGTHS[control], planes[byte], size
                )
                if position < 0:
                    return TRUNCATED
            block = values[start : start + size, 4 * channel : 4 * channel + 4]
            last = previous[4 * channel : 4 * channel + 4]
            if modes[channel] == BYTE_DELTAS:
                _add_byte_deltas(planes, last, block)
            elif modes[channel] == SHORT_DELTAS:
                _add_short_deltas(planes, last, block)
            else:
                _xor_deltas(planes, modes[channel] >> 4, last, block)
    return DECODED if position == limit else TRAILING


@compiled()
def _uncoded_plane(
    data: np.ndarray, position: int, limit: int, control: int, plane: np.ndarray
) -> int:
    """Position after a byte position of zeros or of literal bytes, or TRUNCATED."""
    if control == LITERAL:
        if position + len(plane) > limit:
            return TRUNCATED
        _copy(data, position, plane)
        return position + len(plane)
    plane[:] = 0
    return position


@compiled()
def _coded_plane(
    data: np.ndarray, position: int, limit: int, lengths: np.ndarray, plane: np.ndarray, size: int
) -> int:
    """Position after the groups of one byte position, decoded into `plane`, or TRUNCATED."""
    group_count = (size + GROUP_SIZE - 1) // GROUP_SIZE
    header = position
    position += (group_count + 3) // 4
    if position > limit:
        return TRUNCATED
    for group in range(group_count):
        bits = lengths[(data[header + group // 4] >> (2 * (group % 4))) & 3]
        if position + 2 * bits > limit:
            return TRUNCATED
        values = plane[group * GROUP_SIZE : (group + 1) * GROUP_SIZE]
        if bits == 0:
            values[:] = 0
        elif bits == 8:
            _copy(data, position, values)
            position += GROUP_SIZE
        else:
            position = _sentinel_group(data, position, limit, bits, values)
            if position < 0:
                return TRUNCATED
    return position


@compiled()
def _copy(data: np.ndarray, position: int, values: np.ndarray) -> None:
    """Fill `values` from `data` at `position`; a slice of `data` would compile for seconds."""
    for index in range(len(values)):
        values[index] = data[position + index]


@compiled()
def _sentinel_group(
    data: np.ndarray, position: int, limit: int, bits: int, values: np.ndarray
) -> int:
    """Position after a group of `bits` per delta (1, 2 or 4), or TRUNCATED.

    A delta with all bits set stands for a whole byte after the group.
    """
    sentinel = (1 << bits) - 1
    per_byte = 8 // bits
    extra = position + 2 * bits
    for byte in range(2 * bits):
        packed = np.int64(data[position + byte])
        for slot in range(per_byte):
            # The first delta is in the low bit of 1-bit groups, in the high bits of others.
            shift = slot if bits == 1 else 8 - bits * (slot + 1)
            value = (packed >> shift) & sentinel
            if value == sentinel:
                if extra >= limit:
                    return TRUNCATED
                value = np.int64(data[extra])
                extra += 1
            values[byte * per_byte + slot] = value
    return extra


@compiled()
def _add_byte_deltas(planes: np.ndarray, last: np.ndarray, block: np.ndarray) -> None:
    """Channel mode 0: zigzag differences of bytes; `last` (4,) is read and updated."""
    for byte in range(4):
        value = last[byte]
        for index in range(len(block)):
            delta = np.int64(planes[byte, index])
            value = (value + ((delta >> 1) ^ -(delta & 1))) & 0xFF
            block[index, byte] = value
        last[byte] = value


@compiled()
def _add_short_deltas(planes: np.ndarray, last: np.ndarray, block: np.ndarray) -> None:
    """Channel mode 1: zigzag differences of little-endian 16-bit values."""
    for byte in range(0, 4, 2):
        value = last[byte] | last[byte + 1] << 8
        for index in range(len(block)):
            delta = np.int64(planes[byte, index]) | np.int64(planes[byte + 1, index]) << 8
            value = (value + ((delta >> 1) ^ -(delta & 1))) & 0xFFFF
            block[index, byte] = value & 0xFF
            block[index, byte + 1] = value >> 8
        last[byte] = value & 0xFF
        last[byte + 1] = value >> 8


@compiled()
def _xor_deltas(planes: np.ndarray, turn: int, last: np.ndarray, block: np.ndarray) -> None:
    """Channel mode 2: exclusive or of little-endian 32-bit values, rotated left by `turn` bits."""
    value = last[0] | last[1] << 8 | last[2] << 16 | last[3] << 24
    for index in range(len(block)):
        delta = np.int64(planes[0, index]) | np.int64(planes[1, index]) << 8
        delta |= np.int64(planes[2, index]) << 16 | np.int64(planes[3, index]) << 24
        value ^= (delta >> turn | delta << ((32 - turn) & 31)) & 0xFFFFFFFF
        for byte in range(4):
            block[index, byte] = (value >> (8 * byte)) & 0xFF
    for byte in range(4):
        last[byte] = (value >> (8 * byte)) & 0xFF
