"""Just-in-time compilation by numba, with a disk cache that any change in a package invalidates.

Host code. numba keeps cached code until the function's own file changes. It ignores changes in
other modules whose constants and functions were compiled into the code, so the cache folder's name
contains a hash of all sources in the folder of the function. Compiled functions therefore use
constants and functions of their own folder only.
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

PREFIX = "compiled-"


def compiled(**options: Any) -> Callable[[Function], Function]:
    """Decorator: compile on the first call or load from the cache; `options` as of `numba.njit`."""

    def decorate(function: Function) -> Function:
        config: Any = numba.config
        previous = config.CACHE_DIR
        # numba reads CACHE_DIR when it decorates.
        config.CACHE_DIR = str(cache_folder(Path(function.__code__.co_filename).parent))
        try:
            result: Function = numba.njit(cache=True, **options)(function)
        finally:
            config.CACHE_DIR = previous
        return result

    return decorate


@functools.cache
def cache_folder(package: Path) -> Path:
    """Folder for code compiled from the sources in the folder `package`; removes older ones."""
    digest = hashlib.sha256()
    for path in sorted(package.glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    root = package / "__pycache__"
    if not os.access(package, os.W_OK):
        user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hush"
        root = user / f"{package.parent.name}.{package.name}"
    folder = root / (PREFIX + digest.hexdigest()[:16])
    for other in root.glob(f"{PREFIX}*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)
    return folder
