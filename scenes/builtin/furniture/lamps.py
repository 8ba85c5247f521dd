"""Lamps of many kinds: shades, bulbs, tubes, strips, a chandelier, embers.

Host code. Metres; radiance in W m^-2 sr^-1. Standing lamps are on y = 0 at the origin; others hang
from the origin.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import as_emitter
from scenes.builtin.furniture.tables import block
from scenes.model.description import Flat
from scenes.model.description import Mesh
from scenes.model.description import Sphere
from scenes.model.textures import RGB
from scenes.procedural.geometry.curves import smooth_curve
from scenes.procedural.geometry.meshes import flipped
from scenes.procedural.geometry.meshes import repeated
from scenes.procedural.geometry.meshes import transformed
from scenes.procedural.geometry.sheets import sheet
from scenes.procedural.geometry.solids import ellipsoid
from scenes.procedural.geometry.solids import icosphere
from scenes.procedural.geometry.solids import lumpy_sphere
from scenes.procedural.geometry.sweeps import bar
from scenes.procedural.geometry.sweeps import lathe
from scenes.procedural.geometry.sweeps import tube
from scenes.procedural.geometry.transforms import moved
from scenes.procedural.geometry.transforms import rotation_y

WARM: RGB = (1.0, 0.62, 0.3)
"""Tint of a filament lamp of about 2,700 K relative to a daylight white point."""


def warm(strength: float) -> RGB:
    """Warm radiance whose red channel is `strength`."""
    return strength * WARM[0], strength * WARM[1], strength * WARM[2]


def shaded_lamp(height: float, shade_radius: float, radiance: float) -> Pieces:
    """A floor or table lamp: weighted foot, pole, glowing cloth shade with a bulb inside."""
    wide, top = 0.5 * shade_radius, height - 0.06
    foot = [(0.0, 0.0), (wide, 0.0), (wide, 0.012), (0.03, 0.03), (0.009, 0.06), (0.009, top),
            (0.0, top)]  # fmt: skip
    tall = 1.15 * shade_radius
    rim, crown = (shade_radius, height - 0.8 * tall), (0.62 * shade_radius, height + 0.2 * tall)
    outside = lathe(np.array([rim, crown]), columns=36)
    inside = flipped(
        lathe(np.array([(rim[0] - 0.004, rim[1]), (crown[0] - 0.004, crown[1])]), columns=36)
    )
    bulb = Sphere((0.0, height - 0.3 * tall, 0.0), 0.04, radiance=warm(6.0 * radiance), name="bulb")
    return [
        Piece("brass", lathe(np.array(foot), columns=28)),
        Piece("lamp", as_emitter(outside, warm(radiance))),
        Piece("shade lining", inside),
        Piece("lamp", bulb),
    ]


def desk_lamp(radiance: float) -> Pieces:
    """A banker's lamp: brass stand, half-round green shade along x, a glowing tube below it."""
    stand = [
        (0.0, 0.0),
        (0.085, 0.0),
        (0.085, 0.012),
        (0.03, 0.022),
        (0.01, 0.05),
        (0.01, 0.3),
        (0.0, 0.3),
    ]
    angle = np.linspace(0.0, np.pi, 13)
    section = np.stack([np.zeros(13), np.sin(angle), np.cos(angle)], -1) * 0.07
    shade = sheet(np.stack([section + (-0.15, 0.3, 0.03), section + (0.15, 0.3, 0.03)], axis=1))
    glow = tube(np.array([(-0.12, 0.325, 0.03), (0.12, 0.325, 0.03)]), 0.011, columns=8)
    return [
        Piece("brass", lathe(np.array(stand), columns=28)),
        Piece("green enamel", shade),
        Piece("shade lining", transformed(flipped(shade), moved(0.0, -0.004, 0.0))),
        Piece("lamp", as_emitter(glow, warm(radiance))),
    ]


def globe_pendant(drop: float, radius: float, radiance: float) -> Pieces:
    """An opal globe on a cord."""
    globe = Sphere((0.0, -drop, 0.0), radius, radiance=warm(radiance), name="globe lamp")
    cap = lathe(np.array([(0.0, 0.0), (0.03, 0.0), (0.03, 0.05), (0.0, 0.05)]), columns=20)
    return [
        Piece("black steel", bar((0.0, 0.0, 0.0), (0.0, radius * 0.9 - drop, 0.0), 0.003)),
        Piece("brass", transformed(cap, moved(0.0, radius - drop - 0.01, 0.0))),
        Piece("lamp", globe),
    ]


def strip_pendant(drop: float, length: float, radiance: float) -> Pieces:
    """A slim bar along x on two wires, with an emitting strip on its underside."""
    half = length / 2.0
    strip = Flat((-half, -drop - 0.0155, -0.012), (length, 0.0, 0.0), (0.0, 0.0, 0.024),
                 radiance=warm(radiance), name="strip light")  # fmt: skip
    return [
        block("black steel", (length + 0.04, 0.03, 0.045), (0.0, -drop, 0.0)),
        Piece("black steel", bar((-0.8 * half, -drop, 0.0), (-0.8 * half, 0.0, 0.0), 0.0015)),
        Piece("black steel", bar((0.8 * half, -drop, 0.0), (0.8 * half, 0.0, 0.0), 0.0015)),
        Piece("lamp", strip),
    ]


def chandelier(drop: float, arm_count: int, radiance: float) -> Pieces:
    """A lathe-turned stem with S-shaped arms, a candle and a flame on each, glass drops below."""
    stem = np.array([(0.0, -0.32), (0.02, -0.31), (0.045, -0.26), (0.02, -0.2), (0.03, -0.1),
                     (0.07, -0.03), (0.03, 0.05), (0.018, 0.2), (0.035, 0.27), (0.012, 0.34),
                     (0.008, drop), (0.0, drop)])  # fmt: skip
    arm = smooth_curve(
        np.array([(0.03, -0.05, 0), (0.2, -0.16, 0), (0.38, -0.1, 0), (0.44, 0.06, 0)]), 18
    )
    candle = lathe(
        np.array(
            [(0.0, 0.06), (0.045, 0.075), (0.045, 0.082), (0.013, 0.08), (0.013, 0.19), (0.0, 0.19)]
        ),
        14,
    )
    flame = transformed(ellipsoid((0.012, 0.034, 0.012), 8, 10), moved(0.44, 0.225, 0.0))
    beads = transformed(icosphere(0.016, 1), moved(0.44, 0.035, 0.0))
    turns = np.array([rotation_y(360.0 * k / arm_count) for k in range(arm_count)])
    centre = moved(0.0, -drop, 0.0)
    chain = _drops(arm_count)
    meshes = [
        ("brass", lathe(stem, columns=24)),
        ("brass", repeated(tube(arm, 0.008, columns=8), turns)),
        ("ivory", repeated(transformed(candle, moved(0.44, 0.0, 0.0)), turns)),
        ("lamp", as_emitter(repeated(flame, turns), warm(radiance))),
        ("glass", repeated(beads, turns)),
        ("glass", chain),
    ]
    return [Piece(material, transformed(mesh, centre)) for material, mesh in meshes]


def _drops(arm_count: int) -> Mesh:
    """Pear-shaped glass drops in a ring below the arms."""
    drop = lathe(
        np.array([(0.0, -0.05), (0.013, -0.038), (0.015, -0.028), (0.006, -0.008), (0.0, 0.0)]), 8
    )
    angle = 2.0 * np.pi * (np.arange(2 * arm_count) + 0.5) / (2 * arm_count)
    reach = np.where(np.arange(2 * arm_count) % 2 == 0, 0.2, 0.3)
    places = np.tile(np.eye(4), (2 * arm_count, 1, 1))
    places[:, 0, 3], places[:, 2, 3] = reach * np.cos(angle), reach * np.sin(angle)
    places[:, 1, 3] = -0.17
    return repeated(drop, places)


def bulb_string(start: np.ndarray, end: np.ndarray, count: int, radiance: float) -> Pieces:
    """A sagging cord between two points with small bulbs on it."""
    t = np.linspace(0.0, 1.0, 40)[:, None]
    cord = start + (end - start) * t - np.array([0.0, 1.1, 0.0]) * t * (1.0 - t)
    parts: Pieces = [Piece("black steel", tube(cord, 0.004, columns=6))]
    for index in range(count):
        x, y, z = cord[int((index + 0.5) * 39 / count)]
        parts.append(Piece("black steel", bar((x, y - 0.04, z), (x, y, z), 0.009)))
        bulb = Sphere(
            (float(x), float(y) - 0.065, float(z)), 0.028, radiance=warm(radiance), name="bulb"
        )
        parts.append(Piece("lamp", bulb))
    return parts


def fire(width: float, radiance: float, rng: np.random.Generator) -> Pieces:
    """Charred logs along x on an iron grate, glowing coals between them."""
    parts: Pieces = []
    for x in np.linspace(-0.4, 0.4, 6) * width:
        parts.append(Piece("black steel", bar((x, 0.05, -0.16), (x, 0.05, 0.16), 0.008)))
    for index, (y, z) in enumerate(((0.11, 0.08), (0.12, -0.07), (0.21, 0.0))):
        bend = rng.uniform(-0.03, 0.03, 3)
        log = np.array(
            [
                (-0.45 * width, y, z + bend[0]),
                (0.0, y + 0.01, z + bend[1]),
                (0.4 * width, y, z + bend[2]),
            ]
        )
        parts.append(
            Piece("charred wood", tube(smooth_curve(log, 8), 0.05 - 0.006 * index, columns=12))
        )
    for _ in range(16):
        bumps = np.concatenate(
            [rng.normal(0, 3, (4, 3)), rng.uniform(0, 6, (4, 1)), np.full((4, 1), 0.002)], 1
        )
        coal = lumpy_sphere(rng.uniform(0.02, 0.035), bumps, rows=6)
        where = moved(
            rng.uniform(-0.4, 0.4) * width, rng.uniform(0.075, 0.1), rng.uniform(-0.13, 0.14)
        )
        glow = (radiance, 0.3 * radiance, 0.06 * radiance)
        parts.append(Piece("lamp", as_emitter(transformed(coal, where), glow)))
    return parts
