"""Files that are written whole or not at all.

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
    """Temporary name that is renamed to `path` when the block ends without an exception.

    After an exception no temporary file is left and `path` is as before. Raises OSError where the
    file cannot be written or renamed.
    """
    partial = partial_path(path)
    try:
        yield partial
        os.replace(partial, path)
    finally:
        # Where the parent is missing or no folder, nothing was written.
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
