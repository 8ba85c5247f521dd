"""GUI context: passes input to the GUI and draws its frames, for either GUI library.

Host code. The libraries' own GLFW callbacks are not used: both replace callbacks set before, and
pyimgui loses clicks that begin and end within one frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import glfw

from app.viewer.gui.gui import IS_BUNDLE
from app.viewer.gui.gui import GlfwRenderer
from app.viewer.gui.gui import Position
from app.viewer.gui.gui import imgui

SHADER_VERSION = "#version 330"
MODIFIERS = {
    "ctrl": {glfw.KEY_LEFT_CONTROL, glfw.KEY_RIGHT_CONTROL},
    "shift": {glfw.KEY_LEFT_SHIFT, glfw.KEY_RIGHT_SHIFT},
    "alt": {glfw.KEY_LEFT_ALT, glfw.KEY_RIGHT_ALT},
}
KEYS = {
    "TAB": "tab",
    "LEFT": "left_arrow",
    "RIGHT": "right_arrow",
    "UP": "up_arrow",
    "DOWN": "down_arrow",
    "PAGE_UP": "page_up",
    "PAGE_DOWN": "page_down",
    "HOME": "home",
    "END": "end",
    "INSERT": "insert",
    "DELETE": "delete",
    "BACKSPACE": "backspace",
    "SPACE": "space",
    "ENTER": "enter",
    "ESCAPE": "escape",
    "KP_ENTER": "keypad_enter",
    **{letter: letter.lower() for letter in "ACVXYZ"},
    "LEFT_CONTROL": "left_ctrl",
    "RIGHT_CONTROL": "right_ctrl",
    "LEFT_SHIFT": "left_shift",
    "RIGHT_SHIFT": "right_shift",
    "LEFT_ALT": "left_alt",
    "RIGHT_ALT": "right_alt",
}
"""Keys that text fields use: GLFW's name to imgui's name."""


class GuiContext:
    """An imgui context without GLFW callbacks; it draws only after `attach`."""

    def __init__(self) -> None:
        """Create the context and make it current."""
        self._context = imgui.create_context()
        self._io = imgui.get_io()
        self._renderer: Any = None
        self._held: set[int] = set()
        self._pressed: set[int] = set()
        self._released: set[int] = set()
        if IS_BUNDLE:
            self._io.set_ini_filename(None)
            self._io.backend_flags |= int(imgui.BackendFlags_.renderer_has_textures)
            self._keys = {
                getattr(glfw, "KEY_" + name): getattr(imgui.Key, key) for name, key in KEYS.items()
            }
        else:
            self._io.ini_file_name = None
            for name, key in KEYS.items():
                index = getattr(imgui, "KEY_" + key.upper().replace("KEYPAD", "PAD"), None)
                if index is not None:
                    self._io.key_map[index] = getattr(glfw, "KEY_" + name)

    def load_font(self, path: Path | None, pixels: float, ratio: float) -> None:
        """Load the TrueType font `path`, `pixels` high at `ratio` pixels per screen unit.

        If `path` is None, the library's default font is used.
        """
        if IS_BUNDLE:
            if path is not None:
                self._io.fonts.add_font_from_file_ttf(str(path), pixels / ratio)
            return
        if path is not None:
            self._io.fonts.add_font_from_file_ttf(str(path), pixels)
        self._io.font_global_scale = 1.0 / ratio

    def attach(self, window: Any) -> None:
        """Create the renderer in the GL context of a GLFW window, which must be current."""
        if not IS_BUNDLE:
            self._renderer = GlfwRenderer(window, attach_callbacks=False)
            return
        self._renderer = imgui.backends
        self._renderer.opengl3_init(SHADER_VERSION)
        platform = imgui.get_platform_io()
        platform.platform_get_clipboard_text_fn = lambda _: _clipboard_text(window)
        platform.platform_set_clipboard_text_fn = lambda _, text: glfw.set_clipboard_string(
            window, text
        )

    def close(self) -> None:
        """Destroy renderer and context."""
        if self._renderer is not None:
            if IS_BUNDLE:
                self._renderer.opengl3_shutdown()
            else:
                self._renderer.shutdown()
        imgui.destroy_context(self._context)

    # ---- Input -------------------------------------------------------------------------------

    @property
    def wants_mouse(self) -> bool:
        """True while the mouse is over a GUI window or drags a widget."""
        return bool(self._io.want_capture_mouse)

    @property
    def wants_keyboard(self) -> bool:
        """True while keys go to a text field."""
        return bool(self._io.want_capture_keyboard)

    def set_display(self, size: Position, ratio: float, seconds: float) -> None:
        """Set the window's size, framebuffer pixels per screen unit, and time since last frame."""
        io = self._io
        io.display_size, io.delta_time = (float(size[0]), float(size[1])), seconds
        if IS_BUNDLE:
            io.display_framebuffer_scale = (ratio, ratio)
        else:
            io.display_fb_scale = (ratio, ratio)

    def set_mouse(self, position: Position, buttons: Sequence[bool]) -> None:
        """Set the pointer position (screen units) and the state of the buttons, left one first."""
        if IS_BUNDLE:
            self._io.add_mouse_pos_event(*position)
            for button, is_down in enumerate(buttons):
                self._io.add_mouse_button_event(button, is_down)
        else:
            self._io.mouse_pos = position
            for button, is_down in enumerate(buttons):
                self._io.mouse_down[button] = is_down

    def scroll(self, dx: float, dy: float) -> None:
        """Scroll by `dx`, `dy` steps of the mouse wheel."""
        if IS_BUNDLE:
            self._io.add_mouse_wheel_event(dx, dy)
        else:
            self._io.mouse_wheel_horizontal += dx
            self._io.mouse_wheel += dy

    def set_key(self, key: int, is_down: bool) -> None:
        """Press or release a key, by GLFW's number."""
        if key == glfw.KEY_TAB and is_down and not self.wants_keyboard:
            return  # Tab would move the focus to a text field, which then receives all keys
        (self._held.add if is_down else self._held.discard)(key)
        if IS_BUNDLE:
            self._send_key(key, is_down)
        elif is_down:
            self._io.keys_down[key] = True
            self._pressed.add(key)
        elif key in self._pressed:
            # A key that is pressed and released within one frame stays down for that frame.
            self._released.add(key)
        else:
            self._io.keys_down[key] = False

    def release_keys(self) -> None:
        """Release all keys, as when the window loses focus."""
        for key in tuple(self._held):
            self.set_key(key, False)

    def type_character(self, code: int) -> None:
        """Type a character of the Basic Multilingual Plane; others are left out."""
        if 0 < code < 0x10000:
            self._io.add_input_character(code)

    # ---- Frames ------------------------------------------------------------------------------

    def begin_frame(self) -> None:
        """Start a frame with the input since the last one."""
        if IS_BUNDLE:
            if self._renderer is not None:
                self._renderer.opengl3_new_frame()
        else:
            if self._renderer is None:
                self._io.fonts.get_tex_data_as_rgba32()  # builds the font atlas, as a renderer does
            down = self._io.keys_down
            for name, keys in MODIFIERS.items():
                setattr(self._io, "key_" + name, any(down[key] for key in keys))
        imgui.new_frame()
        for key in self._released:
            self._io.keys_down[key] = False
        self._released.clear()
        self._pressed.clear()

    def end_frame(self) -> None:
        """Finish the frame and draw it into the framebuffer that is bound."""
        imgui.render()
        if self._renderer is None:
            return
        if IS_BUNDLE:
            self._renderer.opengl3_render_draw_data(imgui.get_draw_data())
        else:
            self._renderer.render(imgui.get_draw_data())

    def _send_key(self, key: int, is_down: bool) -> None:
        """Send a press or release to imgui-bundle as a key event."""
        # A letter's key event would delay each character typed after it by one frame, and is
        # needed only together with Ctrl (shortcuts of text fields).
        is_letter = glfw.KEY_A <= key <= glfw.KEY_Z
        has_ctrl = bool(MODIFIERS["ctrl"] & self._held)
        if key in self._keys and (has_ctrl or not is_letter or not is_down):
            self._io.add_key_event(self._keys[key], is_down)
        for name, keys in MODIFIERS.items():
            if key in keys:
                is_any_down = bool(keys & self._held)
                self._io.add_key_event(getattr(imgui.Key, "mod_" + name), is_any_down)


def is_created() -> bool:
    """True while an imgui context exists."""
    return imgui.get_current_context() is not None


def _clipboard_text(window: Any) -> str:
    """Text of the clipboard; empty if it holds no text."""
    content: Any = glfw.get_clipboard_string(window)  # bytes, or None
    return content.decode() if content else ""
