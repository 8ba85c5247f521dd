"""Environment variables that the libraries read when they are imported.

Host code. Must be imported and called before torch and Taichi are imported.
"""

from __future__ import annotations

import os
import sys

SETTINGS = {
    "ENABLE_TAICHI_HEADER_PRINT": "0",  # no version banner on standard output
    # Waiting OpenMP threads sleep: spinning ones compete with the renderer's threads for cores.
    "OMP_WAIT_POLICY": "passive",
    # They spin briefly first: waking one takes longer than most operators of a small network.
    "GOMP_SPINCOUNT": "2000",
    "NUMBA_THREADING_LAYER": "workqueue",  # the OpenMP layer changes torch's thread count
}
LINUX_SETTINGS = {
    # The window is an X11 one in Wayland sessions too: moderngl finds no Wayland context,
    # imgui-bundle fails to import once glfw has loaded its library without X11, and PyOpenGL, which
    # pyimgui draws with, would look for an EGL context.
    "PYGLFW_LIBRARY_VARIANT": "x11",
    "PYOPENGL_PLATFORM": "x11",
}


def prepare_libraries() -> None:
    """Set the variables that the caller's environment does not set."""
    settings = SETTINGS | (LINUX_SETTINGS if sys.platform == "linux" else {})
    for name, value in settings.items():
        os.environ.setdefault(name, value)
