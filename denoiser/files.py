"""Atomic file writing: a file is written completely or not at all.

Host code.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def partial_path(path: Path) -> Path:
    """Temporary name beside `path` with the same suffix."""
    return path.parent / f".{path.stem}.part{path.suffix}"


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary path that is renamed to `path` if the block ends without an exception.

    After an exception no temporary file is left and `path` is unchanged. Raises OSError if the
    file cannot be written or renamed.
    """
    partial = partial_path(path)
    try:
        yield partial
        os.replace(partial, path)
    finally:
        # If the parent is missing or not a folder, no file was written.
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
