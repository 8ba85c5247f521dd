"""Environment variables that the libraries read when they are imported.

Host code. Imported, and called, before torch and Taichi are.
"""

from __future__ import annotations

import os
import sys

SETTINGS = {
    "ENABLE_TAICHI_HEADER_PRINT": "0",  # no greeting on the standard output
    # Waiting OpenMP threads sleep: spinning, they fight the renderer's threads for the same cores.
    "OMP_WAIT_POLICY": "passive",
    # But not at once: to wake one takes longer than most operators of a small network do.
    "GOMP_SPINCOUNT": "2000",
    "NUMBA_THREADING_LAYER": "workqueue",  # the OpenMP one changes the number of torch's threads
}
LINUX_SETTINGS = {
    # The window is an X11 one in Wayland sessions too: moderngl finds no Wayland context,
    # imgui-bundle fails to import once glfw has loaded its library without X11, and PyOpenGL, which
    # pyimgui draws with, would look for an EGL context.
    "PYGLFW_LIBRARY_VARIANT": "x11",
    "PYOPENGL_PLATFORM": "x11",
}


def prepare_libraries() -> None:
    """Set what the caller's environment does not."""
    settings = SETTINGS | (LINUX_SETTINGS if sys.platform == "linux" else {})
    for name, value in settings.items():
        os.environ.setdefault(name, value)
