"""A still life in glass and metal under a photographer's soft boxes.

Host code. Metres, y up; the table top is y = 0.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import placed
from scenes.builtin.furniture.assembly import to_scene_tables
from scenes.builtin.furniture.cameras import camera_at
from scenes.builtin.furniture.metals import BRASS
from scenes.builtin.furniture.metals import COPPER
from scenes.builtin.furniture.metals import GOLD
from scenes.builtin.furniture.metals import SILVER
from scenes.builtin.furniture.metals import metal
from scenes.builtin.furniture.textures import tiled
from scenes.builtin.furniture.vessels import bowl
from scenes.builtin.furniture.vessels import carafe
from scenes.builtin.furniture.vessels import fruit
from scenes.builtin.furniture.vessels import vase
from scenes.builtin.furniture.vessels import wine_glass
from scenes.model.description import Environment
from scenes.model.description import SceneDescription
from scenes.model.description import Sphere
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import Plastic
from scenes.procedural.geometry.boxes import box
from scenes.procedural.geometry.curves import evenly_spaced
from scenes.procedural.geometry.meshes import transformed
from scenes.procedural.geometry.sheets import draped
from scenes.procedural.geometry.solids import superellipsoid
from scenes.procedural.geometry.sweeps import torus_knot
from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.transforms import placement
from scenes.procedural.geometry.transforms import rotation_x
from scenes.procedural.textures.environments import SoftBox
from scenes.procedural.textures.environments import studio
from scenes.procedural.textures.fabric import woven
from scenes.procedural.textures.images import linear_rgb
from scenes.procedural.textures.wood import wood

SEED = 7
SOFT_BOXES = (
    SoftBox((-0.8, 0.75, 0.35), (0.55, 0.75), (9.0, 8.6, 8.0)),
    SoftBox((0.9, 0.35, 0.25), (0.2, 0.7), (3.2, 3.8, 4.6)),
    SoftBox((0.15, 0.9, -0.5), (0.6, 0.25), (5.0, 5.0, 5.0)),
    SoftBox((0.1, 0.35, 1.0), (0.3, 0.2), (2.4, 2.1, 1.8)),
)
ENVIRONMENT_ROWS = 256


def still_life() -> SceneDescription:
    """Clear and frosted glass, mirror, gold, copper and brass, plastic, fruit, cloth and wood."""
    rng = np.random.default_rng(SEED)
    shapes, table = to_scene_tables(
        _setting(rng) + _metals(rng) + _glasses() + _plastics(rng), _materials(rng)
    )
    light = studio(
        SOFT_BOXES, ground=(0.05, 0.045, 0.04), dome=(0.12, 0.13, 0.15), height=ENVIRONMENT_ROWS
    )
    camera = camera_at((0.05, 0.46, 1.12), (0.0, 0.105, 0.0), fov_x=40.0)
    return SceneDescription(
        "still-life", shapes, table, camera, Environment(image=light, name="studio")
    )


def _materials(rng: np.random.Generator) -> dict[str, Material]:
    """All materials by name; widths of texture repeats in metres."""
    board = wood(linear_rgb("a8794a"), linear_rgb("5f3d22"), rng)
    weave, threads = woven((0.055, 0.10, 0.115), (0.04, 0.075, 0.095), rng)
    plain = {"apple": ("a62a20", 0.12), "lemon": ("dcb92c", 0.25), "red plastic": ("b02a22", 0.05),
             "blue plastic": ("1f5796", 0.1), "white plastic": ("e2dfd6", 0.2)}  # fmt: skip
    return {
        name: Material(Plastic(linear_rgb(code), alpha=alpha))
        for name, (code, alpha) in plain.items()
    } | {
        "table": Material(Plastic(tiled(board, 1.4, 0.5), alpha=0.12)),
        "cloth": Material(Diffuse(tiled(weave, 0.05)), normal_map=tiled(threads, 0.05)),
        "glass": Material(Dielectric(1.5)),
        "frosted glass": Material(Dielectric(1.5, alpha=0.15)),
        "green glass": Material(Dielectric(1.5, specular_transmittance=(0.72, 0.92, 0.8))),
        "mirror": Material(metal(SILVER)),
        "gold": Material(metal(GOLD, 0.14)),
        "copper": Material(metal(COPPER, 0.22)),
        "brass": Material(metal(BRASS, 0.07)),
    }


def _setting(rng: np.random.Generator) -> Pieces:
    """A table and a cloth that falls from behind over its back edge."""
    table = transformed(box((3.4, 0.06, 1.4), 0.01, 3), moved(0.0, -0.03, -0.05))
    angle = np.linspace(0.0, np.pi / 2.0, 16)
    bend = np.stack([-0.45 - 0.3 * np.cos(angle), 0.308 - 0.3 * np.sin(angle)], -1)
    fall = np.concatenate(
        [[(-0.75, 1.3), (-0.75, 0.9), (-0.75, 0.6)], bend, [(-0.2, 0.008), (0.06, 0.008)]]
    )
    waves = np.stack([rng.uniform(3, 16, 8), rng.uniform(-5, 5, 8), rng.uniform(0, 6, 8),
                      rng.uniform(0.0002, 0.0009, 8)], -1)  # fmt: skip
    waves[:3, 3] = 0.0
    cloth = draped(evenly_spaced(fall, fall, 60), 3.2, waves, columns=120)
    return [Piece("table", table), Piece("cloth", cloth)]


def _metals(rng: np.random.Generator) -> Pieces:
    """A mirror ball, a knot of rough gold, a copper bowl with fruit, a brass vase."""
    knot = transformed(torus_knot(2, 3, 0.085, 0.019), moved(0.0, 0.098, 0.0) @ rotation_x(72.0))
    fruits: Pieces = []
    for index, heading in enumerate(np.radians([20.0, 150.0, 270.0])):
        where = moved(0.045 * np.cos(heading), 0.022, 0.045 * np.sin(heading))
        kind = "lemon" if index == 1 else "apple"
        fruits.append(Piece(kind, transformed(fruit(0.036, rng), where)))
    return (
        [Piece("mirror", Sphere((-0.1, 0.078, -0.16), 0.07, name="mirror ball"))]
        + placed([Piece("gold", knot)], placement(0.13, 0.02, 25.0, 0.001))
        + placed(bowl("copper", 0.11) + fruits, placement(-0.3, 0.05, 0.0, 0.001))
        + placed(vase("brass", 0.27, 0), placement(0.3, -0.2, 0.0, 0.009))
    )


def _glasses() -> Pieces:
    """A clear ball, a wine glass, a green carafe, a frosted rounded block."""
    block = superellipsoid((0.05, 0.05, 0.05), (0.35, 0.35), rows=40)
    return (
        [Piece("glass", Sphere((-0.02, 0.0455, 0.16), 0.045, name="glass ball"))]
        + placed(wine_glass("glass"), placement(-0.16, 0.13, 0.0, 0.001))
        + placed(carafe("green glass", 0.3), placement(0.03, -0.3, 0.0, 0.009))
        + placed([Piece("frosted glass", block)], placement(0.29, 0.1, 32.0, 0.051))
    )


def _plastics(rng: np.random.Generator) -> Pieces:
    """Toy blocks, and a lemon beside them."""
    cube = box((0.045, 0.045, 0.045), 0.005, 4)
    tall = box((0.035, 0.09, 0.035), 0.005, 4)
    pill = superellipsoid((0.03, 0.018, 0.03), (0.9, 1.0), rows=24)
    return [
        Piece("red plastic", transformed(cube, placement(0.2, 0.2, 20.0, 0.0235))),
        Piece("blue plastic", transformed(tall, placement(-0.42, -0.12, 40.0, 0.055))),
        Piece("white plastic", transformed(pill, placement(0.1, 0.24, 0.0, 0.019))),
        Piece("lemon", transformed(fruit(0.03, rng), placement(-0.17, 0.26, 0.0, 0.001))),
    ]
