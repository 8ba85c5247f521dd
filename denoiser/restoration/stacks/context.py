"""Neighbours of a slice that a network sees besides the slice itself.

Host code.
"""

from __future__ import annotations


def neighbours(index: int, count: int, context: int) -> list[int]:
    """Slices at distance 1 to `context` on both sides of slice `index`, the nearest first.

    Beyond the ends of the `count` slices the slice on the other side takes the place.

    Args:
        context: at most `count` - 1.
    """
    found = []
    for distance in range(1, context + 1):
        for neighbour, mirrored in (
            (index - distance, index + distance),
            (index + distance, index - distance),
        ):
            found.append(neighbour if 0 <= neighbour < count else mirrored)
    return [min(max(each, 0), count - 1) for each in found]


def usable_context(context: int, count: int) -> int:
    """`context`, limited to what `count` slices have around each."""
    return max(min(context, count - 1), 0)
