"""Times the stages of a frame, on the device that does the work.

Host code. On a GPU stages are bracketed by events, so measuring does not make the device wait.
"""

from __future__ import annotations

import time

import torch

RENDER = "render"
TRAIN = "train"
DENOISE = "denoise"
RIVAL = "rival"  # all that a rival does
TOTAL = "total"
STAGES = (RENDER, TRAIN, DENOISE)


class StageClock:
    """Collects the milliseconds of each stage of one frame."""

    def __init__(self, device: torch.device) -> None:
        self._is_cuda = device.type == "cuda"
        self._marks: list[tuple[str, object, object]] = []

    def start_frame(self) -> None:
        """Forget the last frame."""
        self._marks = []

    def now(self) -> object:
        """A point in time: seconds, or an event recorded on the current stream."""
        if not self._is_cuda:
            return time.perf_counter()
        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event

    def add(self, stage: str, begin: object) -> None:
        """Book the time since `begin` to a stage."""
        self._marks.append((stage, begin, self.now()))

    def milliseconds(self) -> dict[str, float]:
        """Milliseconds per stage, and their total; on a GPU waits for the last event.

        Of a rival only where one has run.
        """
        result = dict.fromkeys(STAGES, 0.0)
        for stage, begin, end in self._marks:
            if self._is_cuda:
                end.synchronize()  # type: ignore[attr-defined]
                passed = begin.elapsed_time(end)  # type: ignore[attr-defined]
            else:
                passed = (end - begin) * 1e3  # type: ignore[operator]
            result[stage] = result.get(stage, 0.0) + passed
        result[TOTAL] = sum(result.values())
        return result
