"""Environment variables that the libraries read when they are imported.

Host code. Imported, and called, before torch and Taichi are.
"""

from __future__ import annotations

import os

SETTINGS = {
    "ENABLE_TAICHI_HEADER_PRINT": "0",  # no greeting on the standard output
    # Waiting OpenMP threads sleep: spinning, they fight the renderer's threads for the same cores.
    "OMP_WAIT_POLICY": "passive",
    # But not at once: to wake one takes longer than most operators of a small network do.
    "GOMP_SPINCOUNT": "2000",
    "NUMBA_THREADING_LAYER": "workqueue",  # the OpenMP one changes the number of torch's threads
}


def prepare_libraries() -> None:
    """Set what the caller's environment does not."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
