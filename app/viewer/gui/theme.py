"""Theme: colours and spacing of everything that imgui draws.

Host code.
"""

from __future__ import annotations

import imgui

ACCENT = (0.98, 0.68, 0.25)
GOOD = (0.45, 0.82, 0.52)
DIM = (0.60, 0.60, 0.65)
THEME = {
    imgui.COLOR_WINDOW_BACKGROUND: (0.085, 0.087, 0.10),
    imgui.COLOR_POPUP_BACKGROUND: (0.085, 0.087, 0.10),
    imgui.COLOR_TEXT: (0.90, 0.90, 0.92),
    imgui.COLOR_FRAME_BACKGROUND: (0.15, 0.155, 0.18),
    imgui.COLOR_FRAME_BACKGROUND_HOVERED: (0.20, 0.205, 0.24),
    imgui.COLOR_FRAME_BACKGROUND_ACTIVE: (0.24, 0.245, 0.29),
    imgui.COLOR_HEADER: (0.13, 0.135, 0.16),
    imgui.COLOR_HEADER_HOVERED: (0.20, 0.205, 0.24),
    imgui.COLOR_HEADER_ACTIVE: (0.24, 0.245, 0.29),
    imgui.COLOR_BUTTON: (0.20, 0.205, 0.24),
    imgui.COLOR_BUTTON_HOVERED: (0.29, 0.295, 0.34),
    imgui.COLOR_BUTTON_ACTIVE: (0.38, 0.36, 0.32),
    imgui.COLOR_SLIDER_GRAB: (0.80, 0.57, 0.24),
    imgui.COLOR_SLIDER_GRAB_ACTIVE: (0.98, 0.68, 0.25),
    imgui.COLOR_CHECK_MARK: (0.98, 0.68, 0.25),
    imgui.COLOR_PLOT_HISTOGRAM: (0.80, 0.57, 0.24),
}
FIXED_WINDOW = (
    imgui.WINDOW_NO_TITLE_BAR
    | imgui.WINDOW_NO_RESIZE
    | imgui.WINDOW_NO_MOVE
    | imgui.WINDOW_NO_COLLAPSE
    | imgui.WINDOW_NO_SAVED_SETTINGS
)


def set_theme() -> None:
    """Colours and spacing of the current imgui context; once, before the first frame."""
    style = imgui.get_style()
    style.window_rounding = style.window_border_size = 0.0
    style.frame_rounding = style.grab_rounding = 3.0
    style.frame_padding, style.item_spacing = (6.0, 2.5), (6.0, 4.0)
    for name, color in THEME.items():
        style.colors[name] = (*color, 1.0)
