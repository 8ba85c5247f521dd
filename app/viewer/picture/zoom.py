"""Zoom: the visible part of the image.

Host code. Positions are fractions of width and height in [0, 1], y upwards.
"""

from __future__ import annotations

from dataclasses import dataclass

Place = tuple[float, float]

ZOOM_STEP = 0.5  # factor on the visible extent per zoom step
MIN_EXTENT = 1.0 / 32.0  # smallest visible extent, as a fraction of the image's sides


@dataclass(frozen=True)
class Zoom:
    """A part of the image, drawn to fill the image's rectangle in the window."""

    corner: Place = (0.0, 0.0)
    """Lower left corner of the visible part."""
    extent: float = 1.0
    """Fraction of the image's sides that is visible; 1 for the whole image."""

    def to_image_position(self, place: Place) -> Place:
        """Position in the whole image that is drawn at `place` in the image's rectangle."""
        return (
            self.corner[0] + self.extent * place[0],
            self.corner[1] + self.extent * place[1],
        )

    def zoomed_in(self, place: Place) -> Zoom:
        """Zoom in by one step; the point drawn at `place` stays fixed."""
        extent = max(self.extent * ZOOM_STEP, MIN_EXTENT)
        seen = self.to_image_position(place)
        return Zoom((seen[0] - extent * place[0], seen[1] - extent * place[1]), extent)


NO_ZOOM = Zoom()
