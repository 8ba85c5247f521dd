"""Theme: colours and spacing of the GUI.

Host code.
"""

from __future__ import annotations

from app.viewer.gui import gui

ACCENT = (0.98, 0.68, 0.25)
GOOD = (0.45, 0.82, 0.52)
DIM = (0.60, 0.60, 0.65)
THEME = {
    "window_bg": (0.085, 0.087, 0.10),
    "popup_bg": (0.085, 0.087, 0.10),
    "text": (0.90, 0.90, 0.92),
    "frame_bg": (0.15, 0.155, 0.18),
    "frame_bg_hovered": (0.20, 0.205, 0.24),
    "frame_bg_active": (0.24, 0.245, 0.29),
    "header": (0.13, 0.135, 0.16),
    "header_hovered": (0.20, 0.205, 0.24),
    "header_active": (0.24, 0.245, 0.29),
    "button": (0.20, 0.205, 0.24),
    "button_hovered": (0.29, 0.295, 0.34),
    "button_active": (0.38, 0.36, 0.32),
    "slider_grab": (0.80, 0.57, 0.24),
    "slider_grab_active": (0.98, 0.68, 0.25),
    "check_mark": (0.98, 0.68, 0.25),
    "plot_histogram": (0.80, 0.57, 0.24),
}
SIZES: dict[str, float | tuple[float, float]] = {
    "window_rounding": 0.0,
    "window_border_size": 0.0,
    "frame_rounding": 3.0,
    "grab_rounding": 3.0,
    "frame_padding": (6.0, 2.5),
    "item_spacing": (6.0, 4.0),
}
"""Sizes by Dear ImGui's names, screen units."""


def set_theme() -> None:
    """Set colours and spacing of the current GUI context; once, before the first frame."""
    gui.set_style(THEME, SIZES)
