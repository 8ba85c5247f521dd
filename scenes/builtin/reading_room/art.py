"""Paintings and carpets of the reading room.

Host code.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.textures import whole
from scenes.builtin.reading_room.finishes import glossy
from scenes.builtin.reading_room.finishes import matt
from scenes.model.materials import Material
from scenes.procedural.textures import paintings as painted
from scenes.procedural.textures.fabric import carpet
from scenes.procedural.textures.images import palette

VARNISH = 0.25  # microfacet width of a varnished canvas
TALL, WIDE, BROAD = (256, 200), (200, 256), (200, 360)  # texels, (H, W)


def art(rng: np.random.Generator) -> dict[str, Material]:
    """Six paintings and three carpets, by name."""
    pictures = {
        "blocks": painted.blocks(palette("e8e2d4 b02c22 d8aa28 24508c 141414"), TALL, rng),
        "fields": painted.fields(palette("5a1e1a c8602a e0a03a 3c1420"), TALL, rng),
        "circles": painted.circles(palette("e2d6be c03c2a 285078 d8a02c 2f7866 1c1c24"), WIDE, rng),
        "hills": painted.hills(
            palette("eec894 e4905e a07a88 6a5e7a 424a64 222a3a f4e4b4"), BROAD, rng
        ),
        "mosaic": painted.mosaic(palette("14181c c84e30 e0a23c 2c7878 20406c e2d6ba"), TALL, rng),
        "currents": painted.currents(palette("10304a 206878 7cb0a8 e2d6b4 c8764a"), WIDE, rng),
    }
    carpets = {
        "red carpet": carpet(palette("7c2622 22304c c09a60 e0d4b8 40686a"), (360, 500), rng),
        "blue carpet": carpet(palette("2c4260 6c2c28 b89058 dcd0b4 7c8c6c"), (300, 420), rng),
    }
    carpets["runner"] = carpet(palette("2f4a48 7a2c24 b89058 dcd0b4 8c6c3c"), (130, 600), rng)
    table = {name: glossy(whole(image), VARNISH) for name, image in pictures.items()}
    return table | {name: matt(whole(image)) for name, image in carpets.items()}
