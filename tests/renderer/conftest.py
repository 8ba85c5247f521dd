"""Fixture that starts Taichi for every renderer test.

Host code.
"""

import pytest

from renderer.backend import Backend


@pytest.fixture(scope="session", autouse=True)
def started(backend: Backend) -> Backend:
    """Start Taichi before the first test."""
    return backend
