"""Materials of the reading room's building: floors, walls, woodwork.

Host code. Widths of texture repeats in metres, for uvs in metres.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.textures import tiled
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import Plastic
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from scenes.model.textures import Spectrum
from scenes.procedural.textures.images import linear_rgb
from scenes.procedural.textures.images import palette
from scenes.procedural.textures.masonry import bricks
from scenes.procedural.textures.masonry import marble
from scenes.procedural.textures.masonry import patterned_tile
from scenes.procedural.textures.masonry import plaster
from scenes.procedural.textures.wood import plank_floor
from scenes.procedural.textures.wood import wood


def finishes(rng: np.random.Generator) -> dict[str, Material]:
    """Materials of the building by name."""
    return _floors(rng) | _walls(rng) | _woods(rng) | _stones(rng)


def glossy(color: Spectrum, alpha: float, normal_map: ImageTexture | None = None) -> Material:
    """Varnished or glazed material: a clear coat of microfacet width `alpha` over a colour."""
    return Material(Plastic(color, alpha=alpha), normal_map=normal_map)


def matt(color: Spectrum, normal_map: ImageTexture | None = None) -> Material:
    """Lambertian material."""
    return Material(Diffuse(color), normal_map=normal_map)


def _floors(rng: np.random.Generator) -> dict[str, Material]:
    """Oak planks that repeat every 2.4 m, cement tiles of 0.25 m."""
    planks, relief = plank_floor(linear_rgb("b98d5e"), linear_rgb("76502e"), rng)
    tile = patterned_tile(palette("e2d8c4 2c4a5a b8744c 5c8490"), rng)
    return {
        "planks": glossy(tiled(planks, 2.4), 0.14, tiled(relief, 2.4)),
        "tiles": glossy(tiled(tile, 0.25), 0.12),
    }


def _walls(rng: np.random.Generator) -> dict[str, Material]:
    """Plaster in three colours with the same normal map; bricks."""
    paint, relief = plaster(linear_rgb("f0e9dc"), rng)
    rough = tiled(relief, 2.0)
    brick, brick_relief = bricks(
        palette("97503a a8644a 82493a b87a58 8d5a48"), linear_rgb("bcb2a4"), rng
    )
    return {
        "cream plaster": matt(tiled(paint, 2.0), rough),
        "green plaster": matt(_tinted(paint, 2.0, "83a08c", "f0e9dc"), rough),
        "white plaster": matt(_tinted(paint, 2.0, "eceae4", "f0e9dc"), rough),
        "bricks": matt(tiled(brick, 1.2), tiled(brick_relief, 1.2)),
        "soot": matt((0.04, 0.035, 0.03), tiled(brick_relief, 1.2)),
    }


def _tinted(image: Image, width: float, wanted: str, painted: str) -> ImageTexture:
    """The wall texture in another colour: scaled from the sRGB code `painted` to `wanted`."""
    red, green, blue = np.array(linear_rgb(wanted)) / np.array(linear_rgb(painted))
    texture = tiled(image, width)
    return ImageTexture(image, (float(red), float(green), float(blue), 1.0), texture.uv_transform)


def _woods(rng: np.random.Generator) -> dict[str, Material]:
    """One wood grain in three stains, repeat 1.8 m along it, 0.6 m across; white, black lacquer."""
    board = wood(linear_rgb("c39a68"), linear_rgb("875a34"), rng)
    stain = {"oak": (0.9, 0.9, 0.9), "walnut": (0.5, 0.41, 0.37), "beam": (0.5, 0.42, 0.36)}
    shape = tiled(board, 1.8, 0.6).uv_transform
    woods = {
        name: glossy(ImageTexture(board, (*factors, 1.0), shape), 0.2)
        for name, factors in stain.items()
    }
    woods["white lacquer"] = glossy(linear_rgb("e4e0d8"), 0.15)
    woods["black steel"] = glossy(linear_rgb("26272a"), 0.25)
    woods["charred wood"] = matt((0.025, 0.022, 0.02))
    return woods


def _stones(rng: np.random.Generator) -> dict[str, Material]:
    """Polished marble that repeats every 1.2 m, and plain limestone."""
    white = marble(linear_rgb("e8e4de"), linear_rgb("7c7c80"), rng)
    dark = ImageTexture(white, (0.16, 0.2, 0.18, 1.0), tiled(white, 1.2).uv_transform)
    return {
        "white marble": glossy(tiled(white, 1.2), 0.05),
        "dark marble": glossy(dark, 0.05),
        "limestone": matt(linear_rgb("cfc6b4")),
    }
