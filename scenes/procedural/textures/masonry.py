"""Stone and plaster: marble, plaster, bricks, patterned tiles; seamless.

Host code. Linear reflectance.
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

BRICK_ROWS, BRICK_COLUMNS = 16, 5


def marble(ground: RGB, vein: RGB, rng: np.random.Generator) -> Image:
    """Veined stone, 512 x 512 texels: ridges of noise with domain warping."""
    size = (512, 512)
    bend = 60.0 * fractal_noise(size, (2, 2), 4, rng)
    thin = 1.0 - np.abs(sampled_at_offset(fractal_noise(size, (3, 3), 4, rng), bend, bend[:, ::-1]))
    broad = 1.0 - np.abs(sampled_at_offset(fractal_noise(size, (2, 2), 3, rng), bend, -bend))
    cloud = 0.5 + 0.5 * fractal_noise(size, (3, 3), 5, rng)
    fraction = 0.6 * smoothstep(0.94, 1.0, thin) + 0.28 * smoothstep(0.8, 1.0, broad) + 0.12 * cloud
    return color_image(blended(ground, vein, np.clip(fraction, 0.0, 1.0)), "marble")


def plaster(paint: RGB, rng: np.random.Generator) -> tuple[Image, Image]:
    """Colour and normal map of a painted wall, 256 x 256 texels, meant for 2 m x 2 m."""
    size = (256, 256)
    cloud = fractal_noise(size, (3, 3), 5, rng)
    reflectance = np.array(paint, np.float32) * (1.0 + 0.05 * cloud)[..., None]
    relief = 0.0016 * fractal_noise(size, (10, 10), 4, rng)
    return color_image(reflectance, "plaster"), normal_image(relief, 2.0 / 256, "plaster normals")


def bricks(tones: np.ndarray, mortar: RGB, rng: np.random.Generator) -> tuple[Image, Image]:
    """Colour and normal map of a running bond of 16 x 5 bricks, 512 x 512, for about 1.2 m x 1.2 m.

    `tones` (K, 3): linear reflectances from which each brick's is drawn.
    """
    size = (512, 512)
    wobble = 3.0 * fractal_noise(size, (8, 8), 3, rng)
    rows = (np.arange(512)[:, None] + 0.5 + wobble) % 512 / 512 * BRICK_ROWS
    row = rows.astype(int) % BRICK_ROWS
    columns = (
        (np.arange(512)[None, :] + 0.5 + wobble.T) / 512 * BRICK_COLUMNS + 0.5 * (row % 2)
    ) % BRICK_COLUMNS
    column = columns.astype(int) % BRICK_COLUMNS
    down, right = rows % 1.0, columns % 1.0
    edge = np.minimum(
        np.minimum(down, 1.0 - down) / BRICK_ROWS, np.minimum(right, 1.0 - right) / BRICK_COLUMNS
    )
    brick = smoothstep(0.003, 0.0085, edge)
    kind = rng.integers(0, len(tones), (BRICK_ROWS, BRICK_COLUMNS))[row, column]
    tone = rng.uniform(0.75, 1.15, (BRICK_ROWS, BRICK_COLUMNS))[row, column]
    rough = fractal_noise(size, (24, 24), 4, rng)
    face = tones[kind] * (tone * (1.0 + 0.2 * rough))[..., None]
    reflectance = blended(
        np.array(mortar, np.float32) * (1.0 + 0.1 * rough)[..., None], face, brick
    )
    relief = 0.006 * brick + 0.0007 * rough
    return color_image(reflectance, "bricks"), normal_image(relief, 1.2 / 512, "brick normals")


def patterned_tile(colors: np.ndarray, rng: np.random.Generator) -> Image:
    """One glazed cement tile, 256 x 256: rosette, diamond and corner quarters in (4, 3) `colors`.

    Mirror-symmetric, so that copies join seamlessly.
    """
    t = np.abs((np.arange(256) + 0.5) / 128.0 - 1.0)
    x, y = t[None, :], t[:, None]
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    corner = np.hypot(1.0 - x, 1.0 - y)
    petals = radius < 0.28 + 0.16 * np.cos(4.0 * angle) ** 2
    layers = [
        (np.abs(x + y - 1.0) < 0.07, 1), (corner < 0.42, 2), (corner < 0.32, 0), (corner < 0.2, 3),
        (petals, 3), (radius < 0.2, 1), (radius < 0.1, 0), (np.maximum(x, y) > 0.985, 1),
    ]  # fmt: skip
    pattern = np.zeros((256, 256), int)
    for mask, color in layers:
        pattern[np.broadcast_to(mask, pattern.shape)] = color
    wear = (
        1.0
        + 0.07 * gradient_noise((256, 256), (4, 4), rng)
        + 0.04 * gradient_noise((256, 256), (32, 32), rng)
    )
    return color_image(colors[pattern] * wear[..., None], "tile")
