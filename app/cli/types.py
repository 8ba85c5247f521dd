"""Numbers on the command line.

Host code.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

MAX_NUMBER = 2**30 - 1  # kernels count in 31 bits, and each seed takes two streams


def number(kind: type, low: float, is_open: bool = False) -> Callable[[str], float]:
    """Parser of a number >= `low` (> `low` if `is_open`) and <= MAX_NUMBER."""

    def parse(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
        if not (value > low or (value == low and not is_open)):
            relation = "above" if is_open else "at least"
            raise argparse.ArgumentTypeError(f"{text!r} must be {relation} {low}")
        if value > MAX_NUMBER:
            raise argparse.ArgumentTypeError(f"{text!r} must be at most {MAX_NUMBER}")
        return value

    return parse
