"""The plan of the reading room: where its three rooms are, and where their walls have openings.

Host code. Metres; x to the right, y up, z towards the start camera.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.transforms import rotation_y
from scenes.procedural.geometry.walls import Opening

THICKNESS = 0.3  # m; thickness of every wall and of the roof


class Room(NamedTuple):
    """Coordinates of the inner faces of a rectangular room on y = 0."""

    west: float
    east: float
    north: float
    south: float
    height: float


HALL = Room(0.0, 8.0, 0.0, 11.0, 4.2)
LIBRARY = Room(1.6, 8.0, -5.6, -0.3, 3.3)
GARDEN = Room(8.3, 12.4, 5.0, 9.6, 3.2)

WINDOWS = tuple(
    Opening(s, 0.42, 1.45, 2.95) for s in (1.0, 3.5, 6.0, 8.5)
)  # s runs from south to north
ARCH = Opening(4.7, 0.0, 2.2, 3.0)  # in the hall's north wall, from its west end
# In the hall's east wall, from its north end; the middle third has no glass.
SCREEN = Opening(5.6, 0.0, 3.2, 2.6)
SKYLIGHT = Opening(0.9, 1.1, 2.3, 2.4)  # in the garden room's ceiling, from its west and south
LIBRARY_WINDOW = Opening(1.7, 0.9, 1.3, 1.6)  # in the library's east wall, from the north


def facing_east(room: Room) -> np.ndarray:
    """Matrix that puts a wall on the room's west side; the wall's x runs from south to north."""
    return moved(room.west, 0.0, room.south) @ rotation_y(90.0)


def facing_south(room: Room) -> np.ndarray:
    """Matrix that puts a wall on the room's north side; the wall's x runs from west to east."""
    return moved(room.west, 0.0, room.north)


def facing_west(room: Room) -> np.ndarray:
    """Matrix that puts a wall on the room's east side; the wall's x runs from north to south."""
    return moved(room.east, 0.0, room.north) @ rotation_y(-90.0)


def facing_north(room: Room) -> np.ndarray:
    """Matrix that puts a wall on the room's south side; the wall's x runs from east to west."""
    return moved(room.east, 0.0, room.south) @ rotation_y(180.0)
