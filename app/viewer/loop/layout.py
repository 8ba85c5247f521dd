"""Screen: lays out image, labels and panel in the window.

Host code. Needs the window's GL context to be current.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from app.session.report import FrameReport
from app.viewer.gui.overlays import draw_progress
from app.viewer.gui.panel import WIDTH
from app.viewer.gui.panel import draw_panel
from app.viewer.gui.plots import Plots
from app.viewer.gui.tags import draw_table
from app.viewer.gui.tags import draw_tags
from app.viewer.gui.theme import set_theme
from app.viewer.interaction.panel_edits import PanelEdits
from app.viewer.loop.window import Window
from app.viewer.picture.display import BACKGROUND
from app.viewer.picture.display import Display
from app.viewer.picture.inspector import pixel_rows
from app.viewer.picture.views import Rectangle
from app.viewer.picture.views import ViewState
from app.viewer.picture.views import image_of_view
from app.viewer.picture.views import letterbox
from app.viewer.picture.zoom import Position

MIN_IMAGE_FRACTION = 0.3  # fraction of the window; with less left the panel covers the image


class Screen:
    """Content of the window: image, labels and panel."""

    def __init__(self, window: Window) -> None:
        """Prepare display, theme and plots; nothing is drawn yet."""
        self._window = window
        self._display = Display(window.context)
        set_theme()
        self._plots = Plots()
        self._uploaded: tuple[object, ...] = ()

    @property
    def is_minimised(self) -> bool:
        """True while the framebuffer is empty."""
        return min(self._window.framebuffer_size) <= 0

    def add(self, report: FrameReport) -> None:
        """Add a frame's measurements to the plots."""
        self._plots.add(report)

    def draw(self, report: FrameReport | None, view: ViewState) -> PanelEdits:
        """Draw image, tags and panel; return the user's changes. Nothing while minimised."""
        if self.is_minimised:
            return PanelEdits(view)
        self._upload(report, view)
        self._clear()
        image_rectangle = self.image_rectangle(view)
        if self._display.has_image:
            self._display.draw(self._window.context.screen, image_rectangle, view)
        self._window.begin_frame()
        ratio = self._window.pixel_ratio
        top = (self._window.framebuffer_size[1] - image_rectangle[1] - image_rectangle[3]) / ratio
        draw_tags(report, view, (image_rectangle[0] / ratio, top), image_rectangle[2] / ratio)
        self._draw_pixel(report, view)
        view = replace(view, upload_method=self._display.way)
        changes = draw_panel(report, view, self._plots, self._window.ui_scale)
        self._window.end_frame()
        return changes

    def _draw_pixel(self, report: FrameReport | None, view: ViewState) -> None:
        """Draw the values of the pixel under the mouse if `view.is_inspecting`."""
        position = self.pointer_position(view)
        if not view.is_inspecting or report is None or position is None:
            return
        if not self._window.is_gui_using_mouse:
            ratio, height = self._window.pixel_ratio, self._window.framebuffer_size[1]
            at = view.pointer[0] / ratio, (height - view.pointer[1]) / ratio
            draw_table(pixel_rows(report, view.zoom.to_image_position(position)), at)

    def draw_progress(self, text: str, fraction: float) -> None:
        """Draw only a progress box; `fraction` in [0, 1]. Nothing while minimised."""
        if self.is_minimised:
            return
        self._clear()
        self._window.begin_frame()
        draw_progress(text, fraction, self._window.ui_scale)
        self._window.end_frame()

    def pixels(self, report: FrameReport, view: ViewState) -> np.ndarray:
        """(H, W, 3) uint8, row 0 on top: the view as drawn, at the frame's native size."""
        self._upload(report, view)
        return self._display.pixels(view)

    def area(self, view: ViewState) -> Rectangle:
        """Area available to the image, framebuffer pixels: the window without the panel."""
        width, height = self._window.framebuffer_size
        covered = round(WIDTH * self._window.ui_scale * self._window.pixel_ratio)
        if not view.panel_visible or width - covered < MIN_IMAGE_FRACTION * width:
            covered = 0
        return covered, 0, max(width - covered, 1), max(height, 1)

    def image_rectangle(self, view: ViewState) -> Rectangle:
        """Rectangle of the image in framebuffer pixels."""
        return letterbox(view.settings.render.size, self.area(view))

    def pointer_position(self, view: ViewState) -> Position | None:
        """Mouse position in the image's rectangle, [0, 1]^2, y upwards; None outside."""
        left, bottom, width, height = self.image_rectangle(view)
        x, y = (view.pointer[0] - left) / width, (view.pointer[1] - bottom) / height
        return (x, y) if 0.0 <= x < 1.0 and 0.0 <= y < 1.0 else None

    def _upload(self, report: FrameReport | None, view: ViewState) -> None:
        """Upload the images to the display, once for each frame and choice of views."""
        wanted = (report, view.left, view.right if view.is_split else None)
        if report is None or wanted == self._uploaded:
            return
        self._display.upload(
            image_of_view(report, view.left),
            image_of_view(report, view.right) if view.is_split else None,
        )
        self._uploaded = wanted

    def _clear(self) -> None:
        """Clear the window to the background colour."""
        screen = self._window.context.screen
        screen.use()
        self._window.context.viewport = (0, 0, *self._window.framebuffer_size)
        screen.clear(*BACKGROUND)
