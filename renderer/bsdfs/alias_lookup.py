"""Draw an index from an alias table in constant time.

Device code. The tables are built by `renderer.tables.alias`.
"""

import taichi as ti

from renderer.rows import word_bits

UNIT_BITS = 24  # random bits of a number in [0, 1)
UNIT_STEPS = 1 << UNIT_BITS
ONE_MINUS_EPSILON = 0.99999994  # largest float32 below 1


@ti.dataclass
class Choice:
    """Drawn index, and the random number rescaled for reuse."""

    index: ti.i32
    remainder: ti.f32  # uniform in [0, 1), independent of the index


@ti.func
def choose(table: ti.template(), offset: ti.i32, count: ti.i32, u: ti.f32, fine: ti.f32) -> Choice:
    """Draw from the alias table at [offset, offset + count) (Vose 1991).

    u has 24 random bits, of which a large table leaves few for the threshold: `fine`, another
    number in [0, 1), supplies the bits below them. The product is in fixed point, because float32
    could not hold it.
    """
    scaled = ti.cast(ti.cast(u * UNIT_STEPS, ti.i64) * count, ti.i64)
    index = ti.cast(scaled >> UNIT_BITS, ti.i32)
    rest = (ti.cast(scaled & (UNIT_STEPS - 1), ti.f32) + fine * count) / UNIT_STEPS
    if rest >= 1.0 and index < count - 1:
        index += 1
        rest -= 1.0
    rest = ti.min(rest, ONE_MINUS_EPSILON)
    entry = table[offset + index]
    threshold = entry[0]
    remainder = rest / ti.max(threshold, 1e-20)
    if rest >= threshold:
        index = word_bits(entry[1])
        remainder = (rest - threshold) / ti.max(1.0 - threshold, 1e-20)
    return Choice(index=index, remainder=ti.min(remainder, ONE_MINUS_EPSILON))
