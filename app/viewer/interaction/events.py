"""Events: keyboard and mouse input of the user.

Host code. Records only: the window creates them, the viewer applies them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KeyEvent:
    """Press or release of a key. Presses used by the panel are not reported."""

    name: str
    """GLFW's name in lower case: w, left_shift, f12."""
    is_pressed: bool


@dataclass(frozen=True)
class ButtonEvent:
    """Press or release of a mouse button. Presses on the panel are not reported."""

    button: int
    """0 left, 1 right, 2 middle."""
    is_pressed: bool
    position: tuple[float, float]
    """Pointer position in framebuffer pixels, y upwards."""


@dataclass(frozen=True)
class PointerEvent:
    """Motion of the mouse pointer."""

    dx: float
    """Window pixels, positive to the right."""
    dy: float
    """Window pixels, positive downwards."""
    position: tuple[float, float]
    """Pointer position in framebuffer pixels, y upwards."""


@dataclass(frozen=True)
class ScrollEvent:
    """Turn of the mouse wheel outside the panel, in steps."""

    steps: float


@dataclass(frozen=True)
class FocusLost:
    """The window lost focus; releases of keys held now will not be reported."""


Event = KeyEvent | ButtonEvent | PointerEvent | ScrollEvent | FocusLost
