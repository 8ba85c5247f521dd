"""The hall of the reading room: seats around a carpet, a dining table, sculptures, books, a fireplace.

Host code. Metres; positions are (x, z) on the floor of builtin_room_shell.HALL.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin_decor import curtains
from scenes.builtin_decor import knot_sculpture
from scenes.builtin_decor import open_book
from scenes.builtin_decor import picture
from scenes.builtin_decor import potted
from scenes.builtin_decor import ring_sculpture
from scenes.builtin_decor import rug
from scenes.builtin_decor import stacked_sculpture
from scenes.builtin_lamps import chandelier
from scenes.builtin_lamps import fire
from scenes.builtin_lamps import globe_pendant
from scenes.builtin_lamps import shaded_lamp
from scenes.builtin_lamps import strip_pendant
from scenes.builtin_pieces import Piece
from scenes.builtin_pieces import Pieces
from scenes.builtin_pieces import placed
from scenes.builtin_room_shell import HALL
from scenes.builtin_room_shell import WINDOWS
from scenes.builtin_room_shell import facing_east
from scenes.builtin_room_shell import facing_north
from scenes.builtin_room_shell import facing_south
from scenes.builtin_room_shell import facing_west
from scenes.builtin_seating import around
from scenes.builtin_seating import chair
from scenes.builtin_seating import pillow
from scenes.builtin_seating import throw
from scenes.builtin_seating import upholstered
from scenes.builtin_shelves import Bookcase
from scenes.builtin_shelves import bookcase
from scenes.builtin_shelves import stack_of_books
from scenes.builtin_tables import COFFEE_HEIGHT
from scenes.builtin_tables import TABLE_HEIGHT
from scenes.builtin_tables import block
from scenes.builtin_tables import coffee_table
from scenes.builtin_tables import console
from scenes.builtin_tables import dining_table
from scenes.builtin_tables import plinth
from scenes.builtin_tables import side_table
from scenes.builtin_vessels import bowl
from scenes.builtin_vessels import carafe
from scenes.builtin_vessels import cup
from scenes.builtin_vessels import fruit_bowl
from scenes.builtin_vessels import tumbler
from scenes.builtin_vessels import vase
from scenes.builtin_vessels import wine_glass
from scenes.description import Sphere
from scenes.procedural_plants import blades
from scenes.procedural_plants import bouquet
from scenes.procedural_plants import bush
from scenes.procedural_plants import fern
from scenes.procedural_plants import trailing
from scenes.procedural_transforms import moved
from scenes.procedural_transforms import standing
from scenes.transforms import scaling

SEATS = (2.6, 3.2)  # middle of the carpet
TABLE = (2.9, 7.4)  # middle of the dining table
KNOT = (7.25, 5.15)
STONES = (5.3, 4.95)


def hall(rng: np.random.Generator) -> Pieces:
    """Everything that stands or hangs in the hall."""
    return (
        _seats(rng) + _dining(rng) + _sculptures() + _east_wall(rng) + _pictures() + _fireplace(rng)
        + _windows(rng) + _plants(rng)
    )  # fmt: skip


def _seats(rng: np.random.Generator) -> Pieces:
    """Sofa, two armchairs, coffee table, lamps, all around the red carpet."""
    x, z = SEATS
    sofa = upholstered(3, "teal cloth") + throw("mustard cloth", 1.18, rng)
    sofa += pillow("rust cloth", -0.72, 14.0) + pillow("mustard cloth", 0.66, -12.0)
    lamp_table = side_table("walnut", "brass") + placed(
        shaded_lamp(0.5, 0.16, 16.0), moved(0.0, 0.52, 0.0)
    )
    return (
        placed(rug("red carpet", 3.6, 2.5), standing(x, z))
        + placed(rug("runner", 4.6, 1.0), standing(6.1, 3.4, 90.0))
        + placed(sofa, standing(x, z - 1.75))
        + placed(upholstered(1, "leather"), standing(x - 1.75, z + 0.4, 78.0))
        + placed(upholstered(1, "leather"), standing(x + 1.8, z + 0.35, -105.0))
        + placed(coffee_table("dark marble", "brass"), standing(x, z))
        + placed(_coffee_things(rng), standing(x, z, 20.0, COFFEE_HEIGHT))
        + placed(shaded_lamp(1.62, 0.27, 14.0), standing(x + 1.75, z - 1.75))
        + _passage_lamps()
        + placed(lamp_table, standing(x - 1.72, z - 1.8))
        + placed(
            chandelier(1.0, 8, 110.0),
            standing(x, z + 0.1, 0.0, HALL.height) @ scaling(np.full(3, 1.5)),
        )
    )


def _passage_lamps() -> Pieces:
    """Two opal globes along the way to the arch."""
    lamp = globe_pendant(1.15, 0.19, 14.0)
    return around(lamp, [standing(6.05, z, 0.0, HALL.height) for z in (2.86, 4.62)])


def _coffee_things(rng: np.random.Generator) -> Pieces:
    """Books, a silver bowl, a cup, a small vase."""
    return (
        placed(stack_of_books(3, rng), standing(-0.2, 0.05))
        + placed(bowl("silver", 0.1), standing(0.22, -0.12))
        + placed(cup("white glaze"), standing(0.1, 0.25, 200.0))
        + placed(vase("tinted glass", 0.24, 1), standing(-0.02, -0.27))
    )


def _dining(rng: np.random.Generator) -> Pieces:
    """The long table with five chairs, what is on it, and the strip above it."""
    x, z = TABLE
    places = [standing(x - 0.62, z - 0.62, 4.0), standing(x + 0.55, z - 0.6, -3.0), standing(x - 0.6, z + 0.62, 178.0),
              standing(x + 0.58, z + 0.78, 163.0), standing(x + 1.45, z, -86.0)]  # fmt: skip
    return (
        placed(dining_table("oak"), standing(x, z))
        + around(chair("walnut", "rust cloth"), places)
        + placed(_table_things(rng), standing(x, z, 0.0, TABLE_HEIGHT))
        + placed(strip_pendant(2.2, 1.8, 30.0), standing(x, z, 0.0, HALL.height))
    )


def _table_things(rng: np.random.Generator) -> Pieces:
    """Fruit in a copper bowl, flowers, a carafe with glasses, an open book, candle-like vases."""
    flowers = bouquet(0.42, 11, rng)
    bunch = vase("blue glaze", 0.26, 0) + [
        Piece("red petal", flowers.leaves),
        Piece("stem", flowers.stems),
    ]
    return (
        placed(fruit_bowl("copper", 0.17, rng), standing(0.1, 0.02))
        + placed(bunch, standing(-0.45, -0.1))
        + placed(carafe("glass"), standing(0.55, -0.22))
        + placed(wine_glass("glass"), standing(0.72, 0.05))
        + placed(wine_glass("glass"), standing(0.85, -0.18))
        + placed(tumbler("glass"), standing(0.62, 0.2))
        + placed(open_book(), standing(-0.75, 0.25, -12.0))
        + placed(cup("white glaze"), standing(-0.35, 0.3, 40.0))
        + placed(stack_of_books(4, rng), standing(-1.0, -0.2, 30.0))
    )


def _sculptures() -> Pieces:
    """Gold knot, mirror sphere, clear stones on plinths; frosted rings and a vase on a console."""
    ball = [Piece("mirror", Sphere((0.0, 1.09, 0.0), 0.29, name="mirror sphere"))]
    return (
        placed(plinth("white marble", 0.42, 0.95), standing(*KNOT, 20.0))
        + placed(knot_sculpture("gold", 0.3), standing(*KNOT, 35.0, 0.95))
        + placed(plinth("dark marble", 0.4, 0.8) + ball, standing(0.62, 5.52, 8.0))
        + placed(plinth("white marble", 0.34, 0.8), standing(*STONES, 12.0))
        + placed(stacked_sculpture("tinted glass", 0.52), standing(*STONES, 60.0, 0.8))
        + placed(console("walnut", "black steel"), standing(1.75, 0.21))
        + placed(ring_sculpture("frosted glass", 0.16, 0.022), standing(1.35, 0.22, 30.0, 0.818))
        + placed(vase("blue glaze", 0.34, 1), standing(2.1, 0.22, 0.0, 0.818))
    )


def _east_wall(rng: np.random.Generator) -> Pieces:
    """A bookcase from corner to sculpture with plants on top."""
    case = Bookcase(width=3.9, height=2.7, bays=4, shelves=6)
    parts = placed(bookcase(case, "walnut", rng), facing_west(HALL) @ moved(0.55, 0.0, 0.0))
    for z in (1.2, 3.6):
        vines = potted(trailing(0.9, 8, rng), "leaf", ("terracotta", 0.11, 0.16))
        parts += placed(vines, standing(7.8, z, 0.0, case.height))
    return parts


def _pictures() -> Pieces:
    """Paintings on three walls; heights are those of their middles."""
    hung = [
        (picture("hills", 2.0, 1.1, "black steel"), facing_south(HALL) @ moved(2.5, 2.05, 0.0)),
        (picture("mosaic", 0.62, 0.8, "brass"), facing_south(HALL) @ moved(7.42, 1.75, 0.0)),
        (picture("fields", 0.72, 0.95, "walnut"), facing_west(HALL) @ moved(5.03, 1.95, 0.0)),
        (picture("blocks", 1.0, 1.28, "black steel"), facing_north(HALL) @ moved(2.0, 1.85, 0.0)),
        (picture("currents", 1.25, 1.0, "walnut"), facing_west(HALL) @ moved(9.95, 1.75, 0.0)),
        (picture("circles", 1.5, 1.15, "walnut"), facing_north(HALL) @ moved(4.75, 2.2, 0.4)),
    ]
    return [piece for pieces, matrix in hung for piece in placed(pieces, matrix)]


def _fireplace(rng: np.random.Generator) -> Pieces:
    """A marble surround on a chimney breast with a fire in it, in the middle of the south wall."""
    breast: Pieces = [
        block("cream plaster", (0.55, HALL.height, 0.4), (-0.725, HALL.height / 2.0, 0.2), bevel=0.0),
        block("cream plaster", (0.55, HALL.height, 0.4), (0.725, HALL.height / 2.0, 0.2), bevel=0.0),
        block("cream plaster", (0.9, HALL.height - 0.85, 0.4), (0.0, (HALL.height + 0.85) / 2.0, 0.2), bevel=0.0),
        block("soot", (0.9, 0.85, 0.02), (0.0, 0.425, 0.01), bevel=0.0),
        block("white marble", (1.9, 0.07, 0.55), (0.0, 1.2, 0.24), bevel=0.012),
        block("white marble", (1.5, 0.32, 0.06), (0.0, 1.005, 0.43), bevel=0.008),
        block("dark marble", (1.9, 0.03, 0.75), (0.0, 0.015, 0.6), bevel=0.006),
    ]  # fmt: skip
    for side in (-1.0, 1.0):
        breast.append(
            block("white marble", (0.26, 0.845, 0.08), (side * 0.62, 0.4525, 0.44), bevel=0.008)
        )
        breast += placed(vase("brass", 0.3, 2, 28), standing(side * 0.7, 0.26, 0.0, 1.235))
    burning = placed(fire(0.75, 25.0, rng), standing(0.0, 0.24, 0.0, 0.03))
    return placed(breast + burning, facing_north(HALL) @ moved(4.75, 0.0, 0.0))


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
        placed(tall, standing(0.55, 0.5))
        + placed(
            potted(fern(0.75, 22, rng), "fern", ("terracotta", 0.2, 0.55)), standing(0.55, 8.05)
        )
        + placed(
            potted(blades(0.8, 13, rng), "blade", ("blue glaze", 0.17, 0.32)), standing(0.5, 3.05)
        )
        + placed(potted(bush(1.3, 6, rng), "leaf", ("terracotta", 0.22, 0.4)), standing(7.4, 10.3))
    )
