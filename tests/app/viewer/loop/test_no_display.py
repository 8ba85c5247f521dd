"""If no window can be opened, the error is one line.

Host code.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.viewer.loop.window import NoDisplayError
from app.viewer.loop.window import Window
from tests.app.conftest import needs_display
from tests.app.window_driver import PATIENCE_SECONDS

ROOT = Path(__file__).resolve().parents[4]
NO_WAY_TO_GL = """
import moderngl
from app.viewer.loop.window import NoDisplayError, Window

def nowhere(**_):
    raise Exception("cannot detect window\\nwith OpenGL support")

moderngl.create_context = nowhere
try:
    Window("nowhere", (100, 100))
except NoDisplayError as error:
    print(error)
"""


@needs_display
def test_window_without_opengl_is_a_one_line_error(display: str) -> None:
    """As on desktops where the window belongs to Wayland and moderngl looks for an X11 window."""
    result = subprocess.run(
        [sys.executable, "-c", NO_WAY_TO_GL],
        env=os.environ | {"DISPLAY": display},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    line = "cannot open a window: cannot detect window with OpenGL support\n"
    assert result.stdout == line, result.stderr


def test_window_without_display_is_a_one_line_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NoDisplayError) as caught:
        Window("nowhere", (100, 100))
    assert "\n" not in str(caught.value)
