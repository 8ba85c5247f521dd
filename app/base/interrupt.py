"""Handling of Ctrl-C that lets the current frame finish.

Host code.
"""

from __future__ import annotations

import signal
from types import FrameType
from types import TracebackType

INTERRUPTED = 130  # exit code after Ctrl-C


class StopRequest:
    """While active, a first Ctrl-C (or SIGTERM) sets `is_set`; a second one interrupts at once."""

    def __init__(self) -> None:
        self.is_set = False
        self._previous: dict[int, object] = {}

    def __enter__(self) -> StopRequest:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._previous[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self.is_set:
            raise KeyboardInterrupt
        self.is_set = True
