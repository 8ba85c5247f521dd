"""The frame budget on a simulated machine with known stage times.

Host code.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from app.session.frame_budget import MIN_SIDE
from app.session.frame_budget import MIN_SPP
from app.session.frame_budget import SIZE_LEVELS
from app.session.frame_budget import FrameBudget
from app.session.frame_budget import Work
from app.session.frame_budget import quality_levels

FULL = Work((512, 384), 8, 8, 128)
TARGET_MS = 100.0


def times(work: Work, image_ms: float, step_ms: float, noise: float = 1.0) -> dict[str, float]:
    """Stage times in ms: `image_ms` for all pixels and samples of FULL, `step_ms` per step."""
    pixels = math.prod(work.size) / math.prod(FULL.size)
    crop = math.prod(min(side, work.crop) for side in work.size) / FULL.crop**2
    stages = {
        "render": 0.8 * image_ms * pixels * work.spp / FULL.spp * noise,
        "train": step_ms * work.train_steps * crop,
        "denoise": 0.2 * image_ms * pixels * noise,
    }
    return stages | {"total": sum(stages.values())}


def fly(
    budget: FrameBudget, image_ms: float, step_ms: float, frames: int, full: Work = FULL
) -> list[Work]:
    """Work of each frame in order; the image's times alternate by +-5 %."""
    works = []
    for frame in range(frames):
        works.append(budget.work(full, TARGET_MS))
        noise = 1.05 if frame % 2 else 0.95
        budget.observe(works[-1], times(works[-1], image_ms, step_ms, noise))
    return works


@pytest.mark.parametrize("image_ms", [30.0, 120.0, 200.0, 333.0, 700.0, 2900.0])
@pytest.mark.parametrize("step_ms", [0.0, 2.0, 20.0])
def test_work_converges_to_at_most_105_percent_of_the_target_and_stays(
    image_ms: float, step_ms: float
) -> None:
    works = fly(FrameBudget(), image_ms, step_ms, 30)
    assert len(set(works[8:])) == 1, "the work oscillates"
    assert times(works[-1], image_ms, step_ms)["total"] <= TARGET_MS * 1.05


@pytest.mark.parametrize("image_ms", [50.0, 120.0, 333.0, 900.0])
@pytest.mark.parametrize("step_ms", [2.0, 20.0])
def test_next_higher_quality_level_would_nearly_fill_the_budget(
    image_ms: float, step_ms: float
) -> None:
    last = fly(FrameBudget(), image_ms, step_ms, 30)[-1]
    ladder = list(quality_levels(FULL))
    if last != FULL:
        more = ladder[ladder.index(last) - 1]
        assert times(more, image_ms, step_ms)["total"] * 1.05 > 0.8 * TARGET_MS


def test_quality_levels_reduce_steps_then_spp_then_size() -> None:
    ladder = list(quality_levels(FULL))
    assert ladder[0] == FULL
    assert [work.train_steps for work in ladder[:4]] == [8, 4, 2, 1]
    assert {(work.size, work.spp) for work in ladder[:4]} == {(FULL.size, 8)}
    assert [work.spp for work in ladder[4:6]] == [4, MIN_SPP]
    assert {work.size for work in ladder[4:6]} == {FULL.size}
    assert len(ladder) == 6 + len(SIZE_LEVELS) - 1
    amounts = [(w.train_steps, w.spp, w.pixel_count) for w in ladder]
    assert amounts == sorted(amounts, reverse=True)


def test_first_frame_has_a_quarter_of_the_pixels_minimum_spp_and_no_training() -> None:
    size = (FULL.size[0] // 2, FULL.size[1] // 2)
    assert FrameBudget.first_work(FULL) == Work(size, MIN_SPP, 0, FULL.crop)
    assert FrameBudget.first_work(Work((9, 9), 1, 0, 32)) == Work((9, 9), 1, 0, 32)


def test_first_frame_without_training_does_not_affect_later_work() -> None:
    with_it, without = FrameBudget(), FrameBudget()
    first = FrameBudget.first_work(FULL)
    with_it.observe(first, times(first, 20.0, 20.0))
    expected = fly(without, 20.0, 20.0, 2)[-1]
    assert fly(with_it, 20.0, 20.0, 2)[-1] == expected != FULL


def test_comparison_training_time_counts_as_training_time() -> None:
    alone, beside = FrameBudget(), FrameBudget()
    own = times(FULL, 40.0, 20.0)
    both = own | {"train": own["train"] / 2, "comparison training": own["train"] / 2}
    for _ in range(6):
        alone.observe(FULL, own)
        beside.observe(FULL, both)
    assert beside.work(FULL, TARGET_MS) == alone.work(FULL, TARGET_MS)
    assert beside.work(FULL, TARGET_MS).size == FULL.size


def test_quality_levels_never_exceed_the_full_work() -> None:
    for full in (Work((40, 30), 1, 0, 16), Work((64, 64), 3, 5, 128), Work((1, 1), 1, 1, 1)):
        ladder = list(quality_levels(full))
        assert len(set(ladder)) == len(ladder)
        for work in ladder:
            assert work.spp <= full.spp and work.train_steps <= full.train_steps
            assert (work.train_steps > 0) == (full.train_steps > 0)
            assert all(side <= most for side, most in zip(work.size, full.size))


def test_work_returns_to_full_when_frames_get_cheaper() -> None:
    budget = FrameBudget()
    assert fly(budget, 1000.0, 1.0, 10)[-1] != FULL
    assert fly(budget, 10.0, 1.0, 10)[-1] == FULL


def test_single_slow_frame_does_not_change_the_work() -> None:
    budget = FrameBudget()
    before = fly(budget, 150.0, 5.0, 10)[-1]
    slow = {name: 20 * ms for name, ms in times(before, 150.0, 5.0).items()}
    budget.observe(before, slow)
    assert budget.work(FULL, TARGET_MS) == before
    assert set(fly(budget, 150.0, 5.0, 10)) == {before}


def test_slow_training_keeps_over_a_fifth_of_the_pixel_samples() -> None:
    last = fly(FrameBudget(), 50.0, 500.0, 10)[-1]
    assert last.train_steps == 1 and last.pixel_count * last.spp > FULL.pixel_count * FULL.spp / 5


def test_work_is_full_without_a_target_and_before_the_first_frame() -> None:
    budget = FrameBudget()
    assert budget.work(FULL, TARGET_MS) == FULL
    fly(budget, 5000.0, 0.0, 5)
    assert budget.work(FULL, TARGET_MS) != FULL
    assert budget.work(FULL, None) == FULL


def test_paused_training_keeps_the_estimated_cost_of_a_step() -> None:
    budget = FrameBudget()
    learning = fly(budget, 20.0, 20.0, 10)[-1]
    fly(budget, 20.0, 20.0, 10, replace(FULL, train_steps=0))
    assert budget.work(FULL, TARGET_MS) == learning


def test_lowest_quality_level_keeps_the_aspect_and_a_minimum_side() -> None:
    for size in ((512, 384), (1920, 1080), (64, 48), (200, 60), (8, 6), (1, 1)):
        width, height = list(quality_levels(replace(FULL, size=size)))[-1].size
        assert min(width, height) >= min(MIN_SIDE, *size)
        assert abs(width / size[0] - height / size[1]) <= 0.5 / size[0] + 0.5 / size[1]
