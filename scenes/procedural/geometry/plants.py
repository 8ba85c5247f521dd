"""Plants: (leaves, stems) meshes that stand on y = 0 at the origin.

Host code. Metres. Leaves are sheets for an opacity texture (v along the leaf, u across).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scenes.model.description import Mesh
from scenes.procedural.geometry.curves import smooth_curve
from scenes.procedural.geometry.meshes import merged
from scenes.procedural.geometry.meshes import repeated
from scenes.procedural.geometry.meshes import unit
from scenes.procedural.geometry.sheets import leaf
from scenes.procedural.geometry.sweeps import tube

GOLDEN_ANGLE = 2.4  # rad between successive leaves, so that they do not cover each other


class Plant(NamedTuple):
    """Meshes of a plant."""

    leaves: Mesh
    """One sheet per leaf."""
    stems: Mesh
    """Tubes."""


def bush(height: float, stem_count: int, rng: np.random.Generator) -> Plant:
    """A broad-leaved plant: stems that lean outwards, leaves in a spiral along their upper part."""
    stems, places = [], []
    for index in range(stem_count):
        heading = GOLDEN_ANGLE * index + rng.uniform(-0.4, 0.4)
        lean, top = rng.uniform(0.15, 0.5) * height, rng.uniform(0.65, 1.0) * height
        out = np.array([np.cos(heading), 0.0, np.sin(heading)])
        knots = [out * 0.03, out * lean * 0.25 + [0, top * 0.45, 0], out * lean + [0, top, 0]]
        curve = smooth_curve(np.array(knots), 12)
        stems.append(tube(curve, np.linspace(0.012, 0.004, 12), columns=5))
        nodes = curve[3:]
        around = heading + GOLDEN_ANGLE * np.arange(len(nodes)) + rng.uniform(-0.5, 0.5, len(nodes))
        rise, scale = rng.uniform(0.1, 0.8, len(nodes)), rng.uniform(0.7, 1.15, len(nodes))
        places.append(leaf_places(nodes, around, rise, scale))
    size = 0.26 * height**0.5
    template = leaf(size, size * 0.62, droop=0.9)
    return Plant(repeated(template, np.concatenate(places)), merged(stems))


def fern(reach: float, frond_count: int, rng: np.random.Generator) -> Plant:
    """Long fronds that rise from one spot and arch over; the inner ones are steeper."""
    number = np.arange(frond_count)
    base = np.zeros((frond_count, 3))
    base[:, 1] = rng.uniform(0.0, 0.03, frond_count)
    headings = GOLDEN_ANGLE * number + rng.uniform(-0.3, 0.3, frond_count)
    rise = 0.4 + 0.9 * (1.0 - number / frond_count)
    places = leaf_places(base, headings, rise, rng.uniform(0.75, 1.05, frond_count))
    template = leaf(reach, reach * 0.34, droop=1.7, rows=12, fold=0.18)
    return Plant(repeated(template, places), _stub())


def blades(height: float, count: int, rng: np.random.Generator) -> Plant:
    """Upright sword-shaped leaves (a snake plant)."""
    headings = GOLDEN_ANGLE * np.arange(count)
    radius = 0.1 * np.sqrt(np.arange(count) / count)
    base = np.stack([radius * np.cos(headings), np.zeros(count), radius * np.sin(headings)], -1)
    places = leaf_places(
        base, headings, rng.uniform(1.2, 1.5, count), rng.uniform(0.55, 1.0, count)
    )
    template = leaf(height, 0.085, droop=0.25, rows=10, fold=0.5)
    return Plant(repeated(template, places), _stub())


def trailing(length: float, vine_count: int, rng: np.random.Generator) -> Plant:
    """Vines that climb over a rim of radius 0.1 m and hang down by up to `length`."""
    stems, places = [], []
    for index in range(vine_count):
        heading = 2.0 * np.pi * index / vine_count + rng.uniform(-0.3, 0.3)
        out = np.array([np.cos(heading), 0.0, np.sin(heading)])
        sway = rng.uniform(-0.08, 0.08, 3) * [1, 0, 1]
        end = out * 0.17 + sway - [0, length * rng.uniform(0.35, 1.0), 0]
        knots = [out * 0.02, out * 0.09 + [0, 0.04, 0], out * 0.16 + [0, -0.06, 0], end]
        curve = smooth_curve(np.array(knots), 16)
        stems.append(tube(curve, 0.0025, columns=4))
        nodes = curve[2:]
        around = heading + 1.9 * np.arange(len(nodes))
        scale = rng.uniform(0.6, 1.1, len(nodes))
        places.append(leaf_places(nodes, around, np.full(len(nodes), -0.5), scale))
    template = leaf(0.075, 0.06, droop=0.7, rows=2)
    return Plant(repeated(template, np.concatenate(places)), merged(stems))


def bouquet(height: float, stem_count: int, rng: np.random.Generator) -> Plant:
    """Cut flowers: `leaves` holds the petals of cup-shaped blossoms, `stems` the stalks."""
    stems, places = [], []
    steepness = np.array([1.15, 1.15, 1.15, 0.85, 0.85, 0.85, 0.85])  # an inner and an outer ring
    for index in range(stem_count):
        heading = GOLDEN_ANGLE * index
        spread = 0.16 * np.sqrt((index + 0.5) / stem_count)
        out = np.array([np.cos(heading), 0.0, np.sin(heading)])
        tip = out * spread + [0.0, height * rng.uniform(0.8, 1.0), 0.0]
        knots = np.array([-out * 0.02, out * 0.015 + [0, height * 0.5, 0], tip])
        stems.append(tube(smooth_curve(knots, 10), 0.003, columns=5))
        around, scale = heading + 2.2 * np.arange(7), rng.uniform(0.85, 1.1, 7)
        places.append(leaf_places(np.tile(tip, (7, 1)), around, steepness, scale))
    petals = repeated(leaf(0.065, 0.05, droop=-1.0, rows=4, fold=0.5), np.concatenate(places))
    return Plant(petals, merged(stems))


def _stub() -> Mesh:
    """The short stem of a plant whose leaves all start at the ground."""
    return tube(np.array([(0.0, 0.0, 0.0), (0.0, 0.04, 0.0)]), 0.02, columns=6)


def leaf_places(
    points: np.ndarray, headings: np.ndarray, steepness: np.ndarray, scales: np.ndarray
) -> np.ndarray:
    """(N, 4, 4) matrices of leaves at (N, 3) `points`, scaled by (N,) `scales`.

    (N,) angles in rad: `headings` from +x towards +z, `steepness` above the horizontal. A leaf's
    top faces the plant's middle, or up.
    """
    level = np.cos(steepness)
    out = np.stack([np.cos(headings), np.zeros_like(headings), np.sin(headings)], -1)
    forward = out * level[:, None] + np.sin(steepness)[:, None] * (0.0, 1.0, 0.0)
    side = unit(np.cross((0.0, 1.0, 0.0) - out, forward))
    matrices = np.zeros((len(points), 4, 4))
    matrices[:, :3, :3] = (
        np.stack([side, np.cross(forward, side), forward], -1) * scales[:, None, None]
    )
    matrices[:, :3, 3] = points
    matrices[:, 3, 3] = 1.0
    return matrices
