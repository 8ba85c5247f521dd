"""The Cornell box (Goral et al. 1984) with the measured geometry of Cornell's web page.

Host code. One unit is 100 mm, so the room is about 5.5 units wide; colours are the usual RGB
approximations of the measured spectra.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import to_scene_tables
from scenes.builtin.furniture.cameras import camera_at
from scenes.model.description import Flat
from scenes.model.description import Mesh
from scenes.model.description import SceneDescription
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.procedural.geometry.meshes import indexed

MATERIALS = {
    "white": Material(Diffuse((0.725, 0.71, 0.68))),
    "red": Material(Diffuse((0.63, 0.065, 0.05))),
    "green": Material(Diffuse((0.14, 0.45, 0.091))),
    "lamp": Material(Diffuse((0.78, 0.78, 0.78))),
}
# The measured floor is 5.528 wide at the back; here it is a rectangle.
WIDTH, HEIGHT, DEPTH = 5.56, 5.488, 5.592
LAMP_RADIANCE = (40.0, 31.0, 17.0)
LAMP_GAP = 0.01  # units between lamp and ceiling, so that the two do not coincide
SHORT_FOOT = ((1.30, 0.65), (0.82, 2.25), (2.40, 2.72), (2.90, 1.14))  # (x, z) of its floor corners
TALL_FOOT = ((4.23, 2.47), (2.65, 2.96), (3.14, 4.56), (4.72, 4.06))


def cornell_box() -> SceneDescription:
    """Red wall on the left, green on the right, two white blocks, one lamp in the ceiling."""
    pieces = _walls() + [
        Piece("white", _block(SHORT_FOOT, 1.65)),
        Piece("white", _block(TALL_FOOT, 3.30)),
        Piece("lamp", Flat((2.13, HEIGHT - LAMP_GAP, 2.27), (1.30, 0.0, 0.0), (0.0, 0.0, 1.05),
                           radiance=LAMP_RADIANCE, name="lamp")),
    ]  # fmt: skip
    shapes, materials = to_scene_tables(pieces, MATERIALS)
    camera = camera_at((2.78, 2.73, -8.0), (2.78, 2.73, 2.8), fov_x=37.6, aspect=1.0)
    return SceneDescription("cornell-box", shapes, materials, camera)


def _walls() -> Pieces:
    """Five parallelograms whose fronts face into the room; the side towards the camera is open."""
    right, up, back = (WIDTH, 0.0, 0.0), (0.0, HEIGHT, 0.0), (0.0, 0.0, DEPTH)
    zero = (0.0, 0.0, 0.0)
    return [
        Piece("white", Flat(zero, back, right, name="floor")),
        Piece("white", Flat(up, right, back, name="ceiling")),
        Piece("white", Flat(back, up, right, name="back wall")),
        Piece("red", Flat(right, back, up, name="left wall")),
        Piece("green", Flat(zero, up, back, name="right wall")),
    ]


def _block(foot: tuple[tuple[float, float], ...], height: float) -> Mesh:
    """A closed block over a floor quadrilateral of (x, z) corners; uvs in [0, 1]^2 per side."""
    corners = np.array([(x, y, z) for y in (0.0, height) for x, z in foot])
    sides = [(0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7), (0, 3, 2, 1)]
    vertices = corners[np.array(sides)].reshape(-1, 3)
    starts = 4 * np.arange(len(sides))[:, None]
    faces = np.concatenate([starts + (0, 1, 2), starts + (0, 2, 3)])
    across = np.cross(vertices[1::4] - vertices[0::4], vertices[2::4] - vertices[0::4])
    square = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
    return indexed(vertices, faces, np.repeat(across, 4, axis=0), np.tile(square, (len(sides), 1)))
