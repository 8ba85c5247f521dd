"""The dining table of the reading room's hall, laid, with its chairs and lamp.

Host code. Metres; positions are (x, z) on the floor.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import placed
from scenes.builtin.furniture.decor import open_book
from scenes.builtin.furniture.lamps import strip_pendant
from scenes.builtin.furniture.seating import chair
from scenes.builtin.furniture.seating import copies_at
from scenes.builtin.furniture.shelves import stack_of_books
from scenes.builtin.furniture.tables import TABLE_HEIGHT
from scenes.builtin.furniture.tables import dining_table
from scenes.builtin.furniture.vessels import carafe
from scenes.builtin.furniture.vessels import cup
from scenes.builtin.furniture.vessels import fruit_bowl
from scenes.builtin.furniture.vessels import tumbler
from scenes.builtin.furniture.vessels import vase
from scenes.builtin.furniture.vessels import wine_glass
from scenes.builtin.reading_room.plan import HALL
from scenes.procedural.geometry.plants import bouquet
from scenes.procedural.geometry.transforms import placement

TABLE = (2.9, 7.4)  # (x, z) of the table's centre


def dining(rng: np.random.Generator) -> Pieces:
    """The long table with five chairs, the objects on it, and the strip lamp above it."""
    x, z = TABLE
    places = [
        placement(x - 0.62, z - 0.62, 4.0),
        placement(x + 0.55, z - 0.6, -3.0),
        placement(x - 0.6, z + 0.62, 178.0),
        placement(x + 0.58, z + 0.78, 163.0),
        placement(x + 1.45, z, -86.0),
    ]
    return (
        placed(dining_table("oak"), placement(x, z))
        + copies_at(chair("walnut", "rust cloth"), places)
        + placed(_table_things(rng), placement(x, z, 0.0, TABLE_HEIGHT))
        + placed(strip_pendant(2.2, 1.8, 30.0), placement(x, z, 0.0, HALL.height))
    )


def _table_things(rng: np.random.Generator) -> Pieces:
    """Fruit in a copper bowl, flowers in a vase, a carafe with glasses, books, a cup."""
    flowers = bouquet(0.42, 11, rng)
    bunch = vase("blue glaze", 0.26, 0) + [
        Piece("red petal", flowers.leaves),
        Piece("stem", flowers.stems),
    ]
    return (
        placed(fruit_bowl("copper", 0.17, rng), placement(0.1, 0.02))
        + placed(bunch, placement(-0.45, -0.1))
        + placed(carafe("glass"), placement(0.55, -0.22))
        + placed(wine_glass("glass"), placement(0.72, 0.05))
        + placed(wine_glass("glass"), placement(0.85, -0.18))
        + placed(tumbler("glass"), placement(0.62, 0.2))
        + placed(open_book(), placement(-0.75, 0.25, -12.0))
        + placed(cup("white glaze"), placement(-0.35, 0.3, 40.0))
        + placed(stack_of_books(4, rng), placement(-1.0, -0.2, 30.0))
    )
