"""Where a result comes from: versions, settings, commit.

Host code.
"""

from __future__ import annotations

import functools
import platform
import subprocess
from dataclasses import asdict
from enum import Enum
from importlib import metadata
from pathlib import Path

from app.settings.options import Options

PACKAGES = ("torch", "taichi", "numpy")


def versions() -> dict[str, str]:
    """Versions of what computed the result, and the commit where there is a repository."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        found[package] = metadata.version(package)
    commit = _commit()
    return found | ({"commit": commit} if commit else {})


def settings(options: Options) -> dict[str, object]:
    """The options as plain values."""
    plain = _plain(asdict(options))
    assert isinstance(plain, dict)
    return plain


def _plain(value: object) -> object:
    """Paths and enums as text, all the way down."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


@functools.cache
def _commit() -> str:
    """Short hash of the checkout this runs from, '' where it is not one."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    try:
        result = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""
