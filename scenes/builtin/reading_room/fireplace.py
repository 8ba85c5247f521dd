"""The fireplace of the reading room's hall.

Host code. Metres.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import placed
from scenes.builtin.furniture.lamps import fire
from scenes.builtin.furniture.tables import block
from scenes.builtin.furniture.vessels import vase
from scenes.builtin.reading_room.plan import HALL
from scenes.builtin.reading_room.plan import facing_north
from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.transforms import placement

OPENING = 0.85  # m; height of the fireplace opening


def fireplace(rng: np.random.Generator) -> Pieces:
    """A marble surround on a chimney breast with a fire in it, in the middle of the south wall."""
    post, high = (0.55, HALL.height, 0.4), HALL.height - OPENING
    parts = [
        block("cream plaster", post, (-0.725, HALL.height / 2.0, 0.2), bevel=0.0),
        block("cream plaster", post, (0.725, HALL.height / 2.0, 0.2), bevel=0.0),
        block("cream plaster", (0.9, high, 0.4), (0.0, OPENING + high / 2.0, 0.2), bevel=0.0),
        block("soot", (0.9, OPENING, 0.02), (0.0, OPENING / 2.0, 0.01), bevel=0.0),
        block("white marble", (1.9, 0.07, 0.55), (0.0, 1.2, 0.24), bevel=0.012),
        block("white marble", (1.5, 0.32, 0.06), (0.0, 1.005, 0.43), bevel=0.008),
        block("dark marble", (1.9, 0.03, 0.75), (0.0, 0.015, 0.6), bevel=0.006),
    ]
    for side in (-1.0, 1.0):
        jamb = (0.26, 0.845, 0.08)
        parts.append(block("white marble", jamb, (side * 0.62, 0.4525, 0.44), bevel=0.008))
        parts += placed(vase("brass", 0.3, 2, 28), placement(side * 0.7, 0.26, 0.0, 1.235))
    burning = placed(fire(0.75, 60.0, rng), placement(0.0, 0.24, 0.0, 0.03))
    return placed(parts + burning, facing_north(HALL) @ moved(4.75, 0.0, 0.0))
