"""Seats: sofa, armchair, dining chair, stool, bench.

Host code. Metres; each stands on y = 0 at the origin and faces +z.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import placed
from scenes.model.description import Mesh
from scenes.procedural.geometry.boxes import box
from scenes.procedural.geometry.curves import smooth_curve
from scenes.procedural.geometry.meshes import transformed
from scenes.procedural.geometry.sheets import cushion
from scenes.procedural.geometry.sheets import draped
from scenes.procedural.geometry.solids import superellipsoid
from scenes.procedural.geometry.sweeps import bar
from scenes.procedural.geometry.sweeps import lathe
from scenes.procedural.geometry.sweeps import tube
from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.transforms import rotation_x
from scenes.procedural.geometry.transforms import rotation_y

SEAT_HEIGHT = 0.44
ARM_WIDTH = 0.2


def upholstered(seat_count: int, fabric: str, seat_width: float = 0.72) -> Pieces:
    """A sofa, or an armchair where `seat_count` is 1: frame, arms, seat and back cushions, feet."""
    inner = seat_count * seat_width
    width = inner + 2.0 * ARM_WIDTH
    parts: Pieces = [
        Piece(fabric, _moved_to(box((width, 0.2, 0.86), 0.03, 2), (0.0, 0.22, 0.0))),
        Piece(fabric, _moved_to(box((inner, 0.5, 0.2), 0.06, 3), (0.0, 0.5, -0.35))),
    ]
    for side in (-1.0, 1.0):
        arm = _moved_to(
            box((ARM_WIDTH, 0.42, 0.9), 0.08, 3), (side * (width - ARM_WIDTH) / 2.0, 0.4, 0.0)
        )
        parts.append(Piece(fabric, arm))
        for front in (-0.36, 0.36):
            parts.append(
                Piece("walnut", _moved_to(_foot(), (side * (width / 2.0 - 0.09), 0.0, front)))
            )
    for index in range(seat_count):
        x = (index + 0.5) * seat_width - inner / 2.0
        seat = box((seat_width - 0.01, 0.17, 0.68), 0.065, 3)
        back = transformed(box((seat_width - 0.02, 0.46, 0.18), 0.08, 3), rotation_x(-13.0))
        parts.append(Piece(fabric, _moved_to(seat, (x, 0.4, 0.08))))
        parts.append(Piece(fabric, _moved_to(back, (x, 0.69, -0.2))))
    return parts


def pillow(fabric: str, x: float, degrees: float) -> Pieces:
    """A square pillow that leans on the back of a sofa, turned about +y by `degrees`."""
    lying = cushion(0.46, 0.46, 0.2)
    return [
        Piece(
            fabric,
            transformed(lying, moved(x, 0.69, -0.02) @ rotation_y(degrees) @ rotation_x(68.0)),
        )
    ]


def throw(fabric: str, x: float, rng: np.random.Generator) -> Pieces:
    """A blanket that hangs over the arm at `x` of a sofa, in soft folds."""
    over = np.array([[-0.14, 0.16], [-0.135, 0.4], [-0.125, 0.56], [-0.06, 0.625], [0.06, 0.625],
                     [0.125, 0.57], [0.135, 0.5]])  # fmt: skip
    profile = smooth_curve(over, 40)
    waves = np.stack([rng.uniform(14, 40, 6), rng.uniform(-6, 6, 6), rng.uniform(0, 6, 6),
                      rng.uniform(0.001, 0.0035, 6)], -1)  # fmt: skip
    cloth = draped(profile, 0.5, waves)
    return [Piece(fabric, transformed(cloth, moved(x, 0.012, 0.08) @ rotation_y(90.0)))]


def chair(wood: str, fabric: str) -> Pieces:
    """A dining chair: tapered legs, padded seat, a bent back rail on spindles."""
    parts: Pieces = []
    for side in (-1.0, 1.0):
        parts.append(Piece(wood, _leg((side * 0.19, SEAT_HEIGHT, 0.18), (side * 0.21, 0.0, 0.21))))
        back = np.array(
            [(side * 0.21, 0.0, -0.24), (side * 0.19, 0.44, -0.19), (side * 0.19, 0.78, -0.25)]
        )
        parts.append(Piece(wood, tube(smooth_curve(back, 12), 0.017)))
    rail = smooth_curve(
        np.array([(-0.22, 0.77, -0.22), (0.0, 0.79, -0.3), (0.22, 0.77, -0.22)]), 16
    )
    parts.append(Piece(wood, tube(rail, 0.021)))
    for x in (-0.1, 0.0, 0.1):
        parts.append(
            Piece(wood, bar((x, SEAT_HEIGHT, -0.19), (x, 0.78, -0.285 + abs(x) * 0.25), 0.009))
        )
    parts.append(
        Piece(wood, _moved_to(box((0.42, 0.035, 0.42), 0.012, 2), (0.0, SEAT_HEIGHT - 0.02, 0.0)))
    )
    pad = superellipsoid((0.21, 0.035, 0.21), (0.7, 0.35), rows=10)
    return parts + [Piece(fabric, _moved_to(pad, (0.0, SEAT_HEIGHT + 0.01, 0.0)))]


def stool(wood: str, metal: str) -> Pieces:
    """A round seat on three legs."""
    top = lathe(
        np.array([(0, 0.6), (0.15, 0.6), (0.17, 0.615), (0.17, 0.63), (0.15, 0.645), (0, 0.64)])
    )
    parts: Pieces = [Piece(wood, top)]
    angle = np.radians([90.0, 210.0, 330.0])
    for c, s in zip(np.cos(angle), np.sin(angle)):
        parts.append(Piece(metal, bar((0.2 * c, 0.0, 0.2 * s), (0.1 * c, 0.605, 0.1 * s), 0.011)))
    return parts


def bench(wood: str, metal: str, length: float = 1.3) -> Pieces:
    """Three boards on two bent iron frames."""
    parts: Pieces = []
    for z in (-0.13, 0.0, 0.13):
        parts.append(Piece(wood, _moved_to(box((length, 0.035, 0.11), 0.008, 2), (0.0, 0.44, z))))
    for x in (-0.4 * length, 0.4 * length):
        frame = smooth_curve(
            np.array([(x, 0.0, -0.19), (x, 0.41, -0.15), (x, 0.41, 0.15), (x, 0.0, 0.19)]), 24
        )
        parts.append(Piece(metal, tube(frame, 0.014)))
    return parts


def copies_at(pieces: Pieces, places: list[np.ndarray]) -> Pieces:
    """Copies of `pieces`, one for each (4, 4) matrix of `places`."""
    return [piece for matrix in places for piece in placed(pieces, matrix)]


def _moved_to(mesh: Mesh, position: tuple[float, float, float]) -> Mesh:
    """The mesh moved to `position`."""
    return transformed(mesh, moved(*position))


def _foot() -> Mesh:
    """A short lathe-turned foot."""
    return lathe(
        np.array([(0, 0), (0.014, 0), (0.018, 0.01), (0.026, 0.13), (0, 0.13)]), columns=12
    )


def _leg(top: tuple[float, float, float], bottom: tuple[float, float, float]) -> Mesh:
    """A straight leg that tapers downwards."""
    points = np.linspace(bottom, top, 6)
    return tube(points, np.linspace(0.012, 0.02, 6))
