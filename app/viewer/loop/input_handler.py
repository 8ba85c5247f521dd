"""Input handler: applies keyboard and mouse events to camera and view.

Host code.
"""

from __future__ import annotations

from collections.abc import Callable

from app.viewer.interaction.commands import COMMAND_KEYS
from app.viewer.interaction.commands import Command
from app.viewer.interaction.controls import MOVE_KEYS
from app.viewer.interaction.events import ButtonEvent
from app.viewer.interaction.events import Event
from app.viewer.interaction.events import FocusLost
from app.viewer.interaction.events import KeyEvent
from app.viewer.interaction.events import PointerEvent
from app.viewer.interaction.events import ScrollEvent
from app.viewer.interaction.state import ViewerState
from app.viewer.loop.layout import Screen
from app.viewer.loop.path_player import PathPlayer
from app.viewer.loop.window import Window
from app.viewer.picture.views import VIEWS

SPLIT_GRAB_DISTANCE = 8.0  # screen units around the split line in which a drag moves the line


class InputHandler:
    """Converts events to camera motion, view changes and commands."""

    def __init__(
        self,
        state: ViewerState,
        window: Window,
        screen: Screen,
        player: PathPlayer,
        handle: Callable[[Command], None],
    ) -> None:
        """`handle` executes the command of a key."""
        self._state = state
        self._window = window
        self._screen = screen
        self._player = player
        self._handle = handle
        self._drag: str | None = None

    def handle(self, event: Event) -> None:
        """Apply one event."""
        controls = self._state.controls
        if isinstance(event, PointerEvent):
            self._state.show(pointer=event.position)
        match event:
            case KeyEvent(name, is_pressed):
                controls.key(name, is_pressed)
                if is_pressed:
                    self._press(name)
            case ButtonEvent(button, True, position):
                self._drag = self._drag_target(button, position)
            case ButtonEvent():
                self._drag = None
            case PointerEvent(dx, dy, _) if self._drag == "look":
                self._player.stop()
                controls.look(dx, dy)
            case PointerEvent(_, _, position) if self._drag == "split":
                x, _, width, _ = self._screen.image_rectangle(self._state.view)
                self._state.show(split=min(max((position[0] - x) / width, 0.0), 1.0))
            case ScrollEvent(steps):
                controls.scroll(steps)
            case FocusLost():
                controls.release_all()
                self._drag = None

    def _drag_target(self, button: int, position: tuple[float, float]) -> str | None:
        """What a drag from `position` moves: "split" (the line), "look" (the camera) or None."""
        view = self._state.view
        left, _, width, _ = self._screen.area(view)
        if self._window.is_gui_using_mouse or not left <= position[0] < left + width:
            return None
        x, _, image_width, _ = self._screen.image_rectangle(view)
        distance = abs(position[0] - x - view.split * image_width)
        is_near = distance <= SPLIT_GRAB_DISTANCE * self._window.pixel_ratio
        return "split" if view.is_split and is_near and button == 0 else "look"

    def _press(self, name: str) -> None:
        """Apply a key press: stop playback, select a view or execute a command."""
        if name in MOVE_KEYS:
            self._player.stop()
        for view in VIEWS:
            if name == view.key:
                self._state.show(left=view)
        if self._state.view.is_asking_reset and name == "enter":
            name = "t"
        if name in COMMAND_KEYS:
            self._handle(COMMAND_KEYS[name])
