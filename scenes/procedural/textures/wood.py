"""Wood: a board's grain and a floor of planks; seamless.

Host code. Linear reflectance; u (columns) runs along the grain.
"""

from __future__ import annotations

import numpy as np

from scenes.model.textures import RGB
from scenes.model.textures import Image
from scenes.procedural.textures.images import blended
from scenes.procedural.textures.images import color_image
from scenes.procedural.textures.images import normal_image
from scenes.procedural.textures.noise import fractal_noise
from scenes.procedural.textures.noise import gradient_noise
from scenes.procedural.textures.noise import sampled_at_offset
from scenes.procedural.textures.noise import smoothstep

FLOOR_TEXELS = 768
PLANK_ROWS = 16
SECOND_PLANK = 0.55  # start of a row's second plank as a fraction of the row's length
PLANK_GAP = 0.018  # width of the joint on each side of a plank as a fraction of its width


def grain(size: tuple[int, int], rings: int, rng: np.random.Generator) -> np.ndarray:
    """(H, W) in [0, 1]: 0 early wood, 1 dark late wood and pores; `rings` across the height."""
    height, _ = size
    bend = 0.9 * gradient_noise(size, (3, 1), rng) + 0.25 * gradient_noise(size, (6, 3), rng)
    position = rings * (np.arange(height)[:, None] / height) + 1.6 * bend
    ring = 0.5 + 0.5 * np.sin(2.0 * np.pi * position)
    fibres = fractal_noise(size, (48, 3), 3, rng)
    pores = smoothstep(0.35, 0.8, gradient_noise(size, (96, 8), rng))
    return np.clip(0.55 * ring**2 + 0.3 * (0.5 + 0.5 * fibres) + 0.35 * pores, 0.0, 1.0)


def wood(light: RGB, dark: RGB, rng: np.random.Generator, rings: int = 9) -> Image:
    """A board: 512 x 512 texels, grain along u."""
    size = (512, 512)
    tone = 1.0 + 0.08 * gradient_noise(size, (2, 2), rng)
    return color_image(blended(light, dark, grain(size, rings, rng)) * tone[..., None], "wood")


def plank_floor(light: RGB, dark: RGB, rng: np.random.Generator) -> tuple[Image, Image]:
    """Colour and normal map of a floor of 16 rows of planks, two to a row: 768 x 768 texels.

    Each plank has its own tone and its own section of one grain. Meant for 2.4 m x 2.4 m.
    """
    size = (FLOOR_TEXELS, FLOOR_TEXELS)
    plank, across, joint = _plank_layout(size, rng)
    count = 2 * PLANK_ROWS
    warmth = rng.uniform(-0.05, 0.05, (count, 1)) * (1.0, 0.0, -1.0)
    tint = ((1.0 + warmth) * rng.uniform(0.68, 1.18, (count, 1))).astype(np.float32)
    shift = rng.integers(0, FLOOR_TEXELS, (2, count), np.int32)
    figure = sampled_at_offset(grain(size, 40, rng), shift[0][plank], shift[1][plank])
    reflectance = blended(light, dark, figure)
    reflectance *= tint[plank]
    reflectance *= (1.0 - 0.75 * joint)[..., None]
    cup = 0.0003 * (2.0 * across - 1.0) ** 2
    relief = -0.0012 * joint - 0.00012 * figure - cup
    return color_image(reflectance, "planks"), normal_image(
        relief, 2.4 / FLOOR_TEXELS, "plank normals"
    )


def _plank_layout(
    size: tuple[int, int], rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(H, W) plank number, (H, 1) position across its row in [0, 1], (H, W) joint in [0, 1]."""
    y = ((np.arange(size[0], dtype=np.float32) + 0.5) / size[0] * PLANK_ROWS)[:, None]
    x = ((np.arange(size[1], dtype=np.float32) + 0.5) / size[1])[None, :]
    row = y.astype(np.int32)
    across = y - row
    start = (np.arange(PLANK_ROWS) * 0.382 + rng.uniform(-0.06, 0.06, PLANK_ROWS)) % 1.0
    along = (x - start.astype(np.float32)[row]) % 1.0
    edge = np.minimum(across, 1.0 - across)
    end = np.minimum(np.minimum(along, 1.0 - along), np.abs(along - SECOND_PLANK)) * PLANK_ROWS
    joint = 1.0 - smoothstep(0.0, PLANK_GAP, np.minimum(edge, end))
    return 2 * row + (along > SECOND_PLANK), across, joint
