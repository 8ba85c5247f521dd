"""Provenance of a result: versions and commit.

Host code.
"""

from __future__ import annotations

import functools
import platform
import subprocess
from importlib import metadata
from pathlib import Path

PACKAGES = ("torch", "taichi", "numpy")


def versions() -> dict[str, str]:
    """Versions of Python and `PACKAGES`, and the commit if run from a git checkout."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        found[package] = metadata.version(package)
    commit = _commit()
    return found | ({"commit": commit} if commit else {})


@functools.cache
def _commit() -> str:
    """Short commit hash of the checkout that has this file, '' outside a checkout."""
    command = ["git", "rev-parse", "--short", "HEAD"]
    try:
        result = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, timeout=5
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""
