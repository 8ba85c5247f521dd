"""Vessels: vases, bowls, pots, glasses, bottles, cups.

Host code. Metres; each stands on y = 0 at the origin. All are closed surfaces with walls of finite
thickness, so that glass ones refract correctly.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.model.description import Mesh
from scenes.procedural.geometry.curves import smooth_curve
from scenes.procedural.geometry.meshes import transformed
from scenes.procedural.geometry.solids import lumpy_sphere
from scenes.procedural.geometry.sweeps import lathe
from scenes.procedural.geometry.sweeps import tube
from scenes.procedural.geometry.transforms import moved

VASE_OUTLINES = (  # (radius, height) as fractions of the vase's height
    ((0.2, 0.0), (0.34, 0.2), (0.36, 0.42), (0.2, 0.7), (0.12, 0.86), (0.19, 1.0)),
    ((0.16, 0.0), (0.2, 0.25), (0.3, 0.6), (0.33, 0.78), (0.24, 0.93), (0.2, 1.0)),
    ((0.24, 0.0), (0.3, 0.08), (0.16, 0.34), (0.13, 0.6), (0.24, 0.88), (0.27, 1.0)),
)


def vessel(outline: np.ndarray, wall: float, columns: int = 36) -> Mesh:
    """A closed vessel: flat foot, (N, 2) outer outline of (radius, height), inner at `wall` m."""
    outside = smooth_curve(np.asarray(outline), 6 + columns // 6)
    slope = np.gradient(outside, axis=0)
    slope /= np.linalg.norm(slope, axis=1, keepdims=True)
    inside = outside - wall * np.stack([slope[:, 1], -slope[:, 0]], -1)
    floor = outside[0, 1] + wall
    inside = inside[inside[:, 1] > floor + 0.2 * wall][::-1]
    lip = (outside[-1:] + inside[:1]) / 2.0 + [[0.0, 0.35 * wall]]
    foot, ground = [[0.0, outside[0, 1]]], [[inside[-1, 0] * 0.8, floor], [0.0, floor]]
    return lathe(np.concatenate([foot, outside, lip, inside, ground]), columns)


def vase(material: str, height: float, kind: int, columns: int = 36) -> Pieces:
    """One of three vases; more `columns` make it rounder."""
    return [Piece(material, vessel(np.array(VASE_OUTLINES[kind]) * height, 0.02 * height, columns))]


def bowl(material: str, radius: float) -> Pieces:
    """An open bowl on a small foot."""
    outline = np.array([(0.35, 0.0), (0.4, 0.04), (0.75, 0.2), (0.94, 0.4), (1.0, 0.55)]) * radius
    return [Piece(material, vessel(outline, 0.03 * radius))]


def pot(material: str, radius: float, height: float) -> Pieces:
    """A flower pot with a rim, filled with soil."""
    profile = [
        (0.0, 0.0),
        (0.72, 0.0),
        (0.95, 0.82),
        (1.02, 0.82),
        (1.04, 1.0),
        (0.92, 1.0),
        (0.88, 0.8),
        (0.0, 0.8),
    ]
    soil = lathe(np.array([(0.87, 0.86), (0.5, 0.88), (0.0, 0.9)]) * (radius, height), columns=32)
    return [
        Piece(material, lathe(np.array(profile) * (radius, height), columns=40)),
        Piece("soil", soil),
    ]


def wine_glass(material: str, height: float = 0.2) -> Pieces:
    """A wine glass: foot, stem and bowl as one closed surface."""
    outside = smooth_curve(
        np.array(
            [
                (0.006, 0.025),
                (0.0045, 0.08),
                (0.02, 0.1),
                (0.037, 0.13),
                (0.039, 0.16),
                (0.032, 0.2),
            ]
        ),
        22,
    )
    inside = smooth_curve(
        np.array([(0.0305, 0.2), (0.0375, 0.16), (0.0355, 0.13), (0.018, 0.102), (0.006, 0.0965)]),
        16,
    )
    foot = [(0.0, 0.0), (0.034, 0.0), (0.035, 0.0015), (0.02, 0.004), (0.009, 0.012)]
    profile = np.concatenate([foot, outside, [(0.03125, 0.2008)], inside, [(0.0, 0.096)]])
    return [Piece(material, lathe(profile * (height / 0.2), columns=36))]


def tumbler(material: str) -> Pieces:
    """A straight drinking glass with a thick foot."""
    profile = [(0.0, 0.0), (0.03, 0.0), (0.033, 0.003), (0.037, 0.1), (0.0364, 0.1008),
               (0.0358, 0.1), (0.031, 0.014), (0.0, 0.013)]  # fmt: skip
    return [Piece(material, lathe(np.array(profile)))]


def carafe(material: str, height: float = 0.28) -> Pieces:
    """A round-bellied bottle with an open neck."""
    outline = np.array(
        [
            (0.2, 0.0),
            (0.3, 0.06),
            (0.33, 0.25),
            (0.24, 0.48),
            (0.1, 0.66),
            (0.085, 0.85),
            (0.12, 1.0),
        ]
    )
    return [Piece(material, vessel(outline * height, 0.0035, columns=40))]


def cup(material: str) -> Pieces:
    """A cup with a handle on a saucer."""
    body = vessel(
        np.array([(0.022, 0.012), (0.034, 0.03), (0.04, 0.055), (0.042, 0.075)]), 0.003, columns=20
    )
    saucer = vessel(
        np.array([(0.03, 0.0), (0.045, 0.004), (0.07, 0.014), (0.078, 0.018)]), 0.003, columns=20
    )
    ear = smooth_curve(
        np.array([(0.038, 0.06, 0), (0.058, 0.066, 0), (0.064, 0.048, 0), (0.036, 0.032, 0)]), 14
    )
    return [
        Piece(material, body),
        Piece(material, saucer),
        Piece(material, tube(ear, 0.0035, columns=8)),
    ]


def fruit(radius: float, rng: np.random.Generator) -> Mesh:
    """One round fruit, uneven and flattened, standing on y = 0."""
    bumps = np.concatenate([rng.normal(0.0, 2.0, (5, 3)), rng.uniform(0.0, 6.0, (5, 1)),
                            np.full((5, 1), 0.03 * radius)], axis=1)  # fmt: skip
    return transformed(lumpy_sphere(radius, bumps, rows=12), moved(0.0, radius, 0.0))


def fruit_bowl(material: str, radius: float, rng: np.random.Generator) -> Pieces:
    """A bowl with seven fruits: apples, oranges and lemons."""
    parts = bowl(material, radius)
    size = 0.26 * radius
    for index in range(7):
        heading = 2.0 * np.pi * index / 6.0
        ring = 0.0 if index == 6 else 0.52 * radius
        y = (0.62 if index == 6 else 0.2) * radius
        kind = ("apple", "orange", "lemon")[index % 3]
        where = moved(ring * np.cos(heading), y, ring * np.sin(heading))
        parts.append(Piece(kind, transformed(fruit(size * rng.uniform(0.9, 1.1), rng), where)))
    return parts
