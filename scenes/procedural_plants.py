"""Plants: (leaves, stems) meshes that stand on y = 0 at the origin.

Host code. Metres. Leaves are sheets for an opacity texture (v along the leaf, u across).
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenes.description import Mesh
from scenes.procedural_curves import smooth_curve
from scenes.procedural_meshes import merged
from scenes.procedural_meshes import repeated
from scenes.procedural_sheets import leaf
from scenes.procedural_sweeps import tube
from scenes.procedural_transforms import aligned
from scenes.transforms import scaling


class Plant(NamedTuple):
    """What a plant is made of."""

    leaves: Mesh
    """One sheet per leaf."""
    stems: Mesh
    """Tubes."""


def bush(height: float, stem_count: int, rng: np.random.Generator) -> Plant:
    """A broad-leaved plant: stems that lean outwards, leaves in a spiral along their upper part."""
    stems, places = [], []
    for index in range(stem_count):
        heading = 2.4 * index + rng.uniform(-0.4, 0.4)
        lean = rng.uniform(0.15, 0.5) * height
        top = height * rng.uniform(0.65, 1.0)
        out = np.array([np.cos(heading), 0.0, np.sin(heading)])
        knots = [out * 0.03, out * lean * 0.25 + [0, top * 0.45, 0], out * lean + [0, top, 0]]
        curve = smooth_curve(np.array(knots), 12)
        stems.append(tube(curve, np.linspace(0.012, 0.004, 12), columns=5))
        for k, point in enumerate(curve[3:]):
            around = heading + 2.4 * k + rng.uniform(-0.5, 0.5)
            places.append(_leaf_place(point, around, rng.uniform(0.1, 0.8), rng.uniform(0.7, 1.15)))
    size = 0.26 * height**0.5
    template = leaf(size, size * 0.62, droop=0.9)
    return Plant(repeated(template, np.array(places)), merged(stems))


def fern(reach: float, frond_count: int, rng: np.random.Generator) -> Plant:
    """Long fronds that rise from one spot and arch over."""
    places = []
    for index in range(frond_count):
        steepness = 0.4 + 0.9 * (1.0 - index / frond_count)
        scale = rng.uniform(0.75, 1.05)
        base = np.array([0.0, rng.uniform(0.0, 0.03), 0.0])
        places.append(_leaf_place(base, 2.4 * index + rng.uniform(-0.3, 0.3), steepness, scale))
    template = leaf(reach, reach * 0.34, droop=1.7, rows=12, fold=0.18)
    stub = tube(np.array([[0, 0, 0], [0, 0.05, 0]]), 0.02, columns=6)
    return Plant(repeated(template, np.array(places)), stub)


def blades(height: float, count: int, rng: np.random.Generator) -> Plant:
    """Upright sword-shaped leaves (a snake plant)."""
    places = []
    for index in range(count):
        heading = 2.4 * index
        base = 0.05 * np.sqrt(index / count) * np.array([np.cos(heading), 0.0, np.sin(heading)])
        base *= 2.0
        tilt = rng.uniform(1.2, 1.5)
        places.append(_leaf_place(base, heading, tilt, rng.uniform(0.55, 1.0)))
    template = leaf(height, 0.085, droop=0.25, rows=10, fold=0.5)
    stub = tube(np.array([[0, 0, 0], [0, 0.04, 0]]), 0.02, columns=6)
    return Plant(repeated(template, np.array(places)), stub)


def trailing(length: float, vine_count: int, rng: np.random.Generator) -> Plant:
    """Vines that climb over a rim at radius 0.1 m and hang down by up to `length`, with small leaves."""
    stems, places = [], []
    for index in range(vine_count):
        heading = 2.0 * np.pi * index / vine_count + rng.uniform(-0.3, 0.3)
        out = np.array([np.cos(heading), 0.0, np.sin(heading)])
        fall = length * rng.uniform(0.35, 1.0)
        sway = rng.uniform(-0.08, 0.08, 3) * [1, 0, 1]
        knots = [out * 0.02, out * 0.09 + [0, 0.04, 0], out * 0.16 + [0, -0.06, 0],
                 out * 0.17 + sway - [0, fall, 0]]  # fmt: skip
        curve = smooth_curve(np.array(knots), 16)
        stems.append(tube(curve, 0.0025, columns=3))
        for k, point in enumerate(curve[2:]):
            places.append(_leaf_place(point, heading + 1.9 * k, -0.5, rng.uniform(0.6, 1.1)))
    return Plant(repeated(leaf(0.075, 0.06, droop=0.7, rows=2), np.array(places)), merged(stems))


def bouquet(height: float, stem_count: int, rng: np.random.Generator) -> Plant:
    """Cut flowers: `leaves` holds the petals of cup-shaped blossoms, `stems` the stalks."""
    stems, places = [], []
    for index in range(stem_count):
        heading = 2.4 * index
        spread = 0.16 * np.sqrt((index + 0.5) / stem_count)
        out = np.array([np.cos(heading), 0.0, np.sin(heading)])
        tip = out * spread + [0.0, height * rng.uniform(0.8, 1.0), 0.0]
        stems.append(tube(smooth_curve(np.array([-out * 0.02, out * 0.015 + [0, height * 0.5, 0], tip]), 10),
                          0.003, columns=5))  # fmt: skip
        for petal in range(7):
            steepness = 1.15 if petal < 3 else 0.85
            places.append(_leaf_place(tip, heading + petal * 2.2, steepness, rng.uniform(0.85, 1.1)))
    petals = repeated(leaf(0.065, 0.05, droop=-1.0, rows=4, fold=0.5), np.array(places))
    return Plant(petals, merged(stems))


def _leaf_place(point: np.ndarray, heading: float, steepness: float, scale: float) -> np.ndarray:
    """(4, 4) matrix that puts a leaf at `point`, pointing along `heading` and up by `steepness` rad."""
    level = np.cos(steepness)
    direction = np.array([level * np.cos(heading), np.sin(steepness), level * np.sin(heading)])
    inward = (-np.cos(heading), 1.0, -np.sin(heading))  # keeps the leaf's top towards the plant's middle
    return aligned(point, direction, inward) @ scaling(np.full(3, scale))
