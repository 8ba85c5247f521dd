"""Objects of the garden room: a table, plants, a bench, a sculpture, a string of bulbs.

Host code. Metres; positions are (x, z) on the floor of plan.GARDEN.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import placed
from scenes.builtin.furniture.decor import potted
from scenes.builtin.furniture.decor import ring_sculpture
from scenes.builtin.furniture.lamps import bulb_string
from scenes.builtin.furniture.seating import bench
from scenes.builtin.furniture.seating import copies_at
from scenes.builtin.furniture.seating import stool
from scenes.builtin.furniture.tables import block
from scenes.builtin.furniture.tables import plinth
from scenes.builtin.furniture.tables import side_table
from scenes.builtin.furniture.vessels import pot
from scenes.builtin.furniture.vessels import tumbler
from scenes.builtin.furniture.vessels import vase
from scenes.builtin.reading_room.plan import GARDEN
from scenes.procedural.geometry.plants import blades
from scenes.procedural.geometry.plants import bouquet
from scenes.procedural.geometry.plants import bush
from scenes.procedural.geometry.plants import fern
from scenes.procedural.geometry.plants import trailing
from scenes.procedural.geometry.transforms import placement

TABLE = (10.6, 7.9)  # (x, z) of the table's centre
BULB_COUNT = 11


def garden(rng: np.random.Generator) -> Pieces:
    """Everything that stands or hangs in the garden room."""
    return _table(rng) + _plants(rng) + _things(rng)


def _table(rng: np.random.Generator) -> Pieces:
    """A small round table with flowers in a glass vase, three stools around it."""
    x, z = TABLE
    flowers = bouquet(0.4, 9, rng)
    bunch = vase("glass", 0.24, 0) + [
        Piece("white petal", flowers.leaves),
        Piece("stem", flowers.stems),
    ]
    places = [
        placement(x - 0.75, z + 0.1, 10.0),
        placement(x + 0.35, z + 0.7, 70.0),
        placement(x + 0.5, z - 0.6, 130.0),
    ]
    return (
        placed(side_table("white marble", "black steel", radius=0.38, height=0.74), placement(x, z))
        + placed(bunch, placement(x, z - 0.05, 0.0, 0.74))
        + placed(tumbler("glass"), placement(x - 0.18, z + 0.12, 0.0, 0.74))
        + copies_at(stool("oak", "black steel"), places)
    )


def _plants(rng: np.random.Generator) -> Pieces:
    """Potted plants along the east wall and in the corners; trailing vines on a high board."""
    east = GARDEN.east
    return (
        placed(
            potted(bush(2.0, 9, rng), "leaf", ("terracotta", 0.3, 0.5)), placement(east - 0.75, 9.0)
        )
        + placed(
            potted(fern(0.85, 26, rng), "fern", ("blue glaze", 0.22, 0.5)),
            placement(east - 0.6, 7.7),
        )
        + placed(
            potted(blades(1.0, 16, rng), "blade", ("terracotta", 0.2, 0.35)),
            placement(east - 0.45, 6.85),
        )
        + placed(
            potted(bush(1.3, 7, rng), "leaf", ("white glaze", 0.22, 0.45)), placement(8.85, 5.45)
        )
        + placed(potted(fern(0.7, 20, rng), "fern", ("terracotta", 0.2, 0.3)), placement(8.85, 9.1))
        + placed(
            potted(trailing(1.3, 10, rng), "leaf", ("terracotta", 0.12, 0.17)),
            placement(10.0, 5.2, 0.0, 2.23),
        )
        + placed(
            potted(trailing(1.0, 9, rng), "leaf", ("white glaze", 0.12, 0.17)),
            placement(11.2, 5.2, 0.0, 2.23),
        )
    )


def _things(rng: np.random.Generator) -> Pieces:
    """A bench, a weathered sculpture, a board for the vines, a pot, the string of bulbs."""
    high = GARDEN.height - 0.35
    start = np.array([GARDEN.west + 0.05, high, GARDEN.north + 0.1])
    end = np.array([GARDEN.east - 0.05, high, GARDEN.south - 0.1])
    board = block("oak", (2.4, 0.035, 0.3), (10.6, 2.21, GARDEN.north + 0.16))
    return (
        [board]
        + placed(bench("oak", "black steel"), placement(10.5, 5.45))
        + placed(plinth("limestone", 0.4, 0.9), placement(11.85, 5.6))
        + placed(ring_sculpture("patina", 0.27, 0.045), placement(11.85, 5.6, 20.0, 0.9))
        + placed(pot("terracotta", 0.13, 0.2), placement(9.55, 9.25))
        + bulb_string(start, end, BULB_COUNT, 90.0)
    )
