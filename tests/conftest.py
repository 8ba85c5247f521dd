"""One Taichi per test session, on the CPU.

Host code.
"""

import pytest

from renderer.backend import Backend
from renderer.backend import start


@pytest.fixture(scope="session")
def backend() -> Backend:
    """Taichi and torch on the CPU, started once."""
    return start("cpu")
