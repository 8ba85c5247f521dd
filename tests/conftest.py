"""One Taichi per test session, on the CPU.

Host code.
"""

import pytest

from app.library_environment import prepare_libraries

prepare_libraries()

from renderer.backend import Backend  # noqa: E402
from renderer.backend import start  # noqa: E402


@pytest.fixture(scope="session")
def backend() -> Backend:
    """Taichi and torch on the CPU, started once."""
    return start("cpu")
