"""The frame budget against a machine whose times are known.

Host code.
"""

from __future__ import annotations

import math

import pytest

from app.frame_budget import LEVELS
from app.frame_budget import MIN_SIDE
from app.frame_budget import FrameBudget

FULL = (512, 384)
TARGET_MS = 100.0


def times(
    size: tuple[int, int], full_ms: float, train_ms: float, noise: float = 1.0
) -> dict[str, float]:
    """A machine that takes `full_ms` for a picture of full size."""
    picture = full_ms * math.prod(size) / math.prod(FULL) * noise
    stages = {"render": 0.8 * picture, "train": train_ms, "denoise": 0.2 * picture}
    return stages | {"total": sum(stages.values())}


def fly(budget: FrameBudget, full_ms: float, train_ms: float, frames: int) -> list[tuple[int, int]]:
    """Sizes while the camera moves; times go up and down by 5 %."""
    sizes = []
    for frame in range(frames):
        size = budget.size(FULL, True, TARGET_MS)
        sizes.append(size)
        noise = 1.05 if frame % 2 else 0.95
        budget.observe(FULL, size, times(size, full_ms, train_ms, noise), TARGET_MS)
    return sizes


@pytest.mark.parametrize("full_ms", [30.0, 120.0, 200.0, 333.0, 700.0, 2900.0])
def test_converges_below_the_target_and_stays(full_ms: float) -> None:
    sizes = fly(FrameBudget(), full_ms, 20.0, 30)
    assert len(set(sizes[3:])) == 1, "sizes flicker"
    picture = times(sizes[-1], full_ms, 20.0)["total"]
    assert picture <= TARGET_MS * 1.05


def test_uses_what_the_budget_allows() -> None:
    sizes = fly(FrameBudget(), 333.0, 20.0, 30)
    assert 2 * times(sizes[-1], 333.0, 0.0)["total"] * 1.05 > 80.0, "the next size would fit, too"


def test_grows_again_when_work_gets_lighter() -> None:
    budget = FrameBudget()
    assert fly(budget, 1000.0, 0.0, 10)[-1] != FULL
    assert fly(budget, 10.0, 0.0, 10)[-1] == FULL


def test_training_alone_over_budget_does_not_starve_the_picture() -> None:
    sizes = fly(FrameBudget(), 50.0, 500.0, 10)
    assert sizes[-1][0] > FULL[0] * LEVELS[-1]


def test_full_size_at_rest_or_without_target() -> None:
    budget = FrameBudget()
    fly(budget, 5000.0, 0.0, 5)
    assert budget.size(FULL, True, TARGET_MS) != FULL
    assert budget.size(FULL, False, TARGET_MS) == FULL
    assert budget.size(FULL, True, None) == FULL


def test_aspect_is_kept_and_tiny_pictures_stay() -> None:
    budget = FrameBudget()
    fly(budget, 1e6, 0.0, 5)
    for full in ((512, 384), (1920, 1080), (64, 48), (200, 60), (8, 6), (1, 1)):
        width, height = budget.size(full, True, TARGET_MS)
        assert min(width, height) >= min(MIN_SIDE, *full)
        assert abs(width / full[0] - height / full[1]) <= 0.5 / full[0] + 0.5 / full[1]
