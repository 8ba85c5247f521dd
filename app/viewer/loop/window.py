"""Window: a GLFW window, its GL context, and the GUI drawn over its content.

Host code.
"""

from __future__ import annotations

import importlib.util
import os
import warnings
from pathlib import Path
from typing import Any

import glfw
import moderngl

from app.viewer.gui import gui
from app.viewer.gui.context import GuiContext
from app.viewer.interaction.events import ButtonEvent
from app.viewer.interaction.events import Event
from app.viewer.interaction.events import FocusLost
from app.viewer.interaction.events import KeyEvent
from app.viewer.interaction.events import PointerEvent
from app.viewer.interaction.events import ScrollEvent
from denoiser.errors import one_line

FONT_PIXELS = 15.0
FONT_FILE = "mpl-data/fonts/ttf/DejaVuSans.ttf"  # comes with matplotlib
MIN_SIZE = (320, 240)  # smallest window, screen units
KEY_NAMES = {
    getattr(glfw, name): name.removeprefix("KEY_").lower()
    for name in dir(glfw)
    if name.startswith("KEY_") and name not in ("KEY_UNKNOWN", "KEY_LAST")
}
MOUSE_BUTTONS = 3
OUTSIDE = (-1e4, -1e4)  # pointer position outside all widgets, screen units


class NoDisplayError(RuntimeError):
    """No window can be opened, as without a display; the message is one line with the reason."""


class Window:
    """A window with a GL 3.3 context, made current."""

    def __init__(self, title: str, size: tuple[int, int]) -> None:
        """Open a window of `size` in screen units. NoDisplayError if that is impossible."""
        self._glfw = _open(title, size)
        self.context = _context(self._glfw)
        self._events: list[Event] = []
        self._pointer = glfw.get_cursor_pos(self._glfw)
        self._clicked = [False] * MOUSE_BUTTONS
        self._has_popup = self._is_leaving_popup = False
        self._gui = GuiContext()
        self.ui_scale = self._load_font()
        self._gui.attach(self._glfw)
        self._last_frame = glfw.get_time()
        self._connect()

    # ---- State -------------------------------------------------------------------------------

    @property
    def should_close(self) -> bool:
        """True once closing the window was requested."""
        return bool(glfw.window_should_close(self._glfw))

    def request_close(self) -> None:
        """Request closing the window."""
        glfw.set_window_should_close(self._glfw, True)

    @property
    def framebuffer_size(self) -> tuple[int, int]:
        """(width, height) in pixels; (0, 0) while minimised."""
        if glfw.get_window_attrib(self._glfw, glfw.ICONIFIED):
            return 0, 0
        return glfw.get_framebuffer_size(self._glfw)

    @property
    def pixel_ratio(self) -> float:
        """Framebuffer pixels per screen unit."""
        width = glfw.get_window_size(self._glfw)[0]
        return self.framebuffer_size[0] / width if width else 1.0

    @property
    def is_gui_using_mouse(self) -> bool:
        """True while the mouse is over the panel or drags one of its widgets."""
        return self._gui.wants_mouse

    # ---- Events ------------------------------------------------------------------------------

    def poll(self) -> list[Event]:
        """Events since the last call, in order."""
        glfw.poll_events()
        events, self._events = self._events, []
        return events

    def _connect(self) -> None:
        """Set all GLFW callbacks; no other code sets any."""
        glfw.set_key_callback(self._glfw, self._on_key)
        glfw.set_char_callback(self._glfw, self._on_char)
        glfw.set_mouse_button_callback(self._glfw, self._on_button)
        glfw.set_cursor_pos_callback(self._glfw, self._on_pointer)
        glfw.set_scroll_callback(self._glfw, self._on_scroll)
        glfw.set_window_focus_callback(self._glfw, self._on_focus)

    def _on_key(self, _window: Any, key: int, _code: int, action: int, _mods: int) -> None:
        if key not in KEY_NAMES or action == glfw.REPEAT:
            return
        is_pressed = action == glfw.PRESS
        self._gui.set_key(key, is_pressed)
        if self._has_popup and key == glfw.KEY_ESCAPE and is_pressed:
            # The GUI library closes drop-down lists by Escape only with keyboard navigation.
            self._is_leaving_popup = True
        elif not (is_pressed and self._gui.wants_keyboard):
            self._events.append(KeyEvent(KEY_NAMES[key], is_pressed))

    def _on_char(self, _window: Any, code: int) -> None:
        self._gui.type_character(code)

    def _on_button(self, _window: Any, button: int, action: int, _mods: int) -> None:
        if button >= MOUSE_BUTTONS:
            return
        is_pressed = action == glfw.PRESS
        self._clicked[button] = self._clicked[button] or is_pressed
        if not (is_pressed and self._gui.wants_mouse):
            self._events.append(ButtonEvent(button, is_pressed, self._place()))

    def _on_pointer(self, _window: Any, x: float, y: float) -> None:
        dx, dy = x - self._pointer[0], y - self._pointer[1]
        self._pointer = (x, y)
        self._events.append(PointerEvent(dx, dy, self._place()))

    def _on_scroll(self, _window: Any, dx: float, dy: float) -> None:
        self._gui.scroll(dx, dy)
        if not self._gui.wants_mouse:
            self._events.append(ScrollEvent(dy))

    def _on_focus(self, _window: Any, has_focus: int) -> None:
        if not has_focus:
            self._gui.release_keys()
            self._events.append(FocusLost())

    def _place(self) -> tuple[float, float]:
        """Pointer position in framebuffer pixels, y upwards."""
        ratio = self.pixel_ratio
        return self._pointer[0] * ratio, self.framebuffer_size[1] - self._pointer[1] * ratio

    # ---- Drawing -----------------------------------------------------------------------------

    def begin_frame(self) -> None:
        """Start a GUI frame with the input since the last one."""
        now = glfw.get_time()
        size = glfw.get_window_size(self._glfw)
        self._gui.set_display(size, self.pixel_ratio, max(now - self._last_frame, 1e-3))
        self._last_frame = now
        position, buttons = self._pointer, []
        for button in range(MOUSE_BUTTONS):
            # A button that was pressed and released since the last frame is down for this one.
            is_down = glfw.get_mouse_button(self._glfw, button) == glfw.PRESS
            buttons.append(is_down or self._clicked[button])
            self._clicked[button] = False
        if self._is_leaving_popup:
            # A click outside all widgets closes the list and triggers nothing else.
            position, buttons[0] = OUTSIDE, True
            self._is_leaving_popup = False
        self._gui.set_mouse(position, buttons)
        self._gui.begin_frame()

    def end_frame(self) -> None:
        """Draw the GUI over the image and present the frame."""
        self._has_popup = gui.has_popup()
        self.context.screen.use()
        self._gui.end_frame()
        glfw.swap_buffers(self._glfw)

    def close(self) -> None:
        """Destroy GUI, context and window."""
        self._gui.close()
        self.context.release()
        glfw.destroy_window(self._glfw)
        glfw.terminate()

    def _load_font(self) -> float:
        """Load a font at the screen's resolution; return the scale factor of GUI lengths."""
        scale = max(glfw.get_window_content_scale(self._glfw)[0], 1.0)
        ratio = self.pixel_ratio or 1.0
        spec = importlib.util.find_spec("matplotlib")
        path = Path(spec.origin).parent / FONT_FILE if spec and spec.origin else None
        path = path if path is not None and path.is_file() else None
        self._gui.load_font(path, FONT_PIXELS * scale, ratio)
        return scale / ratio


def _context(window: Any) -> moderngl.Context:
    """moderngl context of the current GL context of `window`. NoDisplayError on failure."""
    try:
        return moderngl.create_context(require=330)
    except Exception as error:  # moderngl raises plain Exception
        glfw.destroy_window(window)
        glfw.terminate()
        raise NoDisplayError(f"cannot open a window: {one_line(error)}") from error


def _open(title: str, size: tuple[int, int]) -> Any:
    """Open a GLFW window and make its GL context current. NoDisplayError on failure."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        if os.environ.get("DISPLAY") and hasattr(glfw, "PLATFORM_X11"):
            # The GUI library's and moderngl's access to the context expects X11, not Wayland.
            glfw.init_hint(glfw.PLATFORM, glfw.PLATFORM_X11)
        window = None
        if glfw.init():
            glfw.window_hint(glfw.CONTEXT_VERSION_MAJOR, 3)
            glfw.window_hint(glfw.CONTEXT_VERSION_MINOR, 3)
            glfw.window_hint(glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE)
            glfw.window_hint(glfw.OPENGL_FORWARD_COMPAT, True)
            glfw.window_hint(glfw.SCALE_TO_MONITOR, True)  # same visible size on high-DPI screens
            window = glfw.create_window(*size, title, None, None)
    if not window:
        glfw.terminate()
        reason = str(caught[-1].message).splitlines()[0] if caught else "no reason given"
        raise NoDisplayError(f"cannot open a window: {reason}")
    glfw.make_context_current(window)
    # No vertical sync: waiting for it between two stages would take time from training.
    glfw.swap_interval(0)
    glfw.set_window_size_limits(window, *MIN_SIZE, glfw.DONT_CARE, glfw.DONT_CARE)
    return window
