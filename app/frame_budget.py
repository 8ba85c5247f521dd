"""Frame budget: how large to render while the camera moves, so that a frame takes its target time.

Host code. Pure: times come in, a size goes out.
"""

from __future__ import annotations

import math

LEVELS = tuple(2.0 ** (-step / 2) for step in range(7))
"""Allowed factors on both sides of the picture: each halves the pixels, the last is 1/8."""
FIXED_STAGES = ("train",)
"""Stages whose time hangs on the crop, not on the size."""
MIN_SHARE = 0.25  # of the target left to the picture when training alone breaks the budget
GROW_MARGIN = 0.8  # share of the budget that a larger level may fill, or sizes would flicker
MIN_SIDE = 48  # pixels of the shorter side, unless the full picture has fewer


class FrameBudget:
    """Chooses one of a few sizes from how long the last frame took.

    The time of a picture is taken as proportional to its pixels, that of training as constant.
    """

    def __init__(self) -> None:
        """Start at full size."""
        self._level = 0

    def size(
        self, full: tuple[int, int], is_moving: bool, target_ms: float | None
    ) -> tuple[int, int]:
        """(width, height) for the next frame; `full` at rest or without a target."""
        if not is_moving or target_ms is None:
            return full
        factor = max(LEVELS[self._level], min(MIN_SIDE / min(full), 1.0))
        width, height = (max(round(side * factor), 1) for side in full)
        return width, height

    def observe(
        self,
        full: tuple[int, int],
        size: tuple[int, int],
        milliseconds: dict[str, float],
        target_ms: float,
    ) -> None:
        """Learn from a frame of `size` that took `milliseconds` per stage."""
        picture_ms = sum(
            time for stage, time in milliseconds.items() if stage not in ("total", *FIXED_STAGES)
        )
        fixed_ms = sum(milliseconds.get(stage, 0.0) for stage in FIXED_STAGES)
        allowed_ms = max(target_ms - fixed_ms, MIN_SHARE * target_ms)
        full_ms = picture_ms * math.prod(full) / math.prod(size)
        self._level = self._best_level(full_ms, allowed_ms)

    def _best_level(self, full_ms: float, allowed_ms: float) -> int:
        """The largest level that fits; one larger than the present has to leave room."""
        for level, factor in enumerate(LEVELS):
            room = GROW_MARGIN if level < self._level else 1.0
            if full_ms * factor**2 <= allowed_ms * room:
                return level
        return len(LEVELS) - 1
