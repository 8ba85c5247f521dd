"""Random rooms with walls, lamps and objects: scenes to train denoisers on.

Host code. Metres, y up, the floor at y = 0. The same seed gives the same room.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import as_emitter
from scenes.builtin.furniture.assembly import to_scene_tables
from scenes.builtin.furniture.cameras import Point
from scenes.builtin.furniture.cameras import as_point
from scenes.builtin.furniture.cameras import camera_at
from scenes.builtin.furniture.metals import metal
from scenes.builtin.furniture.textures import tiled
from scenes.model.description import Environment
from scenes.model.description import Mesh
from scenes.model.description import SceneDescription
from scenes.model.description import Sphere
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import Plastic
from scenes.model.textures import RGB
from scenes.model.textures import Spectrum
from scenes.optics.indices import METALS
from scenes.procedural.geometry.boxes import box
from scenes.procedural.geometry.meshes import transformed
from scenes.procedural.geometry.solids import superellipsoid
from scenes.procedural.geometry.sweeps import torus_knot
from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.transforms import rotation_y
from scenes.procedural.geometry.walls import panel
from scenes.procedural.textures.environments import Sun
from scenes.procedural.textures.environments import daylight
from scenes.procedural.textures.fabric import woven
from scenes.procedural.textures.masonry import bricks
from scenes.procedural.textures.masonry import marble
from scenes.procedural.textures.wood import plank_floor
from scenes.procedural.textures.wood import wood

THING_COUNTS = (8, 20)  # objects in a room: minimum, maximum
THING_SIZES = (0.12, 0.45)  # m; radius of an object: minimum, maximum
LAMP_COUNTS = (1, 4)
LAMP_POWER = (6.0, 40.0)  # W sr^-1; radiance times area of a lamp
WINDOW_CHANCE = 0.5  # probability of an opening for daylight in a wall
MIDDLE = 0.6  # fraction of the room's half width within which objects stand; the camera is outside
SKY_ROWS = 128
FOV_X = 60.0  # degrees
KEYFRAME_COUNT = 6  # keyframes of a camera path


def generated_room(seed: int) -> SceneDescription:
    """A room of 4 to 8 m, closed or with an opening, with lamps and objects in its middle."""
    rng = np.random.default_rng([seed, 0])
    half, height = _extent(seed)
    materials = _stuffs(rng)
    pieces, environment = _shell(half, height, list(materials), rng)
    pieces += _lamps(half, height, rng) + _things(half, list(materials), rng)
    shapes, table = to_scene_tables(
        pieces, materials | {"lamp": Material(Diffuse((0.0, 0.0, 0.0)))}
    )
    position, target = generated_tour(seed)[0]
    camera = camera_at(position, target, FOV_X)
    return SceneDescription(f"room-{seed}", shapes, table, camera, environment)


def generated_tour(seed: int) -> list[tuple[Point, Point]]:
    """Keyframes (position, target) of a camera that moves around the objects of a room."""
    rng = np.random.default_rng([seed, 1])
    half, height = _extent(seed)
    start, sweep = rng.uniform(0, 2 * np.pi), rng.uniform(1.0, 3.0) * rng.choice([-1, 1])
    stops = []
    for fraction in np.linspace(0.0, 1.0, KEYFRAME_COUNT):
        angle = start + sweep * fraction
        ring = rng.uniform(0.72, 0.88)
        eye = rng.uniform(0.35, 0.65) * height
        position = (half[0] * ring * np.cos(angle), eye, half[1] * ring * np.sin(angle))
        aim = rng.uniform(-0.4, 0.4, 2) * half
        stops.append((as_point(np.array(position)), (aim[0], rng.uniform(0.2, 0.9), aim[1])))
    return stops


def _extent(seed: int) -> tuple[np.ndarray, float]:
    """(2,) half widths along x and z, and the height, in m."""
    rng = np.random.default_rng([seed, 2])
    return rng.uniform(2.0, 4.0, 2), float(rng.uniform(2.3, 4.0))


def _color(rng: np.random.Generator, low: float = 0.08, high: float = 0.8) -> RGB:
    """A random reflectance between 0.02 and `high`, from grey to saturated."""
    grey = rng.uniform(low, high)
    return as_point(np.clip(grey + rng.uniform(0, 1) ** 2 * rng.uniform(-0.5, 0.5, 3), 0.02, high))


def _stuffs(rng: np.random.Generator) -> dict[str, Material]:
    """Thirteen random materials by name: matte, textured, plastic, metal and glass."""

    def textured(index: int) -> Spectrum:
        first, second = _color(rng), _color(rng)
        makers: tuple[Callable[[], Spectrum], ...] = (
            lambda: tiled(wood(first, second, rng), rng.uniform(0.4, 1.5)),
            lambda: tiled(marble(first, second, rng), rng.uniform(0.5, 2.0)),
            lambda: tiled(bricks(np.array([first, second]), _color(rng), rng)[0], 1.2),
            lambda: tiled(woven(first, second, rng)[0], rng.uniform(0.05, 0.3)),
            lambda: tiled(plank_floor(first, second, rng)[0], 2.0),
        )
        return makers[index % len(makers)]()

    found: dict[str, Material] = {}
    for index in range(4):
        found[f"matte {index}"] = Material(Diffuse(_color(rng)))
        kind = int(rng.integers(5))
        found[f"textured {index}"] = Material(Diffuse(textured(kind)))
    for index in range(2):
        alpha = float(rng.choice([0.0, 0.05, 0.2]))
        found[f"plastic {index}"] = Material(Plastic(_color(rng), alpha=alpha))
    names = sorted(METALS)
    for index in range(2):
        constants = METALS[names[int(rng.integers(len(names)))]]
        alpha = float(rng.choice([0.0, 0.1, 0.3]))
        found[f"metal {index}"] = Material(metal(constants, alpha))
    found["glass"] = Material(Dielectric(1.5))
    return found


def _shell(
    half: np.ndarray, height: float, names: list[str], rng: np.random.Generator
) -> tuple[Pieces, Environment | None]:
    """Floor, walls and ceiling facing inwards, and daylight where one wall has an opening."""
    x, z = (float(side) for side in half)
    solid = [name for name in names if name.startswith(("matte", "textured"))]
    sides: list[Mesh] = [
        panel((-x, 0, z), (2 * x, 0, 0), (0, 0, -2 * z)),
        panel((-x, height, -z), (2 * x, 0, 0), (0, 0, 2 * z)),
        panel((-x, 0, -z), (2 * x, 0, 0), (0, height, 0)),
        panel((x, 0, z), (-2 * x, 0, 0), (0, height, 0)),
        panel((-x, 0, z), (0, 0, -2 * z), (0, height, 0)),
    ]
    is_open = rng.random() < WINDOW_CHANCE
    if is_open:
        sill, lintel = rng.uniform(0.2, 0.9), rng.uniform(1.5, height - 0.2)
        sides += [panel((x, 0, -z), (0, 0, 2 * z), (0, sill, 0))]
        sides += [panel((x, lintel, -z), (0, 0, 2 * z), (0, height - lintel, 0))]
    else:
        sides.append(panel((x, 0, -z), (0, 0, 2 * z), (0, height, 0)))
    pieces = [Piece(str(rng.choice(solid)), side) for side in sides]
    if not is_open:
        return pieces, None
    direction = (1.0, rng.uniform(0.3, 1.2), rng.uniform(-0.8, 0.8))
    sun = Sun(direction, as_point(rng.uniform(2, 30) * np.array([1.0, 0.9, 0.75])), 2.5)
    return pieces, Environment(image=daylight(sun, SKY_ROWS, rng), name="daylight")


def _lamps(half: np.ndarray, height: float, rng: np.random.Generator) -> Pieces:
    """Emitting panels under the ceiling and emitting spheres."""
    pieces = []
    for _ in range(int(rng.integers(LAMP_COUNTS[0], LAMP_COUNTS[1] + 1))):
        x, z = (float(v) for v in rng.uniform(-0.7, 0.7, 2) * half)
        tint = 1.0 + rng.uniform(-0.25, 0.25, 3)
        power = rng.uniform(*LAMP_POWER)
        if rng.random() < 0.5:
            w, d = rng.uniform(0.2, 1.2, 2)
            mesh = panel((x, height - 0.02, z), (w, 0, 0), (0, 0, d))
            pieces.append(Piece("lamp", as_emitter(mesh, as_point(power / (w * d) * tint))))
        else:
            radius = rng.uniform(0.04, 0.2)
            radiance = as_point(power / (4 * np.pi * radius**2) * tint)
            center = (x, float(rng.uniform(0.5, 0.85)) * height, z)
            pieces.append(Piece("lamp", Sphere(center, radius, radiance=radiance)))
    return pieces


def _things(half: np.ndarray, names: list[str], rng: np.random.Generator) -> Pieces:
    """Spheres, boxes, superellipsoids and torus knots on the floor and above it."""
    pieces = []
    for _ in range(int(rng.integers(THING_COUNTS[0], THING_COUNTS[1] + 1))):
        size = float(rng.uniform(*THING_SIZES))
        x, z = (float(v) for v in rng.uniform(-MIDDLE, MIDDLE, 2) * half)
        y = size + float(rng.choice([0.0, 0.0, rng.uniform(0.2, 1.0)]))
        name = str(rng.choice(names))
        kind = int(rng.integers(4))
        if kind == 0:
            pieces.append(Piece(name, Sphere((x, y, z), size)))
            continue
        w, h, d = (float(v) for v in size * rng.uniform(0.5, 1.0, 3))
        if kind == 1:
            mesh = box((2 * w, 2 * h, 2 * d), 0.05 * size, 2)
        elif kind == 2:
            powers = (float(rng.uniform(0.3, 2.0)), float(rng.uniform(0.3, 2.0)))
            mesh = superellipsoid((w, h, d), powers, rows=24)
        else:
            mesh = torus_knot(2, 3, 0.6 * size, 0.15 * size, count=120)
        where = moved(x, y, z) @ rotation_y(float(rng.uniform(0, 360)))
        pieces.append(Piece(name, transformed(mesh, where)))
    return pieces
