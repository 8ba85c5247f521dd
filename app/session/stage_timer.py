"""Timing of the stages of a frame, on the device that does the work.

Host code. On a GPU stages are bracketed by events, so measuring does not make the device wait.
"""

from __future__ import annotations

import time

import torch

RENDER = "render"
TRAIN = "train"
DENOISE = "denoise"
COMPARISON = "comparison"  # training and denoising of the comparison
COMPARISON_TRAIN = "comparison training"  # its training alone, which scales with the steps
TOTAL = "total"
STAGES = (RENDER, TRAIN, DENOISE)


class StageTimer:
    """Collector of the milliseconds of each stage of one frame."""

    def __init__(self, device: torch.device) -> None:
        self._is_cuda = device.type == "cuda"
        self._marks: list[tuple[str, object, object]] = []
        self._begin = self.now()

    def start_frame(self) -> None:
        """Discard the last frame's times and start a frame."""
        self._marks = []
        self._begin = self.now()

    def now(self) -> object:
        """A point in time: seconds, or an event recorded on the current stream."""
        if not self._is_cuda:
            return time.perf_counter()
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event

    def add(self, stage: str, begin: object) -> None:
        """Add the time since `begin` to a stage."""
        self._marks.append((stage, begin, self.now()))

    def milliseconds(self) -> dict[str, float]:
        """Milliseconds per stage, and of the frame so far; on a GPU waits until it is done.

        The total exceeds the sum of the stages: it includes measures and, in a window, drawing.
        The comparison's stages are present only if one has run.
        """
        end_of_frame = self.now()
        result = dict.fromkeys(STAGES, 0.0)
        for stage, begin, end in self._marks:
            result[stage] = result.get(stage, 0.0) + self._elapsed(begin, end)
        if COMPARISON_TRAIN in result:
            result[COMPARISON] = result.get(COMPARISON, 0.0) + result[COMPARISON_TRAIN]
        result[TOTAL] = self._elapsed(self._begin, end_of_frame)
        return result

    def _elapsed(self, begin: object, end: object) -> float:
        """Milliseconds between two points in time."""
        if not self._is_cuda:
            return (end - begin) * 1e3  # type: ignore[operator, no-any-return]
        end.synchronize()  # type: ignore[attr-defined]
        return begin.elapsed_time(end)  # type: ignore[attr-defined, no-any-return]
