"""Zoom: the visible part of the image.

Host code. Positions are fractions of width and height in [0, 1], y upwards.
"""

from __future__ import annotations

from dataclasses import dataclass

Position = tuple[float, float]

ZOOM_STEP = 0.5  # factor on the visible extent per zoom step
MIN_EXTENT = 1.0 / 32.0  # smallest visible extent, as a fraction of the image's sides


@dataclass(frozen=True)
class Zoom:
    """A part of the image, drawn to fill the image's rectangle in the window."""

    corner: Position = (0.0, 0.0)
    """Lower left corner of the visible part."""
    extent: float = 1.0
    """Fraction of the image's sides that is visible; 1 for the whole image."""

    def to_image_position(self, position: Position) -> Position:
        """Position in the whole image that is drawn at `position` in the image's rectangle."""
        return (
            self.corner[0] + self.extent * position[0],
            self.corner[1] + self.extent * position[1],
        )

    def zoomed_in(self, position: Position) -> Zoom:
        """Zoom in by one step; the point drawn at `position` stays fixed."""
        extent = max(self.extent * ZOOM_STEP, MIN_EXTENT)
        seen = self.to_image_position(position)
        return Zoom((seen[0] - extent * position[0], seen[1] - extent * position[1]), extent)


NO_ZOOM = Zoom()
