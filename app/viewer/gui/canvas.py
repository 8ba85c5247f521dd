"""Canvas: draws lines, rectangles and text at window positions.

Host code. Positions are in screen units from the upper left corner of the window.
"""

from __future__ import annotations

from typing import Any

from app.viewer.gui.gui import IS_BUNDLE
from app.viewer.gui.gui import Color
from app.viewer.gui.gui import Position
from app.viewer.gui.gui import imgui

# Lines pass through pixel centres, as in Dear ImGui 1.82 (pyimgui).
STROKE = (int(imgui.ImDrawFlags_.stroke_legacy),) if IS_BUNDLE else ()


class Canvas:
    """Draws into one of imgui's draw lists of the current frame."""

    def __init__(self, draw_list: Any) -> None:
        """Draw into `draw_list`, an ImDrawList of the GUI library."""
        self._draw_list = draw_list

    @classmethod
    def of_window(cls) -> Canvas:
        """Canvas of the GUI window being built, clipped to it."""
        return cls(imgui.get_window_draw_list())

    @classmethod
    def of_background(cls) -> Canvas:
        """Canvas behind all GUI windows."""
        return cls(imgui.get_background_draw_list())

    def line(self, start: Position, end: Position, color: Color, width: float = 1.0) -> None:
        """Draw a line."""
        points = (start, end) if IS_BUNDLE else (*start, *end)
        self._draw_list.add_line(*points, _packed(color), width, *STROKE)

    def rectangle(
        self, corner: Position, opposite: Position, color: Color, rounding: float
    ) -> None:
        """Fill a rectangle between opposite corners; `rounding` is the corner radius."""
        points = (corner, opposite) if IS_BUNDLE else (*corner, *opposite)
        self._draw_list.add_rect_filled(*points, _packed(color), rounding)

    def text(self, corner: Position, color: Color, content: str) -> None:
        """Draw text with its upper left corner at `corner`."""
        point = (corner,) if IS_BUNDLE else corner
        self._draw_list.add_text(*point, _packed(color), content)


def _packed(color: Color) -> int:
    """Pack a colour into imgui's integer format; opaque unless it has an alpha."""
    rgba = (*color, 1.0)[:4]
    if IS_BUNDLE:
        return int(imgui.get_color_u32(rgba))
    return int(imgui.get_color_u32_rgba(*rgba))
