"""The default scene: a reading room in late sun, with a library and a garden room beside it.

Host code. Metres, y up. Light: a sky with a low sun through open windows, a piece of sky over the
skylight, lamp shades, bulbs, strips, opal globes, a chandelier and a fire.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin_cameras import camera_at
from scenes.builtin_pieces import gathered
from scenes.builtin_room_art import art
from scenes.builtin_room_finishes import finishes
from scenes.builtin_room_garden import garden
from scenes.builtin_room_hall import hall
from scenes.builtin_room_library import library
from scenes.builtin_room_shell import shell
from scenes.builtin_room_stuffs import stuffs
from scenes.description import Environment
from scenes.description import SceneDescription
from scenes.procedural_sky import Sun
from scenes.procedural_sky import daylight

SEED = 20
SUN = Sun(direction=(-0.82, 0.45, 0.36), irradiance=(64.0, 53.0, 39.0), radius=1.0)
SKY_ROWS = 512
START = (6.35, 1.62, 10.35)
TARGET = (3.6, 1.2, 3.4)
FOV_X = 74.0


def reading_room() -> SceneDescription:
    """About 200,000 triangles in three rooms; the same at every call."""
    rng = np.random.default_rng(SEED)
    materials = finishes(rng) | stuffs(rng) | art(rng)
    pieces = shell() + hall(rng) + library(rng) + garden(rng)
    shapes, table = gathered(pieces, materials)
    sky = Environment(image=daylight(SUN, SKY_ROWS, rng), name="late afternoon")
    camera = camera_at(START, TARGET, fov_x=FOV_X)
    return SceneDescription("reading-room", shapes, table, camera, sky)
