"""Compiled functions: numba's just-in-time compiler with a cache that notices changed constants.

Host code. numba keeps compiled code until the file of the function changes. It does not look at
other modules whose constants and functions were compiled into it, so the cache lies in a folder
that is named after the sources of this whole package.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from typing import TypeVar

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

SOURCES = Path(__file__).parent
PREFIX = "compiled-"


def compiled(**options: Any) -> Callable[[Function], Function]:
    """Decorator: compile on the first call, or load from the cache; `options` as `numba.njit`."""

    def decorate(function: Function) -> Function:
        config: Any = numba.config
        previous = config.CACHE_DIR
        # numba chooses the folder while it decorates.
        config.CACHE_DIR = str(cache_folder())
        try:
            result: Function = numba.njit(cache=True, **options)(function)
        finally:
            config.CACHE_DIR = previous
        return result

    return decorate


@functools.cache
def cache_folder() -> Path:
    """Folder for code compiled from the present sources; folders of other sources are removed."""
    digest = hashlib.sha256()
    for path in sorted(SOURCES.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    place = SOURCES / "__pycache__"
    if not os.access(SOURCES, os.W_OK):
        place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hush"
    folder = place / (PREFIX + digest.hexdigest()[:16])
    for other in place.glob(f"{PREFIX}*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    return folder
