"""Four plates and four lamps: the test of multiple importance sampling in Veach 1997, fig. 9.2.

Host code. Units as in the published scene files, about a metre each.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from scenes.builtin.furniture.assembly import Piece
from scenes.builtin.furniture.assembly import Pieces
from scenes.builtin.furniture.assembly import to_scene_tables
from scenes.builtin.furniture.cameras import camera_at
from scenes.builtin.furniture.metals import ALUMINIUM
from scenes.builtin.furniture.metals import metal
from scenes.model.description import Flat
from scenes.model.description import SceneDescription
from scenes.model.description import Sphere
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.textures import RGB

PLATE_ALPHAS = (0.005, 0.02, 0.05, 0.1)  # microfacet widths, from the back plate to the front one
PLATE_EDGES = (  # (y, z) of the near and of the far edge; x from -4 to 4
    ((-2.70651, 0.25607), (-2.08375, -0.526323)),
    ((-3.28825, 1.36972), (-2.83856, 0.476536)),
    ((-3.73096, 2.70046), (-3.43378, 1.74564)),
    ((-3.99615, 4.0667), (-3.82069, 3.08221)),
)
PLATE_HALF_WIDTH = 4.0
LAMP_RADII = (1.0 / 30.0, 0.1, 0.3, 0.9)
LAMP_TINTS = ((1.0, 0.45, 0.25), (1.0, 0.85, 0.35), (0.45, 0.95, 0.6), (0.4, 0.65, 1.0))
LAMP_STRENGTH = 1.0  # radiance times radius^2: the same power for every size
FLOOR = -4.14615


def veach_mis() -> SceneDescription:
    """Plates that differ in roughness reflect lamps that differ in size, each of equal power."""
    materials = {f"plate {i}": Material(metal(ALUMINIUM, a)) for i, a in enumerate(PLATE_ALPHAS)}
    materials["room"] = Material(Diffuse((0.4, 0.4, 0.4)))
    materials["lamp"] = Material(Diffuse((0.0, 0.0, 0.0)))
    pieces = _plates() + _lamps() + [
        Piece("room", Flat((-10.0, FLOOR, -2.0), (0.0, 0.0, 17.0), (20.0, 0.0, 0.0), name="floor")),
        Piece("room", Flat((-10.0, FLOOR, -2.0), (20.0, 0.0, 0.0), (0.0, 24.0, 0.0), name="wall")),
    ]  # fmt: skip
    shapes, table = to_scene_tables(pieces, materials)
    camera = camera_at((0.0, 2.0, 15.0), (0.0, -1.75, 2.5), fov_x=37.0, aspect=4.0 / 3.0)
    return SceneDescription("veach-mis", shapes, table, camera)


def _plates() -> Pieces:
    """Four parallelograms that face up and towards the camera."""
    pieces = []
    for index, (near, far) in enumerate(PLATE_EDGES):
        rise = (0.0, far[0] - near[0], far[1] - near[1])
        corner = (-PLATE_HALF_WIDTH, *near)
        plate = Flat(corner, (2.0 * PLATE_HALF_WIDTH, 0.0, 0.0), rise, name=f"plate {index}")
        pieces.append(Piece(f"plate {index}", plate))
    return pieces


def _lamps() -> Pieces:
    """Four spheres of growing size in a row, and a bright one high up that lights the room."""
    pieces = []
    for index, (radius, tint) in enumerate(zip(LAMP_RADII, LAMP_TINTS)):
        x = -3.75 + 2.5 * index
        lamp = Sphere((x, 0.0, 0.0), radius, radiance=_tinted(tint, LAMP_STRENGTH / radius**2))
        pieces.append(Piece("lamp", lamp))
    high = Sphere((10.0, 10.0, 4.0), 0.5, radiance=(600.0, 600.0, 600.0))
    return pieces + [Piece("lamp", high)]


def _tinted(tint: Sequence[float], strength: float) -> RGB:
    """A colour whose mean over the channels is `strength`."""
    red, green, blue = np.asarray(tint) * (strength / np.mean(tint))
    return float(red), float(green), float(blue)
