"""Tables and stands: dining table, coffee table, side table, desk, console, plinth.

Host code. Metres; each stands on y = 0 at the origin; the long side runs along x.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.model.description import Mesh
from scenes.procedural.geometry.boxes import box
from scenes.procedural.geometry.curves import smooth_curve
from scenes.procedural.geometry.meshes import transformed
from scenes.procedural.geometry.sweeps import bar
from scenes.procedural.geometry.sweeps import lathe
from scenes.procedural.geometry.sweeps import ring_tube
from scenes.procedural.geometry.sweeps import tube
from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.transforms import rotation_x

TABLE_HEIGHT = 0.75
COFFEE_HEIGHT = 0.4


def block(material: str, size: tuple[float, float, float], at: tuple[float, float, float],
          bevel: float = 0.004) -> Piece:  # fmt: skip
    """A board or post of `size` centred at `at`."""
    return Piece(material, transformed(box(size, bevel), moved(*at)))


def dining_table(wood: str, length: float = 2.4, depth: float = 1.0) -> Pieces:
    """A thick top with a rounded rim on four splayed, tapered legs and an apron."""
    parts = [
        Piece(
            wood,
            transformed(
                box((length, 0.045, depth), 0.02, 4), moved(0.0, TABLE_HEIGHT - 0.0225, 0.0)
            ),
        ),
        block(wood, (length - 0.4, 0.08, 0.025), (0.0, TABLE_HEIGHT - 0.085, depth / 2.0 - 0.16)),
        block(wood, (length - 0.4, 0.08, 0.025), (0.0, TABLE_HEIGHT - 0.085, 0.16 - depth / 2.0)),
    ]
    for x in (-1.0, 1.0):
        for z in (-1.0, 1.0):
            foot = np.array([x * (length / 2.0 - 0.1), 0.0, z * (depth / 2.0 - 0.08)])
            head = np.array(
                [x * (length / 2.0 - 0.2), TABLE_HEIGHT - 0.04, z * (depth / 2.0 - 0.16)]
            )
            leg = tube(np.linspace(foot, head, 8), np.linspace(0.022, 0.038, 8), columns=16)
            parts.append(Piece(wood, leg))
    return parts


def coffee_table(top: str, metal: str, radius: float = 0.5) -> Pieces:
    """A round slab on three bent legs and a ring."""
    high = COFFEE_HEIGHT
    rim = [(0, high - 0.03), (radius - 0.012, high - 0.03), (radius - 0.003, high - 0.024),
           (radius, high - 0.015), (radius - 0.003, high - 0.006), (radius - 0.012, high),
           (0, high)]  # fmt: skip
    parts = [Piece(top, _planar_uvs(lathe(np.array(rim), columns=72)))]
    for angle in np.radians([30.0, 150.0, 270.0]):
        out = np.array([np.cos(angle), 0.0, np.sin(angle)])
        knots = np.array(
            [
                out * radius * 0.85,
                out * 0.3 * radius + [0, 0.2, 0],
                out * radius * 0.7 + [0, high - 0.03, 0],
            ]
        )
        parts.append(Piece(metal, tube(smooth_curve(knots, 20), 0.012)))
    circle = np.linspace(0.0, 2.0 * np.pi, 48, endpoint=False)
    ring = np.stack([np.cos(circle), np.zeros(48), np.sin(circle)], -1) * 0.3 * radius + [
        0.0,
        0.2,
        0.0,
    ]
    return parts + [Piece(metal, ring_tube(ring, 0.008, columns=8))]


def side_table(wood: str, metal: str, radius: float = 0.22, height: float = 0.52) -> Pieces:
    """A small round top on one column with a disk foot."""
    top = [(0, height - 0.02), (radius - 0.006, height - 0.02), (radius, height - 0.012),
           (radius, height - 0.004), (radius - 0.006, height), (0, height)]  # fmt: skip
    foot = [
        (0, 0),
        (0.15, 0),
        (0.15, 0.012),
        (0.03, 0.02),
        (0.014, 0.05),
        (0.014, height - 0.02),
        (0, height - 0.02),
    ]
    return [
        Piece(wood, _planar_uvs(lathe(np.array(top)))),
        Piece(metal, lathe(np.array(foot), columns=24)),
    ]


def desk(wood: str, leather: str) -> Pieces:
    """A writing desk: top with an inlay, two banks of drawers with knobs."""
    parts = [
        Piece(
            wood,
            transformed(box((1.6, 0.04, 0.75), 0.012, 3), moved(0.0, TABLE_HEIGHT - 0.02, 0.0)),
        ),
        block(leather, (1.1, 0.004, 0.5), (0.0, TABLE_HEIGHT + 0.002, 0.05), bevel=0.001),
        block(wood, (1.5, 0.5, 0.02), (0.0, 0.47, -0.3)),
    ]
    for side in (-1.0, 1.0):
        parts.append(block(wood, (0.4, 0.66, 0.64), (side * 0.57, 0.38, 0.0), bevel=0.008))
        for index in range(3):
            y = 0.2 + 0.2 * index
            parts.append(block(wood, (0.34, 0.17, 0.02), (side * 0.57, y, 0.325), bevel=0.006))
            knob = lathe(
                np.array(
                    [(0, 0), (0.008, 0), (0.008, 0.012), (0.015, 0.02), (0.01, 0.03), (0, 0.032)]
                ),
                12,
            )
            parts.append(
                Piece("brass", transformed(knob, moved(side * 0.57, y, 0.335) @ rotation_x(90.0)))
            )
    return parts


def console(wood: str, metal: str, length: float = 1.4) -> Pieces:
    """A narrow table for a wall: top and shelf between thin metal frames."""
    parts = [
        Piece(wood, transformed(box((length, 0.035, 0.36), 0.01, 2), moved(0.0, 0.8, 0.0))),
        Piece(wood, transformed(box((length - 0.1, 0.025, 0.3), 0.008, 2), moved(0.0, 0.25, 0.0))),
    ]
    for x in (-1.0, 1.0):
        for z in (-0.14, 0.14):
            at = x * (length / 2.0 - 0.06)
            parts.append(Piece(metal, bar((at, 0.0, z), (at, 0.785, z), 0.012)))
    return parts


def plinth(stone: str, width: float, height: float) -> Pieces:
    """A square block on a slightly smaller foot."""
    return [
        block(stone, (width - 0.04, 0.04, width - 0.04), (0.0, 0.02, 0.0), bevel=0.002),
        block(stone, (width, height - 0.04, width), (0.0, (height + 0.04) / 2.0, 0.0), bevel=0.006),
    ]


def _planar_uvs(mesh: Mesh) -> Mesh:
    """The mesh with uvs projected from above, in metres: veins run straight over a round top."""
    return replace(mesh, uvs=mesh.vertices[:, [0, 2]] * np.array([1.0, -1.0], np.float32))
