"""The default scene: a reading room in late sun, with a library and a garden room beside it.

Host code. Metres, y up. Light: a sky with a low sun through open windows, an emitting panel over
the skylight, lamp shades, bulbs, strips, opal globes, a chandelier and a fire.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import to_scene_tables
from scenes.builtin.furniture.cameras import camera_at
from scenes.builtin.reading_room.art import art
from scenes.builtin.reading_room.finishes import finishes
from scenes.builtin.reading_room.garden import garden
from scenes.builtin.reading_room.hall import hall
from scenes.builtin.reading_room.library import library
from scenes.builtin.reading_room.materials import stuffs
from scenes.builtin.reading_room.shell import shell
from scenes.model.description import Environment
from scenes.model.description import SceneDescription
from scenes.procedural.textures.environments import Sun
from scenes.procedural.textures.environments import daylight

SEED = 20
SUN = Sun(direction=(-0.82, 0.45, 0.36), irradiance=(64.0, 53.0, 39.0), radius=1.0)
SKY_ROWS = 512
START = (6.35, 1.62, 10.35)  # camera position
TARGET = (3.6, 1.2, 3.4)  # point in the image centre
FOV_X = 74.0


def reading_room() -> SceneDescription:
    """Description of the default scene, about 200,000 triangles; the same at every call."""
    rng = np.random.default_rng(SEED)
    materials = finishes(rng) | stuffs(rng) | art(rng)
    pieces = shell() + hall(rng) + library(rng) + garden(rng)
    shapes, table = to_scene_tables(pieces, materials)
    sky = Environment(image=daylight(SUN, SKY_ROWS, rng), name="late afternoon")
    camera = camera_at(START, TARGET, fov_x=FOV_X)
    return SceneDescription("reading-room", shapes, table, camera, sky)
