"""Choosing one of many in constant time.

Device code. The tables are built by `alias_tables`.
"""
import taichi as ti

from renderer.texture import word_bits

ONE_MINUS_EPSILON = 0.99999994  # largest float32 below 1


@ti.dataclass
class Choice:
    """An index, and what is left of the random number."""

    index: ti.i32
    remainder: ti.f32  # uniform in [0, 1), independent of the index


@ti.func
def choose(table: ti.template(), offset: ti.i32, count: ti.i32, u: ti.f32) -> Choice:
    """Draw from the alias table at [offset, offset + count) (Vose 1991)."""
    x = u * count
    index = ti.min(ti.cast(x, ti.i32), count - 1)
    rest = x - index
    entry = table[offset + index]
    threshold = entry[0]
    remainder = rest / ti.max(threshold, 1e-20)
    if rest >= threshold:
        index = word_bits(entry[1])
        remainder = (rest - threshold) / ti.max(1.0 - threshold, 1e-20)
    return Choice(index=index, remainder=ti.min(remainder, ONE_MINUS_EPSILON))
