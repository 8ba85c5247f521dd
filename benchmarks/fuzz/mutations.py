"""Mutations of files: bytes, chunks, numbers, words and lines.

Host code. Everything is drawn from one generator, so equal generators give equal files.
"""

from __future__ import annotations

import json
import random
import re
import struct
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

MAX_MUTATIONS = 3
MAX_CHUNK = 64  # bytes
MAX_BYTES = 1 << 20  # largest mutated file; insertions stop there
NUMBER = re.compile(rb"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
WORD = re.compile(rb"[A-Za-z_][A-Za-z_0-9]{1,40}")
STRING = re.compile(rb'"[^"\n]{0,60}"')
EXTREMES = (
    *(b"0", b"-1", b"1", b"2", b"3", b"255", b"65536", b"2147483647", b"2147483648"),
    *(b"-2147483649", b"4294967296", b"1e-308", b"1e308", b"-1e308", b"1e39", b"1e400"),
    *(b"nan", b"inf", b"-inf", b"", b"null", b"true", b"[]", b"{}", b'""', b'"x"', b"[0, 0, 0]"),
    b"9" * 400,
)
"""Texts in place of a number: limits of number types, not numbers, and values of other types."""
JSON_VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        -1,
        1,
        2.5,
        3,
        255,
        2**31,
        2**32,
        2**63,
        -(2**70),
        10**400,
        1e308,
        -1e308,
        1e-308,
    ),
    *(float("nan"), float("inf"), "", "x", "\n", "\ud800", "9" * 400, [], {}, [[]], [0, 0, 0]),
    *([1e308] * 3, [float("nan")] * 4, {"x": 1}),
)
"""Values of JSON in place of another."""
WORDS = (0, 1, 3, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Integers in place of the bytes of a binary one."""
FLOATS = (float("nan"), float("inf"), -1.0, 1e38, 1e-40)
CODES = ("<H", ">H", "<I", ">I", "<Q", "<f", "<d")
"""Types of binary numbers, as in the module `struct`."""
HEADER_BYTES = 128  # numbers in a header are those on which the rest depends

Mutation = Callable[[bytes, bytes, random.Random], bytes]
"""Content of a file, content of another one of the same reader, and a generator -> new content."""


def mutated(data: bytes, other: bytes, source: random.Random) -> bytes:
    """`data` after 1 to 3 mutations; `other` is a file of the same reader, to splice with."""
    changed = data
    while changed == data:
        for _ in range(source.randint(1, MAX_MUTATIONS)):
            kinds = JSON if changed[:1] == b"{" else BINARY if b"\0" in changed[:4096] else TEXT
            changed = source.choice(kinds)(changed, other, source)[: max(MAX_BYTES, len(data))]
    return changed


def _span(data: bytes, source: random.Random) -> tuple[int, int]:
    """Begin and end of a chunk; most are short."""
    begin = source.randint(0, len(data))
    longest = MAX_CHUNK if source.random() < 0.75 else len(data)
    return begin, min(begin + source.randint(1, max(longest, 1)), len(data))


def _flip_bit(data: bytes, _other: bytes, source: random.Random) -> bytes:
    changed = bytearray(data or b"\0")
    changed[source.randrange(len(changed))] ^= 1 << source.randrange(8)
    return bytes(changed)


def _replace_bytes(data: bytes, _other: bytes, source: random.Random) -> bytes:
    begin, end = _span(data, source)
    end = min(end, begin + 8)
    return data[:begin] + source.randbytes(end - begin) + data[end:]


def _insert(data: bytes, _other: bytes, source: random.Random) -> bytes:
    begin, _ = _span(data, source)
    return data[:begin] + source.randbytes(source.randint(1, MAX_CHUNK)) + data[begin:]


def _delete(data: bytes, _other: bytes, source: random.Random) -> bytes:
    begin, end = _span(data, source)
    return data[:begin] + data[end:]


def _duplicate(data: bytes, _other: bytes, source: random.Random) -> bytes:
    begin, end = _span(data, source)
    target, _ = _span(data, source)
    return data[:target] + data[begin:end] * source.choice((1, 1, 2, 16)) + data[target:]


def _truncate(data: bytes, _other: bytes, source: random.Random) -> bytes:
    return data[: source.randint(0, len(data))]


def _splice(data: bytes, other: bytes, source: random.Random) -> bytes:
    """Beginning of one file and end of the other, cut at the same byte or anywhere."""
    cut = source.randint(0, len(data))
    begin = cut if source.random() < 0.5 else source.randint(0, len(other))
    return data[:cut] + other[begin:]


def _binary_number(data: bytes, _other: bytes, source: random.Random) -> bytes:
    code = source.choice(CODES)
    size = struct.calcsize(code)
    last = len(data) - size
    if last < 0:
        return data
    begin = source.randint(0, last if source.random() < 0.5 else min(last, HEADER_BYTES))
    is_float = code[1] in "fd"
    value = source.choice(FLOATS) if is_float else source.choice(WORDS) & (1 << 8 * size) - 1
    return data[:begin] + struct.pack(code, value) + data[begin + size :]


def _text_number(data: bytes, _other: bytes, source: random.Random) -> bytes:
    return _replace_match(data, NUMBER, source.choice(EXTREMES), source)


def _swap_words(data: bytes, _other: bytes, source: random.Random) -> bytes:
    """Put one word in the place of another: tags, keywords, names, JSON strings."""
    pattern = STRING if source.random() < 0.5 else WORD
    words = pattern.findall(data)
    return _replace_match(data, pattern, source.choice(words), source) if words else data


def _swap_lines(data: bytes, other: bytes, source: random.Random) -> bytes:
    """Delete, repeat or move a line, or take one of the other file."""
    lines = data.splitlines(keepends=True)
    if not lines:
        return data
    index = source.randrange(len(lines))
    line = source.choice((b"", lines[index] * 2, source.choice(lines)))
    if other and source.random() < 0.25:
        line = source.choice(other.splitlines(keepends=True))
    lines[index] = line
    return b"".join(lines)


def _replace_match(
    data: bytes, pattern: re.Pattern[bytes], value: bytes, source: random.Random
) -> bytes:
    """Replace one match of `pattern`, drawn uniformly."""
    spans = [match.span() for match in pattern.finditer(data)]
    if not spans:
        return data
    begin, end = source.choice(spans)
    return data[:begin] + value + data[end:]


def _json_value(data: bytes, other: bytes, source: random.Random) -> bytes:
    """Replace or remove a value of a JSON text, which stays one; else `_text_number`."""
    try:
        root = json.loads(data)
        if source.random() < 0.5 and isinstance(root, dict):
            # Objects that hold JSON in a string, as the metadata of a checkpoint do.
            for holder in root.values():
                inner = [key for key in holder if holder[key][:1] == "{"]
                if inner:
                    text = _json_value(holder[inner[0]].encode(), b"", source)
                    holder[inner[0]] = text.decode(errors="replace")
                    return json.dumps(root).encode()
    except (ValueError, TypeError, LookupError, RecursionError):
        return _text_number(data, other, source)
    places = list(_places(root))
    if not places:
        return data
    holder, key = source.choice(places)
    kind = source.random()
    if kind < 0.2:
        del holder[key]
    elif kind < 0.4:
        another, name = source.choice(places)
        holder[key] = json.loads(json.dumps(another[name]))
    else:
        holder[key] = source.choice(JSON_VALUES)
    return json.dumps(root, indent=1).encode()


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(object or array, key or index) of every value inside of a JSON value."""
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        if isinstance(holder, (dict, list)):
            for key in list(holder) if isinstance(holder, dict) else range(len(holder)):
                yield holder, key
                waiting.append(holder[key])


LIGHT: tuple[Mutation, ...] = (_flip_bit, _replace_bytes, _binary_number, _text_number)
CHUNKS: tuple[Mutation, ...] = (_insert, _delete, _duplicate, _truncate, _splice)
BINARY = (*LIGHT, *LIGHT, _binary_number, _binary_number, _swap_words, *CHUNKS)
TEXT = (*(_text_number, _swap_words, _swap_lines) * 4, _flip_bit, _replace_bytes, *CHUNKS)
JSON = (*(_json_value,) * 12, _text_number, _swap_words, _flip_bit, *CHUNKS)
