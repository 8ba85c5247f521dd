"""Decoders of modes TRIANGLES and INDICES.

Host code, compiled by numba. KHR_meshopt_compression, appendix A, modes 1 and 2.
"""

from __future__ import annotations

import numpy as np

from scenes.compiled import compiled
from scenes.gltf.meshopt.status import BAD_INDEX
from scenes.gltf.meshopt.status import BAD_REFERENCE
from scenes.gltf.meshopt.status import BAD_TABLE
from scenes.gltf.meshopt.status import DECODED
from scenes.gltf.meshopt.status import TRAILING
from scenes.gltf.meshopt.status import TRUNCATED

TABLE_SIZE = 16
"""Bytes of the table of triangle codes, which ends the data of mode TRIANGLES."""
SEQUENCE_TAIL_SIZE = 4
MAX_INDEX_BYTES = 5
EXPLICIT = 15
"""Half byte of an index that is stored, not referred to."""
MASK = 0xFFFFFFFF

# State of the triangle decoder: (5,) int64.
POSITION = 0
"""Next byte to read, or a negative status."""
NEXT = 1
"""Next index that no triangle has used."""
LAST = 2
"""Last stored index."""
EDGE_COUNT = 3
VERTEX_COUNT = 4
"""Edges and vertices pushed so far; the queues keep the last 16 of each."""


@compiled()
def decode_triangles(data: np.ndarray, indices: np.ndarray) -> int:
    """Decode `data` (uint8, with its header byte) into `indices` (3 F,) uint32; status."""
    count = len(indices) // 3
    limit = len(data) - TABLE_SIZE
    if limit < 1 + count:
        return TRUNCATED
    table = data[limit:]
    if table[14] or table[15] or not _are_references(table):
        return BAD_TABLE
    edges = np.zeros((16, 2), dtype=np.int64)
    vertices = np.zeros(16, dtype=np.int64)
    state = np.zeros(5, dtype=np.int64)
    state[POSITION] = 1 + count
    for triangle in range(count):
        code = np.int64(data[1 + triangle])
        if code < 0xF0:
            a, b, c = _edge_triangle(data, limit, code, edges, vertices, state)
        else:
            pair = np.int64(table[code & 15])
            if code >= 0xFE:
                if state[POSITION] >= limit:
                    return TRUNCATED
                pair = np.int64(data[state[POSITION]])
                state[POSITION] += 1
                if pair == 0:
                    state[NEXT] = 0
            a, b, c = _free_triangle(data, limit, code == 0xFF, pair, vertices, state)
            _push_edge(edges, state, b, a)
        if state[POSITION] < 0:
            return state[POSITION]
        _push_edge(edges, state, c, b)
        _push_edge(edges, state, a, c)
        indices[3 * triangle] = a
        indices[3 * triangle + 1] = b
        indices[3 * triangle + 2] = c
    return DECODED if state[POSITION] == limit else TRAILING


@compiled()
def decode_sequence(data: np.ndarray, indices: np.ndarray) -> int:
    """Decode `data` (uint8, with its header byte) into `indices` (N,) uint32; status."""
    limit = len(data) - SEQUENCE_TAIL_SIZE
    last = np.zeros(2, dtype=np.int64)
    position = 1
    for index in range(len(indices)):
        value, position = _read_varint(data, position, limit)
        if position < 0:
            return position
        baseline = value & 1
        last[baseline] = (last[baseline] + ((value >> 2) ^ -((value >> 1) & 1))) & MASK
        indices[index] = last[baseline]
    return DECODED if position == limit else TRAILING


@compiled()
def _are_references(table: np.ndarray) -> bool:
    """Whether no half byte of `table` stands for a stored index."""
    for pair in table:
        if pair >> 4 == EXPLICIT or pair & 15 == EXPLICIT:
            return False
    return True


@compiled()
def _edge_triangle(
    data: np.ndarray,
    limit: int,
    code: int,
    edges: np.ndarray,
    vertices: np.ndarray,
    state: np.ndarray,
) -> tuple[int, int, int]:
    """Triangle of a recent edge and a third vertex; pushes the vertex unless it is a recent one."""
    back = code >> 4
    if back >= state[EDGE_COUNT]:
        state[POSITION] = BAD_REFERENCE
        return 0, 0, 0
    slot = (state[EDGE_COUNT] - 1 - back) & 15
    a, b = edges[slot, 0], edges[slot, 1]
    choice = code & 15
    if 0 < choice < 13:
        return a, b, _recent_vertex(vertices, choice, state)
    if choice == 0:
        c = _next_vertex(state)
    elif choice == EXPLICIT:
        c = _stored_vertex(data, limit, state)
    else:
        c = (state[LAST] + (1 if choice == 14 else -1)) & MASK
        state[LAST] = c
    _push_vertex(vertices, state, c)
    return a, b, c


@compiled()
def _free_triangle(
    data: np.ndarray,
    limit: int,
    is_first_stored: bool,
    pair: int,
    vertices: np.ndarray,
    state: np.ndarray,
) -> tuple[int, int, int]:
    """Triangle whose second and third vertex the half bytes of `pair` choose; pushes new ones."""
    high, low = pair >> 4, pair & 15
    a = _stored_vertex(data, limit, state) if is_first_stored else _next_vertex(state)
    b = _chosen_vertex(data, limit, high, vertices, state)
    c = _chosen_vertex(data, limit, low, vertices, state)
    _push_vertex(vertices, state, a)
    if high == 0 or high == EXPLICIT:
        _push_vertex(vertices, state, b)
    if low == 0 or low == EXPLICIT:
        _push_vertex(vertices, state, c)
    return a, b, c


@compiled()
def _chosen_vertex(
    data: np.ndarray, limit: int, choice: int, vertices: np.ndarray, state: np.ndarray
) -> int:
    if choice == 0:
        return _next_vertex(state)
    if choice == EXPLICIT:
        return _stored_vertex(data, limit, state)
    return _recent_vertex(vertices, choice - 1, state)


@compiled()
def _next_vertex(state: np.ndarray) -> int:
    vertex = state[NEXT]
    state[NEXT] = (vertex + 1) & MASK
    return vertex


@compiled()
def _recent_vertex(vertices: np.ndarray, back: int, state: np.ndarray) -> int:
    """Vertex pushed `back` pushes before the last one."""
    if back >= state[VERTEX_COUNT]:
        state[POSITION] = BAD_REFERENCE
        return 0
    return vertices[(state[VERTEX_COUNT] - 1 - back) & 15]


@compiled()
def _stored_vertex(data: np.ndarray, limit: int, state: np.ndarray) -> int:
    """Vertex stored as a difference from the last stored one."""
    if state[POSITION] < 0:
        return 0
    value, state[POSITION] = _read_varint(data, state[POSITION], limit)
    state[LAST] = (state[LAST] + ((value >> 1) ^ -(value & 1))) & MASK
    return state[LAST]


@compiled()
def _push_edge(edges: np.ndarray, state: np.ndarray, start: int, end: int) -> None:
    slot = state[EDGE_COUNT] & 15
    edges[slot, 0] = start
    edges[slot, 1] = end
    state[EDGE_COUNT] += 1


@compiled()
def _push_vertex(vertices: np.ndarray, state: np.ndarray, vertex: int) -> None:
    vertices[state[VERTEX_COUNT] & 15] = vertex
    state[VERTEX_COUNT] += 1


@compiled()
def _read_varint(data: np.ndarray, position: int, limit: int) -> tuple[int, int]:
    """(value modulo 2^32, position after it or a status) of an LEB128 number."""
    value = 0
    for byte in range(MAX_INDEX_BYTES):
        if position >= limit:
            return 0, TRUNCATED
        part = np.int64(data[position])
        position += 1
        value |= (part & 127) << (7 * byte)
        if part < 128:
            return value & MASK, position
    return 0, BAD_INDEX
