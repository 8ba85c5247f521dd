"""Materials of the reading room's objects: cloth, leather, metal, glass, glaze, paper, leaves.

Host code.
"""

from __future__ import annotations

import numpy as np

from scenes.builtin.furniture.metals import BRASS
from scenes.builtin.furniture.metals import COPPER
from scenes.builtin.furniture.metals import GOLD
from scenes.builtin.furniture.metals import SILVER
from scenes.builtin.furniture.metals import metal
from scenes.builtin.furniture.textures import tiled
from scenes.builtin.furniture.textures import whole
from scenes.builtin.reading_room.finishes import glossy
from scenes.builtin.reading_room.finishes import matt
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import MetallicRoughness
from scenes.model.textures import RGB
from scenes.model.textures import Channel
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from scenes.model.textures import ScalarTexture
from scenes.procedural.textures.fabric import leather
from scenes.procedural.textures.fabric import woven
from scenes.procedural.textures.foliage import broad_leaf
from scenes.procedural.textures.foliage import fern_frond
from scenes.procedural.textures.foliage import petal
from scenes.procedural.textures.foliage import sword_blade
from scenes.procedural.textures.images import linear_rgb
from scenes.procedural.textures.images import palette
from scenes.procedural.textures.print import book_covers
from scenes.procedural.textures.print import globe_map
from scenes.procedural.textures.print import page_edges
from scenes.procedural.textures.print import patina
from scenes.procedural.textures.print import printed_page

CLOTHS = {  # sRGB codes; the weave itself is grey
    "linen": "e2d8c6",
    "teal cloth": "2f6068",
    "mustard cloth": "c8922e",
    "rust cloth": "a84e30",
    "wool": "d8ccb4",
}
LEAF_CUTOFF = 0.5  # opacity below which a leaf is cut out


def stuffs(rng: np.random.Generator) -> dict[str, Material]:
    """Materials of furniture and other objects by name."""
    return _cloths(rng) | _metals(rng) | _glasses() | _glazes() | _papers(rng) | _leaves(rng)


def _cloths(rng: np.random.Generator) -> dict[str, Material]:
    """One weave that repeats every 0.08 m, in several dyes; leather."""
    weave, relief = woven((0.78, 0.78, 0.78), (0.66, 0.66, 0.66), rng)
    shape = tiled(weave, 0.08).uv_transform
    threads = tiled(relief, 0.08)
    cloths = {
        name: matt(ImageTexture(weave, (*linear_rgb(code), 1.0), shape), threads)
        for name, code in CLOTHS.items()
    }
    # No weave: uvs of curtains (linen) are fractions, not metres; fringes (wool) are narrow.
    for name in ("linen", "wool"):
        cloths[name] = matt(linear_rgb(CLOTHS[name]))
    hide, creases = leather(linear_rgb("8a4a28"), rng)
    cloths["leather"] = glossy(tiled(hide, 0.5), 0.3, tiled(creases, 0.5))
    return cloths


def _metals(rng: np.random.Generator) -> dict[str, Material]:
    """Polished, brushed and weathered metal."""
    base, surface = patina(linear_rgb("c08a58"), linear_rgb("5c9484"), rng)
    finish = tiled(surface, 0.5)
    aged = MetallicRoughness(
        tiled(base, 0.5),
        metallic=ScalarTexture(finish, Channel.BLUE),
        roughness=ScalarTexture(finish, Channel.GREEN),
    )
    return {
        "brass": Material(metal(BRASS, 0.16)),
        "copper": Material(metal(COPPER, 0.1)),
        "gold": Material(metal(GOLD, 0.12)),
        "silver": Material(metal(SILVER, 0.06)),
        "mirror": Material(metal(SILVER)),
        "patina": Material(aged),
    }


def _glasses() -> dict[str, Material]:
    """Clear, frosted and window glass."""
    return {
        "glass": Material(Dielectric(1.5)),
        "tinted glass": Material(Dielectric(1.5, specular_transmittance=(0.62, 0.86, 0.9))),
        "frosted glass": Material(Dielectric(1.5, alpha=0.18)),
        "pane": Material(Dielectric(1.5, is_thin=True)),
    }


def _glazes() -> dict[str, Material]:
    """Pottery, enamel, fruit, lamps and other objects of uniform colour."""
    plain: dict[str, tuple[str, float]] = {
        "white glaze": ("e6e2d8", 0.06),
        "blue glaze": ("2c5a8c", 0.05),
        "green enamel": ("1c5038", 0.05),
        "apple": ("a82c22", 0.15),
        "orange": ("d8801c", 0.3),
        "lemon": ("d8bc30", 0.28),
        "ivory": ("e6dcc4", 0.2),
    }
    glazes = {name: glossy(linear_rgb(code), alpha) for name, (code, alpha) in plain.items()}
    dull = {"terracotta": "b4694a", "soil": "3a2c22", "stem": "5a6a3a", "shade lining": "e0d8c8"}
    glazes |= {name: matt(linear_rgb(code)) for name, code in dull.items()}
    glazes["lamp"] = Material(Diffuse((0.0, 0.0, 0.0)))
    return glazes


def _papers(rng: np.random.Generator) -> dict[str, Material]:
    """Books, pages, a globe."""
    cloth = palette("962a26 2c4c7c 3f6b48 8a6238 d0be92 4c3044 bd8238 6e7078 a84a34 4d7486 dcd0b4")
    gilt = linear_rgb("d8b060")
    world = globe_map(linear_rgb("6a97a6"), linear_rgb("c6ad7c"), linear_rgb("e6e4de"), rng)
    return {
        "book covers": glossy(ImageTexture(book_covers(cloth, gilt, rng)), 0.35),
        "page edges": matt(ImageTexture(page_edges(linear_rgb("ddd0b2"), rng))),
        "page": matt(whole(printed_page(linear_rgb("e4dcc8"), linear_rgb("282420"), rng))),
        "globe": glossy(ImageTexture(world), 0.1),
    }


def _leaves(rng: np.random.Generator) -> dict[str, Material]:
    """Leaves and petals, cut out by the opacity of their images."""
    light: RGB = linear_rgb("90b268")
    pictures = {
        "leaf": broad_leaf(linear_rgb("3c6e30"), light, rng),
        "fern": fern_frond(linear_rgb("4c7c34"), light, rng),
        "blade": sword_blade(linear_rgb("40603c"), linear_rgb("c4bc70"), rng),
        "red petal": petal(linear_rgb("e8b850"), linear_rgb("c84638"), rng),
        "white petal": petal(linear_rgb("d8d080"), linear_rgb("e8e4dc"), rng),
    }
    return {name: _cut_out(image) for name, image in pictures.items()}


def _cut_out(image: Image) -> Material:
    """Material of a leaf: the image's colour where its alpha reaches LEAF_CUTOFF, else nothing."""
    texture = whole(image)
    alpha = ScalarTexture(texture, Channel.ALPHA)
    return Material(Diffuse(texture), opacity=alpha, opacity_cutoff=LEAF_CUTOFF)
