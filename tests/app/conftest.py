"""Fixtures: a display for tests that open a window (Xvfb, else the existing one), and sessions.

Host code.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numba
import pytest
import torch

from app.session.session import Session
from app.settings.options import Options
from app.viewer.loop.viewer import Viewer
from app.viewer.loop.window import Window
from tests.app.cornell_session import begin_again
from tests.app.cornell_session import start_session
from tests.app.window_driver import IMAGE_CENTER
from tests.app.window_driver import SETTINGS
from tests.app.window_driver import WINDOW_SIZE
from tests.app.window_driver import RecordingSession
from tests.app.window_driver import WindowDriver
from tests.app.window_driver import glowing_ball

needs_display = pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
)
SCREEN = "1400x1000x24"


@pytest.fixture(scope="package", autouse=True)
def one_thread() -> Iterator[None]:
    """Limit torch and numba to one thread each; otherwise their threads wait for each other."""
    threads = torch.get_num_threads(), numba.get_num_threads()
    # numba first: starting its threads overrides the thread count set for torch.
    numba.set_num_threads(1)
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads[0])
    numba.set_num_threads(threads[1])


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """Name of an X display; starts Xvfb on a free display number and stops only that server.

    Keys are sent to whichever window has the focus, so an existing desktop is used only where Xvfb
    is missing, and never by the tests that send keys.
    """
    if shutil.which("Xvfb") is None:
        if not os.environ.get("DISPLAY"):
            pytest.skip("no Xvfb and no display")
        yield os.environ["DISPLAY"]
        return
    read_end, write_end = os.pipe()
    # Without -noreset, Xvfb resets whenever its last window closes, and misses the next one.
    command = ["Xvfb", "-displayfd", str(write_end), "-screen", "0", SCREEN]
    command += ["-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        number = pipe.readline().strip()
    previous = {name: os.environ.get(name) for name in ("DISPLAY", "LIBGL_ALWAYS_SOFTWARE")}
    os.environ |= {"DISPLAY": f":{number}", "LIBGL_ALWAYS_SOFTWARE": "1"}
    try:
        yield f":{number}"
    finally:
        for name, value in previous.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        server.terminate()
        server.wait(10)


@pytest.fixture
def window(display: str) -> Iterator[Window]:
    """A real window with its OpenGL context."""
    opened = Window("Hush test", WINDOW_SIZE)
    yield opened
    opened.close()


@pytest.fixture
def driver(display: str, window: Window, tmp_path: Path) -> WindowDriver:
    """The viewer with a real session of a tiny image; the mouse is over the image."""
    scene = glowing_ball()
    viewer = Viewer(window, scene, Options(session=SETTINGS, output=tmp_path))
    driver = WindowDriver(display, viewer, RecordingSession(scene, SETTINGS))
    driver.do("mousemove", *map(str, IMAGE_CENTER))
    return driver


@pytest.fixture(scope="module")
def started() -> Session:
    """The session shared by the tests of a module."""
    return start_session()


@pytest.fixture
def session(started: Session) -> Session:
    """The module's session, reset to its state after the first frame."""
    begin_again(started)
    return started
