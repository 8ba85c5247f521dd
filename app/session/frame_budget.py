"""Frame budget: how much work a frame does, so that it meets a target time.

Host code. Reads no clock: measured times are passed in.
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

MIN_SPP = 2  # samples per pixel of a half; a single sample gives no variance estimate
SIZE_LEVELS = tuple(2.0 ** (-step / 2) for step in range(7))
"""Scale factors of width and height: each halves the pixel count, the last is 1/8."""
MIN_SIDE = 48  # pixels of the shorter side, unless the full image has fewer
MIN_IMAGE_FRACTION = (
    0.25  # fraction of the budget kept for the image if one training step exceeds the rest
)
HEADROOM = 0.8  # fraction of the budget that a higher quality level may fill; avoids oscillation
MEDIAN_FRAMES = 5  # frames over which costs are medians: a single slow frame changes nothing


@dataclass(frozen=True)
class Work:
    """Work of one frame. A budget may reduce everything but the crop."""

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
        """Pixels of all training crops together; a crop is never larger than the image."""
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
    """Milliseconds per unit of work."""

    sample: float
    """Rendering one sample of one pixel in both halves."""
    pixel: float
    """Everything done once per pixel: denoising, a comparison, drawing."""
    trained_pixel: float
    """Training on one pixel of a crop, including the comparison's training."""

    def image_ms(self, work: Work) -> float:
        """Milliseconds of a frame without training."""
        return work.pixel_count * (work.spp * self.sample + self.pixel)

    def train_ms(self, work: Work) -> float:
        """Milliseconds of training."""
        return work.trained_pixels * self.trained_pixel


class FrameBudget:
    """Controller of the work of a frame, from the times of the last frames.

    Training steps are reduced first, then samples, then the size: slower learning is the least
    visible. The time of each stage is assumed proportional to its samples or pixels.
    """

    def __init__(self) -> None:
        """Start without measured times: all work is done until a frame is observed."""
        self._samples: deque[float] = deque(maxlen=MEDIAN_FRAMES)
        self._pixels: deque[float] = deque(maxlen=MEDIAN_FRAMES)
        self._trained_pixels: deque[float] = deque(maxlen=MEDIAN_FRAMES)
        self._full: Work | None = None
        self._level = 0

    def work(self, full: Work, target_ms: float | None) -> Work:
        """Work of the next frame; `full` without a target or measured times."""
        if full != self._full:
            self._full, self._level = full, 0
        costs = self._unit_costs()
        if target_ms is None or costs is None:
            return full
        levels = list(quality_levels(full))
        self._level = self._best_level(levels, costs, target_ms)
        return levels[self._level]

    @staticmethod
    def first_work(full: Work) -> Work:
        """Work of the very first frame, so that an image appears soon: at least a quarter of the
        pixels, at most MIN_SPP samples, no training.
        """
        few = [work for work in quality_levels(full) if 4 * work.pixel_count >= full.pixel_count]
        return replace(few[-1], spp=min(MIN_SPP, full.spp), train_steps=0)

    def observe(self, work: Work, milliseconds: Mapping[str, float]) -> None:
        """Record the unit costs of a frame that did `work` in `milliseconds` per stage."""
        pixels, trained = work.pixel_count, work.trained_pixels
        training = milliseconds[TRAIN] + milliseconds.get(COMPARISON_TRAIN, 0.0)
        once = milliseconds[TOTAL] - milliseconds[RENDER] - training
        self._samples.append(milliseconds[RENDER] / (pixels * work.spp))
        self._pixels.append(once / pixels)
        if trained:
            self._trained_pixels.append(training / trained)

    def _unit_costs(self) -> UnitCosts | None:
        """Median unit costs of the last frames; None before the first."""
        if not self._samples:
            return None
        return UnitCosts(
            statistics.median(self._samples),
            statistics.median(self._pixels),
            statistics.median(self._trained_pixels) if self._trained_pixels else 0.0,
        )

    def _best_level(self, levels: list[Work], costs: UnitCosts, target_ms: float) -> int:
        """Index of the first level that fits; higher levels than now may fill HEADROOM only."""
        for index, work in enumerate(levels):
            allowed_ms = target_ms * (HEADROOM if index < self._level else 1.0)
            if _milliseconds(work, costs, allowed_ms) <= allowed_ms:
                return index
        return len(levels) - 1


def quality_levels(full: Work) -> Iterator[Work]:
    """Quality levels from `full` down: steps are halved first, then samples, then pixels."""
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
    """Predicted frame time; a single training step counts as at most its fraction of the budget.

    Otherwise a step too slow for the budget would reduce samples and size to their least, in vain.
    """
    train_ms = costs.train_ms(work)
    if work.train_steps == 1:
        train_ms = min(train_ms, (1 - MIN_IMAGE_FRACTION) * allowed_ms)
    return train_ms + costs.image_ms(work)
