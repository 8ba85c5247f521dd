"""Decoration of rooms: pictures, curtains, carpets, sculptures, plants, a globe.

Host code. Metres.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import placed
from scenes.builtin.furniture.tables import block
from scenes.builtin.furniture.vessels import pot
from scenes.model.transforms import rotation
from scenes.procedural.geometry.meshes import merged
from scenes.procedural.geometry.meshes import transformed
from scenes.procedural.geometry.plants import Plant
from scenes.procedural.geometry.sheets import curtain
from scenes.procedural.geometry.sheets import open_page
from scenes.procedural.geometry.solids import ellipsoid
from scenes.procedural.geometry.solids import superellipsoid
from scenes.procedural.geometry.sweeps import bar
from scenes.procedural.geometry.sweeps import lathe
from scenes.procedural.geometry.sweeps import ring_tube
from scenes.procedural.geometry.sweeps import torus_knot
from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.transforms import rotation_x
from scenes.procedural.geometry.transforms import rotation_y
from scenes.procedural.geometry.walls import panel


def picture(canvas: str, width: float, height: float, frame: str) -> Pieces:
    """A framed picture in z = 0, centred at the origin, facing +z; `canvas` names its material."""
    rim, deep = 0.045, 0.035
    image = panel(
        (-width / 2.0, -height / 2.0, 0.018), (width, 0.0, 0.0), (0.0, height, 0.0), is_whole=True
    )
    parts = [Piece(canvas, image)]
    for side in (-1.0, 1.0):
        bar_size = (width + 2.0 * rim, rim, deep)
        parts.append(
            block(frame, bar_size, (0.0, side * (height + rim) / 2.0, deep / 2.0), bevel=0.008)
        )
        post = (rim, height, deep)
        parts.append(block(frame, post, (side * (width + rim) / 2.0, 0.0, deep / 2.0), bevel=0.008))
    return parts


def curtains(opening: float, height: float, fabric: str, rng: np.random.Generator) -> Pieces:
    """Open curtains on a rail; z = 0 is the wall, x = 0 the middle of the window; they face +z."""
    width, reach = 0.48, opening / 2.0 + 0.42
    left = transformed(curtain(width, height, 5, rng), moved(-reach, 0.02, 0.1))
    right = transformed(curtain(width, height, 5, rng), moved(reach - width, 0.02, 0.1))
    rail = (height + 0.03, 0.1)
    parts = [
        Piece(fabric, merged([left, right])),
        Piece("brass", bar((-reach - 0.08, *rail), (reach + 0.08, *rail), 0.012)),
    ]
    for side in (-1.0, 1.0):
        knob = transformed(
            ellipsoid((0.026, 0.026, 0.026), 8, 12), moved(side * (reach + 0.09), *rail)
        )
        parts.append(Piece("brass", knob))
        parts.append(
            Piece("brass", bar((side * reach, rail[0], 0.0), (side * reach, *rail), 0.008))
        )
    return parts


def rug(pattern: str, width: float, depth: float) -> Pieces:
    """A carpet on y = 0, centred at the origin, with fringes on its left and right."""
    thick = 0.011
    top = panel(
        (-width / 2, thick, depth / 2), (width, 0.0, 0.0), (0.0, 0.0, -depth), is_whole=True
    )
    parts = [
        Piece(pattern, top),
        block(
            "wool",
            (width + 0.006, thick - 0.001, depth + 0.006),
            (0.0, thick / 2.0, 0.0),
            bevel=0.003,
        ),
    ]
    tassel = panel((0.0, 0.006, 0.0), (0.09, -0.003, 0.0), (0.0, 0.0, -0.018))
    rows = np.arange(-depth / 2.0 + 0.02, depth / 2.0, 0.032)
    right = [transformed(tassel, moved(width / 2.0, 0.0, z)) for z in rows]
    left = [
        transformed(tassel, moved(-width / 2.0, 0.0, z - 0.018) @ rotation_y(180.0)) for z in rows
    ]
    return [*parts, Piece("wool", merged(right + left))]


def knot_sculpture(material: str, radius: float) -> Pieces:
    """A trefoil knot that stands upright on y = 0."""
    knot = torus_knot(2, 3, radius, 0.21 * radius, count=160)
    return [Piece(material, transformed(knot, moved(0.0, radius * 1.2, 0.0) @ rotation_x(78.0)))]


def stacked_sculpture(material: str, height: float) -> Pieces:
    """Rounded stones stacked on each other, smaller towards the top."""
    parts, y = [], 0.0
    for index, fraction in enumerate((0.34, 0.28, 0.22, 0.16)):
        half = fraction * height / 2.0
        stone = superellipsoid((half * 1.35, half, half * 1.1), (0.8, 0.85), rows=15)
        transform = moved(0.02 * height * (-1) ** index, y + half, 0.0) @ rotation_y(47.0 * index)
        parts.append(Piece(material, transformed(stone, transform)))
        y += 2.0 * half - 0.002
    return parts


def ring_sculpture(material: str, radius: float, thickness: float) -> Pieces:
    """Three nested rings, each rotated differently, on y = 0."""
    circle = np.linspace(0.0, 2.0 * np.pi, 48, endpoint=False)
    flat = np.stack([np.cos(circle), np.sin(circle), np.zeros(48)], -1)
    parts = []
    for index, fraction in enumerate((1.0, 0.72, 0.46)):
        ring = ring_tube(flat * radius * fraction, thickness * fraction, columns=12)
        tilt = rotation_y(35.0 + 55.0 * index) @ rotation(np.array([1.0, 0.0, 0.0]), 24.0 * index)
        parts.append(Piece(material, transformed(ring, moved(0.0, radius + thickness, 0.0) @ tilt)))
    return parts


def potted(plant: Plant, leaves: str, vessel: tuple[str, float, float]) -> Pieces:
    """A plant in a pot; `vessel` is the pot's (material, radius, height)."""
    material, radius, height = vessel
    lifted = moved(0.0, 0.86 * height, 0.0)
    green = placed([Piece(leaves, plant.leaves), Piece("stem", plant.stems)], lifted)
    return pot(material, radius, height) + green


def open_book() -> Pieces:
    """A book that lies open on y = 0, its text upright as seen from +z."""
    right = open_page(0.16, 0.24, 0.022)
    left = transformed(right, rotation_y(180.0))
    cover = block("leather", (0.34, 0.004, 0.25), (0.0, 0.002, 0.0), bevel=0.001)
    above = moved(0.0, 0.006, 0.0)
    return [
        cover,
        Piece("page", transformed(right, above)),
        Piece("page", transformed(left, above)),
    ]


def globe(radius: float) -> Pieces:
    """A globe in a brass meridian on a turned foot."""
    middle = moved(0.0, 1.6 * radius, 0.0)
    tilt = rotation(np.array([0.0, 0.0, 1.0]), -23.4)
    circle = np.linspace(0.0, 2.0 * np.pi, 48, endpoint=False)
    meridian = np.stack([np.cos(circle), np.sin(circle), np.zeros(48)], -1) * 1.06 * radius
    foot = (
        np.array(
            [
                (0.0, 0.0),
                (0.7, 0.0),
                (0.7, 0.05),
                (0.3, 0.12),
                (0.1, 0.22),
                (0.08, 0.5),
                (0.0, 0.52),
            ]
        )
        * radius
    )
    return [
        Piece("globe", transformed(ellipsoid((radius,) * 3, 20, 40), middle @ tilt)),
        Piece("brass", transformed(ring_tube(meridian, 0.03 * radius, columns=8), middle)),
        Piece("walnut", lathe(foot, columns=28)),
    ]


def ladder(wood: str, height: float) -> Pieces:
    """A library ladder that leans towards -z: two rails and rungs."""
    lean = 0.22 * height
    parts = []
    for x in (-0.22, 0.22):
        parts.append(Piece(wood, bar((x, 0.0, lean), (x, height, 0.0), 0.018)))
    for y in np.arange(0.28, height - 0.1, 0.28):
        z = lean * (1.0 - y / height)
        parts.append(Piece(wood, bar((-0.22, y, z), (0.22, y, z), 0.013)))
    return parts
