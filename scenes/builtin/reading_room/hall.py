"""The hall of the reading room: seats around a carpet, sculptures, books, pictures, plants.

Host code. Metres; positions are (x, z) on the floor of plan.HALL.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import placed
from scenes.builtin.furniture.decor import curtains
from scenes.builtin.furniture.decor import knot_sculpture
from scenes.builtin.furniture.decor import picture
from scenes.builtin.furniture.decor import potted
from scenes.builtin.furniture.decor import ring_sculpture
from scenes.builtin.furniture.decor import rug
from scenes.builtin.furniture.decor import stacked_sculpture
from scenes.builtin.furniture.lamps import chandelier
from scenes.builtin.furniture.lamps import globe_pendant
from scenes.builtin.furniture.lamps import shaded_lamp
from scenes.builtin.furniture.seating import copies_at
from scenes.builtin.furniture.seating import pillow
from scenes.builtin.furniture.seating import throw
from scenes.builtin.furniture.seating import upholstered
from scenes.builtin.furniture.shelves import Bookcase
from scenes.builtin.furniture.shelves import bookcase
from scenes.builtin.furniture.shelves import stack_of_books
from scenes.builtin.furniture.tables import COFFEE_HEIGHT
from scenes.builtin.furniture.tables import coffee_table
from scenes.builtin.furniture.tables import console
from scenes.builtin.furniture.tables import plinth
from scenes.builtin.furniture.tables import side_table
from scenes.builtin.furniture.vessels import bowl
from scenes.builtin.furniture.vessels import cup
from scenes.builtin.furniture.vessels import vase
from scenes.builtin.reading_room.dining import dining
from scenes.builtin.reading_room.fireplace import fireplace
from scenes.builtin.reading_room.plan import HALL
from scenes.builtin.reading_room.plan import WINDOWS
from scenes.builtin.reading_room.plan import facing_east
from scenes.builtin.reading_room.plan import facing_north
from scenes.builtin.reading_room.plan import facing_south
from scenes.builtin.reading_room.plan import facing_west
from scenes.model.description import Sphere
from scenes.model.transforms import scaling
from scenes.procedural.geometry.plants import blades
from scenes.procedural.geometry.plants import bush
from scenes.procedural.geometry.plants import fern
from scenes.procedural.geometry.plants import trailing
from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.transforms import placement

SEATS = (2.6, 3.2)  # (x, z) of the carpet's centre
KNOT = (7.25, 5.15)  # (x, z) of the gold knot sculpture
STONES = (5.3, 4.95)  # (x, z) of the sculpture of glass stones


def hall(rng: np.random.Generator) -> Pieces:
    """Everything that stands or hangs in the hall."""
    furniture = _seats(rng) + dining(rng) + _sculptures() + _east_wall(rng)
    return furniture + _pictures() + fireplace(rng) + _windows(rng) + _plants(rng)


def _seats(rng: np.random.Generator) -> Pieces:
    """Sofa, two armchairs, coffee table, lamps, all around the red carpet."""
    x, z = SEATS
    sofa = upholstered(3, "teal cloth") + throw("mustard cloth", 1.18, rng)
    sofa += pillow("rust cloth", -0.72, 14.0) + pillow("mustard cloth", 0.66, -12.0)
    lamp_table = side_table("walnut", "brass") + placed(
        shaded_lamp(0.5, 0.16, 16.0), moved(0.0, 0.52, 0.0)
    )
    return (
        placed(rug("red carpet", 3.6, 2.5), placement(x, z))
        + placed(rug("runner", 4.6, 1.0), placement(6.1, 3.4, 90.0))
        + placed(sofa, placement(x, z - 1.75))
        + placed(upholstered(1, "leather"), placement(x - 1.75, z + 0.4, 78.0))
        + placed(upholstered(1, "leather"), placement(x + 1.8, z + 0.35, -105.0))
        + placed(coffee_table("dark marble", "brass"), placement(x, z))
        + placed(_coffee_things(rng), placement(x, z, 20.0, COFFEE_HEIGHT))
        + placed(shaded_lamp(1.62, 0.27, 14.0), placement(x + 1.75, z - 1.75))
        + _passage_lamps()
        + placed(lamp_table, placement(x - 1.72, z - 1.8))
        + placed(
            chandelier(1.0, 8, 110.0),
            placement(x, z + 0.1, 0.0, HALL.height) @ scaling(np.full(3, 1.5)),
        )
    )


def _passage_lamps() -> Pieces:
    """Two opal globe lamps along the passage to the arch."""
    lamp = globe_pendant(1.15, 0.19, 14.0)
    return copies_at(lamp, [placement(6.05, z, 0.0, HALL.height) for z in (2.86, 4.62)])


def _coffee_things(rng: np.random.Generator) -> Pieces:
    """Books, a silver bowl, a cup, a small vase."""
    return (
        placed(stack_of_books(3, rng), placement(-0.2, 0.05))
        + placed(bowl("silver", 0.1), placement(0.22, -0.12))
        + placed(cup("white glaze"), placement(0.1, 0.25, 200.0))
        + placed(vase("tinted glass", 0.24, 1), placement(-0.02, -0.27))
    )


def _sculptures() -> Pieces:
    """Gold knot, mirror sphere, glass stones on plinths; frosted rings and a vase on a console."""
    ball = [Piece("mirror", Sphere((0.0, 1.09, 0.0), 0.29, name="mirror sphere"))]
    return (
        placed(plinth("white marble", 0.42, 0.95), placement(*KNOT, 20.0))
        + placed(knot_sculpture("gold", 0.3), placement(*KNOT, 35.0, 0.95))
        + placed(plinth("dark marble", 0.4, 0.8) + ball, placement(0.62, 5.52, 8.0))
        + placed(plinth("white marble", 0.34, 0.8), placement(*STONES, 12.0))
        + placed(stacked_sculpture("tinted glass", 0.52), placement(*STONES, 60.0, 0.8))
        + placed(console("walnut", "black steel"), placement(1.75, 0.21))
        + placed(ring_sculpture("frosted glass", 0.16, 0.022), placement(1.35, 0.22, 30.0, 0.818))
        + placed(vase("blue glaze", 0.34, 1), placement(2.1, 0.22, 0.0, 0.818))
    )


def _east_wall(rng: np.random.Generator) -> Pieces:
    """A bookcase between the corner and the knot sculpture, with plants on top."""
    case = Bookcase(width=3.9, height=2.7, bays=4, shelves=6)
    parts = placed(bookcase(case, "walnut", rng), facing_west(HALL) @ moved(0.55, 0.0, 0.0))
    for z in (1.2, 3.6):
        vines = potted(trailing(0.9, 8, rng), "leaf", ("terracotta", 0.11, 0.16))
        parts += placed(vines, placement(7.8, z, 0.0, case.height))
    return parts


def _pictures() -> Pieces:
    """Paintings on three walls; heights are those of their centres."""
    hung = [
        (picture("hills", 2.0, 1.1, "black steel"), facing_south(HALL) @ moved(2.5, 2.05, 0.0)),
        (picture("mosaic", 0.62, 0.8, "brass"), facing_south(HALL) @ moved(7.42, 1.75, 0.0)),
        (picture("fields", 0.72, 0.95, "walnut"), facing_west(HALL) @ moved(5.03, 1.95, 0.0)),
        (picture("blocks", 1.0, 1.28, "black steel"), facing_north(HALL) @ moved(2.0, 1.85, 0.0)),
        (picture("currents", 1.25, 1.0, "walnut"), facing_west(HALL) @ moved(9.95, 1.75, 0.0)),
        (picture("circles", 1.5, 1.15, "walnut"), facing_north(HALL) @ moved(4.75, 2.2, 0.4)),
    ]
    return [piece for pieces, matrix in hung for piece in placed(pieces, matrix)]


def _windows(rng: np.random.Generator) -> Pieces:
    """Linen curtains at every window."""
    parts: Pieces = []
    for opening in WINDOWS:
        middle = opening.left + opening.width / 2.0
        parts += placed(
            curtains(opening.width, 3.55, "linen", rng), facing_east(HALL) @ moved(middle, 0.0, 0.0)
        )
    return parts


def _plants(rng: np.random.Generator) -> Pieces:
    """A tall bush in the corner, ferns and blades by the windows."""
    tall = potted(bush(1.7, 7, rng), "leaf", ("white glaze", 0.24, 0.42))
    return (
        placed(tall, placement(0.55, 0.5))
        + placed(
            potted(fern(0.75, 22, rng), "fern", ("terracotta", 0.2, 0.55)), placement(0.55, 8.05)
        )
        + placed(
            potted(blades(0.8, 13, rng), "blade", ("blue glaze", 0.17, 0.32)), placement(0.5, 3.05)
        )
        + placed(potted(bush(1.3, 6, rng), "leaf", ("terracotta", 0.22, 0.4)), placement(7.4, 10.3))
    )
