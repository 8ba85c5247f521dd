"""Progress bars on the terminal.

Host code.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from tqdm import tqdm

PREPARING = "preparing the path tracer (the first start compiles it)"
BAR_DELAY = 1.0  # seconds before a bar appears


class StartProgress:
    """Progress bar of the steps in which a session starts."""

    def __init__(self, is_quiet: bool) -> None:
        self._is_quiet = is_quiet
        self._bar: tqdm | None = None
        self._text = ""

    def __call__(self, text: str, fraction: float) -> None:
        """Show a step and the fraction `fraction` of it done, in [0, 1]."""
        if self._is_quiet:
            return
        if text != self._text:
            self.close()
            self._text = text
            self._bar = tqdm(
                total=100,
                desc=text,
                delay=BAR_DELAY,
                leave=False,
                file=sys.stderr,
                bar_format="{desc} {percentage:3.0f} % |{bar:30}| {elapsed}",
            )
        if self._bar is not None:
            self._bar.update(100 * fraction - self._bar.n)

    def close(self) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def frames_bar(frames: Iterable[Any], total: int, start: int, is_quiet: bool) -> tqdm:
    """Progress bar over frames, of which `start` are already done."""
    return tqdm(frames, total=total, initial=start, unit="frame", disable=is_quiet, file=sys.stderr)


def iterations_bar(total: int, start: int, is_quiet: bool) -> tqdm:
    """Progress bar over training steps, of which `start` are already done."""
    return tqdm(total=total, initial=start, unit="step", disable=is_quiet, file=sys.stderr)
