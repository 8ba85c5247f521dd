"""Owen-scrambled Sobol points in the plane: well-distributed samples of one pixel.

Device code. Among any 2^k successive points that begin at a multiple of 2^k, each dyadic rectangle
of area 2^-k holds exactly one (Sobol 1967). Scrambling (Owen 1995) keeps that and makes each point
uniform, so that estimates stay unbiased. The scrambles, and the shuffles that pair the points of
different planes, are hashes (Burley 2020, "Practical hash-based Owen scrambling").
"""

import taichi as ti

vec2 = ti.types.vector(2, ti.f32)
uvec2 = ti.types.vector(2, ti.u32)

UINT_TO_UNIT = 1.0 / 16777216.0  # 24 bits fill a float32's mantissa, so the result stays below 1
SWAPS = ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F), (8, 0x00FF00FF), (16, 0x0000FFFF))
"""(distance of two bits to swap, mask of the lower bits) of each step of a bit reversal."""


@ti.func
def to_unit(words: ti.template()):
    """Convert a 32-bit word, or a vector of words, to numbers in [0, 1)."""
    return ti.cast(words >> ti.u32(8), ti.f32) * UINT_TO_UNIT


@ti.func
def reverse_bits(x: ti.u32) -> ti.u32:
    """Reverse the order of the 32 bits."""
    v = x
    for distance, mask in ti.static(SWAPS):
        v = ((v >> ti.u32(distance)) & ti.u32(mask)) | ((v & ti.u32(mask)) << ti.u32(distance))
    return v


@ti.func
def scramble_upwards(x: ti.u32, seed: ti.u32) -> ti.u32:
    """Bijection in which each bit depends on itself, on the lower bits and on the seed.

    The permutation of Laine and Karras 2011 with the constants of Vegdahl 2021, "Building a better
    LK hash". Between two reversals of bits it is a nested uniform scramble.
    """
    v = x
    v ^= v * ti.u32(0x3D20ADEA)
    v += seed
    v *= (seed >> ti.u32(16)) | ti.u32(1)
    v ^= v * ti.u32(0x05526C56)
    v ^= v * ti.u32(0x53A22864)
    return v


@ti.func
def second_coordinate(index: ti.u32) -> ti.u32:
    """Binary digits of the second Sobol coordinate, the first digit least significant.

    Digit k is the sum mod 2 of the index's digits j >= k with an odd binomial (j, k): those whose
    j has all bits of k (Lucas 1878).
    """
    v = index
    for distance, mask in ti.static(SWAPS):
        v ^= (v >> ti.u32(distance)) & ti.u32(mask)
    return v


@ti.func
def shuffle_pairing(reversed_index: ti.u32, order: ti.u32) -> ti.u32:
    """Choose one of the three pairings of each four successive points, with equal probability.

    Paired points lie in opposite halves of both axes. With the same pairing in every plane, a
    function that is even in two planes together would have twice the noise of independent points.
    """
    v = reversed_index
    way = ((order >> ti.u32(16)) * ti.u32(3)) >> ti.u32(16)
    moved = (v >> ti.u32(1)) & ti.u32(0x40000000)
    if way == 1:
        v ^= moved
    elif way == 2:
        v = (v & ti.u32(0x3FFFFFFF)) | moved | ((v << ti.u32(1)) & ti.u32(0x80000000))
    return v


@ti.func
def scrambled_point(reversed_index: ti.u32, order: uvec2, seeds: uvec2) -> vec2:
    """Scrambled Sobol point in [0, 1)^2.

    Args:
        reversed_index: index of the point with its bits reversed.
        order: seeds of the shuffle, which permutes blocks of 4, 8, 16, ... points and the points
            inside each.
        seeds: seeds of the scrambles of both coordinates.
    """
    fours = shuffle_pairing(reversed_index, order.y)
    # The first coordinate's digits are those of the index, reversed (van der Corput 1935).
    first = reverse_bits(scramble_upwards(fours, order.x))
    x = reverse_bits(scramble_upwards(first, seeds.x))
    y = reverse_bits(scramble_upwards(second_coordinate(first), seeds.y))
    return to_unit(uvec2(x, y))
