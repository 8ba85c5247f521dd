"""Events: what the user did with keyboard and mouse.

Host code. Records only: the window makes them, the viewer reacts to them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KeyEvent:
    """A key went down or up. Presses that the panel uses are not reported."""

    name: str
    """GLFW's name in lower case: w, left_shift, f12."""
    is_pressed: bool


@dataclass(frozen=True)
class ButtonEvent:
    """A mouse button went down or up. Presses on the panel are not reported."""

    button: int
    """0 left, 1 right, 2 middle."""
    is_pressed: bool
    place: tuple[float, float]
    """In framebuffer pixels, y upwards."""


@dataclass(frozen=True)
class PointerEvent:
    """The mouse moved."""

    dx: float
    """Window pixels, rightwards."""
    dy: float
    """Window pixels, downwards."""
    place: tuple[float, float]
    """In framebuffer pixels, y upwards."""


@dataclass(frozen=True)
class ScrollEvent:
    """The wheel turned outside the panel."""

    steps: float


@dataclass(frozen=True)
class FocusLost:
    """Keys that are down now will come up unseen."""


Event = KeyEvent | ButtonEvent | PointerEvent | ScrollEvent | FocusLost
