"""Fixture that starts Taichi once per test session, on the CPU.

Host code.
"""

import contextlib
import os
import tempfile

import pytest

from app.base.environment import prepare_libraries

prepare_libraries()
# Where torch comes with Triton, its LLVM crashes if that of Mesa's software renderer was loaded
# before. The program never loads Triton; test tools of torch do.
with contextlib.suppress(ImportError):
    import triton  # type: ignore[import-not-found, import-untyped]  # noqa: F401
# Tests neither read nor write the user's own cache.
CACHE = tempfile.TemporaryDirectory(prefix="hush-tests-")
os.environ["XDG_CACHE_HOME"] = CACHE.name

from renderer.backend import Backend  # noqa: E402
from renderer.backend import start  # noqa: E402


@pytest.fixture(scope="session")
def backend() -> Backend:
    """Taichi and torch on the CPU, started once."""
    return start("cpu")
