"""Zoom: the part of the picture that is drawn.

Host code. Places are shares of width and height in [0, 1], y upwards.
"""

from __future__ import annotations

from dataclasses import dataclass

Place = tuple[float, float]

CLOSER = 0.5  # of the part for each step
LEAST = 1.0 / 32.0  # part of the picture that is drawn at least


@dataclass(frozen=True)
class Zoom:
    """A part of the picture that fills its place in the window."""

    corner: Place = (0.0, 0.0)
    """Lower left."""
    extent: float = 1.0
    """Of its sides; 1 for all of it."""

    def seen_at(self, place: Place) -> Place:
        """The place of the whole picture that is drawn at `place`."""
        return (
            self.corner[0] + self.extent * place[0],
            self.corner[1] + self.extent * place[1],
        )

    def closer(self, place: Place) -> Zoom:
        """One step closer; what is drawn at `place` stays there."""
        extent = max(self.extent * CLOSER, LEAST)
        seen = self.seen_at(place)
        return Zoom((seen[0] - extent * place[0], seen[1] - extent * place[1]), extent)


WHOLE = Zoom()
