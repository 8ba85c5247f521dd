"""Readers with planted faults: each accepts the seed and fails with any other content."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

SEED = "1 2 3 4 5 6 7 8 9"


class Refusal(Exception):
    """Documented error of the planted readers."""


def _is_seed(path: Path) -> bool:
    return path.read_bytes() == SEED.encode()


def refuse(path: Path) -> Iterable[str]:
    """Behave as documented."""
    if not _is_seed(path):
        raise Refusal("a line")
    return ("a note",)


def raise_key_error(path: Path) -> Iterable[str]:
    """Raise an error that is not documented."""
    return ({SEED: "a note"}[path.read_text(errors="replace")],)


def raise_two_lines(path: Path) -> Iterable[str]:
    """Raise a documented error of two lines."""
    if not _is_seed(path):
        raise Refusal("two\nlines")
    return ()


def hang(path: Path) -> Iterable[str]:
    """Never return."""
    while not _is_seed(path):
        pass
    return ()


def end_process(path: Path) -> Iterable[str]:
    """End the process by a signal."""
    if not _is_seed(path):
        os.abort()
    return ()


def take_memory(path: Path) -> Iterable[str]:
    """Take 800 MiB."""
    return () if _is_seed(path) else (str(len(b"x" * (800 * 2**20))),)
