"""One Taichi per test session, on the CPU.

Host code.
"""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # as run_viewer.py; read when torch is imported

import pytest  # noqa: E402

from renderer.backend import Backend  # noqa: E402
from renderer.backend import start  # noqa: E402


@pytest.fixture(scope="session")
def backend() -> Backend:
    """Taichi and torch on the CPU, started once."""
    return start("cpu")
