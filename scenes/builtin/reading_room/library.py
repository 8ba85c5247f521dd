"""Objects of the library: tall bookcases, a desk, a globe, an armchair by the window, lamps.

Host code. Metres; positions are (x, z) on the floor of plan.LIBRARY.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import placed
from scenes.builtin.furniture.decor import globe
from scenes.builtin.furniture.decor import ladder
from scenes.builtin.furniture.decor import open_book
from scenes.builtin.furniture.decor import picture
from scenes.builtin.furniture.decor import potted
from scenes.builtin.furniture.decor import rug
from scenes.builtin.furniture.lamps import desk_lamp
from scenes.builtin.furniture.lamps import globe_pendant
from scenes.builtin.furniture.lamps import shaded_lamp
from scenes.builtin.furniture.lamps import warm
from scenes.builtin.furniture.seating import chair
from scenes.builtin.furniture.seating import upholstered
from scenes.builtin.furniture.shelves import Bookcase
from scenes.builtin.furniture.shelves import bookcase
from scenes.builtin.furniture.shelves import shelf_lights
from scenes.builtin.furniture.shelves import stack_of_books
from scenes.builtin.furniture.tables import TABLE_HEIGHT
from scenes.builtin.furniture.tables import block
from scenes.builtin.furniture.tables import desk
from scenes.builtin.furniture.tables import side_table
from scenes.builtin.furniture.vessels import cup
from scenes.builtin.furniture.vessels import vase
from scenes.builtin.reading_room.plan import LIBRARY
from scenes.builtin.reading_room.plan import facing_east
from scenes.builtin.reading_room.plan import facing_north
from scenes.builtin.reading_room.plan import facing_south
from scenes.model.description import Flat
from scenes.model.textures import RGB
from scenes.procedural.geometry.plants import fern
from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.transforms import placement

DESK = (4.5, -3.3)  # (x, z) of the desk's centre
NORTH_CASE = Bookcase(width=5.6, height=2.85, bays=5, shelves=6)
WEST_CASE = Bookcase(width=3.1, height=2.85, bays=3, shelves=6)
SHELF_RADIANCE = warm(100.0)
LAYLIGHT = (2.7, 1.5)  # m along x and z; size of the emitting ceiling panel
DAYLIGHT: RGB = (11.0, 10.6, 10.0)  # W m^-2 sr^-1; radiance of that panel


def library(rng: np.random.Generator) -> Pieces:
    """Everything that stands or hangs in the library."""
    return _cases(rng) + _desk(rng) + _corner(rng) + _lamps()


def _cases(rng: np.random.Generator) -> Pieces:
    """Bookcases on the north and west walls, lit under every second shelf; a ladder."""
    north = bookcase(NORTH_CASE, "walnut", rng) + shelf_lights(NORTH_CASE, SHELF_RADIANCE)
    west = bookcase(WEST_CASE, "walnut", rng) + shelf_lights(WEST_CASE, SHELF_RADIANCE)
    return (
        placed(north, facing_south(LIBRARY) @ moved(0.4, 0.0, 0.0))
        + placed(west, facing_east(LIBRARY) @ moved(1.4, 0.0, 0.0))
        + placed(ladder("oak", 2.9), placement(6.2, LIBRARY.north + 0.4))
    )


def _desk(rng: np.random.Generator) -> Pieces:
    """The desk on its carpet with lamp, book and cup, its chair behind."""
    things = (
        placed(desk_lamp(50.0), placement(-0.4, -0.18))
        + placed(open_book(), placement(0.05, 0.12, 6.0))
        + placed(stack_of_books(4, rng), placement(0.55, -0.1, 70.0))
        + placed(cup("blue glaze"), placement(0.4, 0.2, -30.0))
    )
    return (
        placed(rug("blue carpet", 3.2, 2.2), placement(DESK[0], DESK[1] + 0.3))
        + placed(desk("walnut", "leather"), placement(*DESK, 180.0))
        + placed(things, placement(*DESK, 180.0, TABLE_HEIGHT))
        + placed(chair("walnut", "leather"), placement(DESK[0] + 0.1, DESK[1] - 0.62, 8.0))
    )


def _corner(rng: np.random.Generator) -> Pieces:
    """An armchair by the window with lamp and table; a globe on a stand; a picture; a fern."""
    stand = side_table("walnut", "brass", radius=0.24, height=0.7)
    hung = picture("circles", 1.4, 1.1, "brass")
    return (
        placed(upholstered(1, "rust cloth"), placement(7.3, -4.35, -55.0))
        + placed(side_table("oak", "black steel"), placement(7.55, -3.35))
        + placed(vase("white glaze", 0.25, 1), placement(7.6, -3.4, 0.0, 0.52))
        + placed(shaded_lamp(1.5, 0.22, 18.0), placement(7.65, -5.1))
        + placed(stand, placement(2.6, -1.0))
        + placed(globe(0.26), placement(2.6, -1.0, 40.0, 0.7))
        + placed(hung, facing_north(LIBRARY) @ moved(4.6, 1.75, 0.0))
        + placed(
            potted(fern(0.6, 18, rng), "fern", ("white glaze", 0.18, 0.4)), placement(7.5, -1.0)
        )
    )


def _lamps() -> Pieces:
    """Three opal globe lamps at different heights over the desk, and the ceiling panel."""
    hung = [((-0.55, 0.0), 1.1, 0.16), ((0.0, 0.0), 0.8, 0.2), ((0.55, 0.0), 1.25, 0.13)]
    parts: Pieces = []
    for (x, z), drop, radius in hung:
        where = placement(DESK[0] + x, DESK[1] + 0.2 + z, 0.0, LIBRARY.height)
        parts += placed(globe_pendant(drop, radius, 24.0), where)
    return parts + _laylight()


def _laylight() -> Pieces:
    """An emitting panel in the ceiling over the desk, its frame and bars."""
    x, z, high = DESK[0], DESK[1] + 0.2, LIBRARY.height
    wide, deep = LAYLIGHT
    corner = (x - wide / 2.0, high - 0.01, z - deep / 2.0)
    sky = Flat(corner, (wide, 0.0, 0.0), (0.0, 0.0, deep), radiance=DAYLIGHT, name="laylight")
    parts = [Piece("lamp", sky)]
    for side in (-1.0, 1.0):
        edge = (wide + 0.16, 0.06, 0.08)
        parts.append(block("white lacquer", edge, (x, high - 0.03, z + side * (deep / 2.0 + 0.04))))
        end = (0.08, 0.06, deep)
        parts.append(block("white lacquer", end, (x + side * (wide / 2.0 + 0.04), high - 0.03, z)))
        post = (0.03, 0.05, deep)
        parts.append(block("white lacquer", post, (x + side * wide / 6.0, high - 0.025, z)))
    return parts + [block("white lacquer", (wide, 0.05, 0.05), (x, high - 0.025, z))]
