"""Frame budget: how much to do in a frame, so that it takes no longer than wanted.

Host code. Pure: times come in, work goes out.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace

from app.session.stage_timer import COMPARISON_TRAIN
from app.session.stage_timer import RENDER
from app.session.stage_timer import TOTAL
from app.session.stage_timer import TRAIN
from app.settings.session_settings import SessionSettings

MIN_SPP = 2  # samples per pixel of a half; of a single one the spread is not known
SIZE_LEVELS = tuple(2.0 ** (-step / 2) for step in range(7))
"""Allowed factors on both sides of the picture: each halves the pixels, the last is 1/8."""
MIN_SIDE = 48  # pixels of the shorter side, unless the full picture has fewer
MIN_SHARE = 0.25  # of the budget left to the picture when training alone breaks it
ROOM = 0.8  # share of the budget that more work than at present may fill, or frames would pump
MEMORY = 5  # frames whose median is believed: a single slow one changes nothing


@dataclass(frozen=True)
class Work:
    """What one frame does. All of it can give way to a budget but the crop."""

    size: tuple[int, int]
    """Rendered (width, height), pixels."""
    spp: int
    """Samples per pixel of each half."""
    train_steps: int
    """Optimiser updates, >= 0."""
    crop: int
    """Side of a training crop, pixels."""

    @property
    def pixel_count(self) -> int:
        """Pixels rendered."""
        return math.prod(self.size)

    @property
    def trained_pixels(self) -> int:
        """Pixels of all crops together; a crop is never larger than the picture."""
        return self.train_steps * math.prod(min(side, self.crop) for side in self.size)

    @classmethod
    def of(cls, settings: SessionSettings) -> Work:
        """The work of a frame with these settings."""
        render, denoiser = settings.render, settings.denoiser
        return cls(render.size, render.spp, denoiser.train_steps, denoiser.crop)

    def applied_to(self, settings: SessionSettings) -> SessionSettings:
        """The settings with this size, spp and number of training steps."""
        return settings.changed(size=self.size, spp=self.spp, train_steps=self.train_steps)


@dataclass(frozen=True)
class UnitCosts:
    """Milliseconds a piece of work takes."""

    sample: float
    """A pixel's sample in both halves."""
    pixel: float
    """All that is done once a pixel: denoising, a comparison, drawing."""
    trained_pixel: float
    """A crop's pixel in a training step, the comparison's too if it learns."""

    def picture_ms(self, work: Work) -> float:
        """Milliseconds without training."""
        return work.pixel_count * (work.spp * self.sample + self.pixel)

    def train_ms(self, work: Work) -> float:
        """Milliseconds of training."""
        return work.trained_pixels * self.trained_pixel


class FrameBudget:
    """Chooses how much a frame does from how long the last ones took.

    Training steps give way first, then samples, then the size: a denoiser that learns slower is
    seen least. The time of each stage is taken as proportional to its samples or pixels.
    """

    def __init__(self) -> None:
        """All work, until a frame was seen."""
        self._samples: deque[float] = deque(maxlen=MEMORY)
        self._pixels: deque[float] = deque(maxlen=MEMORY)
        self._trained_pixels: deque[float] = deque(maxlen=MEMORY)
        self._full: Work | None = None
        self._rung = 0

    def work(self, full: Work, target_ms: float | None) -> Work:
        """What the next frame does; `full` without a target (milliseconds)."""
        if full != self._full:
            self._full, self._rung = full, 0
        costs = self._unit_costs()
        if target_ms is None or costs is None:
            return full
        ladder = list(quality_levels(full))
        self._rung = self._best_rung(ladder, costs, target_ms)
        return ladder[self._rung]

    @staticmethod
    def first_work(full: Work) -> Work:
        """What the very first frame does, so that there soon is a picture: a quarter of the pixels,
        the least samples, no training.
        """
        few = [work for work in quality_levels(full) if 4 * work.pixel_count >= full.pixel_count]
        return replace(few[-1], spp=min(MIN_SPP, full.spp), train_steps=0)

    def observe(self, work: Work, milliseconds: Mapping[str, float]) -> None:
        """Learn from a frame that did `work` and took `milliseconds` per stage."""
        pixels, trained = work.pixel_count, work.trained_pixels
        training = milliseconds[TRAIN] + milliseconds.get(COMPARISON_TRAIN, 0.0)
        once = milliseconds[TOTAL] - milliseconds[RENDER] - training
        self._samples.append(milliseconds[RENDER] / (pixels * work.spp))
        self._pixels.append(once / pixels)
        if trained:
            self._trained_pixels.append(training / trained)

    def _unit_costs(self) -> UnitCosts | None:
        """Medians of the last frames; None before the first."""
        if not self._samples:
            return None
        return UnitCosts(
            statistics.median(self._samples),
            statistics.median(self._pixels),
            statistics.median(self._trained_pixels) if self._trained_pixels else 0.0,
        )

    def _best_rung(self, ladder: list[Work], costs: UnitCosts, target_ms: float) -> int:
        """The first that fits; one with more work than at present has to leave room."""
        for rung, work in enumerate(ladder):
            allowed_ms = target_ms * (ROOM if rung < self._rung else 1.0)
            if _milliseconds(work, costs, allowed_ms) <= allowed_ms:
                return rung
        return len(ladder) - 1


def quality_levels(full: Work) -> Iterator[Work]:
    """`full`, then less and less work: half the steps, half the samples, half the pixels."""
    work = full
    yield work
    while work.train_steps > 1:
        work = replace(work, train_steps=work.train_steps // 2)
        yield work
    while work.spp > MIN_SPP:
        work = replace(work, spp=max(work.spp // 2, MIN_SPP))
        yield work
    least = min(MIN_SIDE / min(full.size), 1.0)
    for level in SIZE_LEVELS[1:]:
        width, height = (max(round(side * max(level, least)), 1) for side in full.size)
        if (width, height) != work.size:
            work = replace(work, size=(width, height))
            yield work


def _milliseconds(work: Work, costs: UnitCosts, allowed_ms: float) -> float:
    """What a frame takes; a last step that alone breaks the budget counts as its share of it.

    Otherwise it would take all samples and pixels with it, and still not fit.
    """
    train_ms = costs.train_ms(work)
    if work.train_steps == 1:
        train_ms = min(train_ms, (1 - MIN_SHARE) * allowed_ms)
    return train_ms + costs.picture_ms(work)
