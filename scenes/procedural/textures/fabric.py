"""Fabrics: woven cloth, leather, and a carpet with borders and a medallion.

Host code. Linear reflectance; cloth and leather tile seamlessly, a carpet is one complete image.
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
from scenes.procedural.textures.noise import smoothstep


def woven(warp: RGB, weft: RGB, rng: np.random.Generator) -> tuple[Image, Image]:
    """Colour and normal map of a plain weave of 32 x 32 threads, 256 x 256 texels, for 0.1 m."""
    size, threads = (256, 256), 32
    position = (np.arange(256) + 0.5) / 256 * threads
    over = ((position[None, :].astype(int) + position[:, None].astype(int)) % 2).astype(float)
    hump_x, hump_y = (
        np.sin(np.pi * (position % 1.0))[None, :],
        np.sin(np.pi * (position % 1.0))[:, None],
    )
    relief = np.where(over > 0, hump_x * (0.6 + 0.4 * hump_y), hump_y * (0.6 + 0.4 * hump_x))
    slub = (
        1.0 + 0.12 * gradient_noise(size, (4, 32), rng) + 0.12 * gradient_noise(size, (32, 4), rng)
    )
    shade = (0.72 + 0.28 * relief) * slub
    image = color_image(blended(warp, weft, over) * shade[..., None], "cloth")
    return image, normal_image(0.0005 * relief, 0.1 / 256, "cloth normals")


def leather(dye: RGB, rng: np.random.Generator) -> tuple[Image, Image]:
    """Colour and normal map of creased leather, 256 x 256, for about 0.4 m x 0.4 m."""
    size = (256, 256)
    pebbles = np.abs(fractal_noise(size, (28, 28), 2, rng))
    cloud = fractal_noise(size, (3, 3), 4, rng)
    creases = smoothstep(0.0, 0.12, np.abs(gradient_noise(size, (5, 5), rng)))
    tone = (1.0 + 0.22 * cloud) * (0.86 + 0.14 * creases)
    relief = 0.0009 * np.sqrt(pebbles) + 0.0012 * creases
    image = color_image(np.array(dye, np.float32) * tone[..., None], "leather")
    return image, normal_image(relief, 0.4 / 256, "leather normals")


def carpet(colors: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """A carpet in (5, 3) `colors` (field, border, ornament, line, accent); `shape` (H, W).

    Symmetric about both centre lines; the unit of pattern coordinates is the short side.
    """
    height, width = shape
    y = np.abs((np.arange(height) + 0.5) / height - 0.5)[:, None] * height / min(shape)
    x = np.abs((np.arange(width) + 0.5) / width - 0.5)[None, :] * width / min(shape)
    pattern = np.zeros(shape, int)
    _field(pattern, x, y)
    _border(pattern, x, y)
    knots = 1.0 + 0.1 * gradient_noise(shape, (height // 4, width // 4), rng)
    fading = 1.0 + 0.12 * gradient_noise(shape, (9, 3), rng)
    return color_image(colors[pattern] * (knots * fading)[..., None], "carpet")


def _field(pattern: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
    """Draw flowers on a lattice and a lobed medallion of nested rings into (H, W) `pattern`."""
    flower_x, flower_y = (x * 11.0) % 1.0 - 0.5, (y * 11.0) % 1.0 - 0.5
    reach, angle = np.hypot(flower_x, flower_y), np.arctan2(flower_y, flower_x)
    pattern[reach < 0.2 + 0.12 * np.cos(5.0 * angle)] = 2
    pattern[reach < 0.1] = 4
    radius, around = np.hypot(x / 1.25, y), np.arctan2(y, x / 1.25)
    lobes = 0.25 + 0.03 * np.abs(np.cos(6.0 * around)) + 0.02 * np.abs(np.cos(3.0 * around))
    for fraction, color in (
        (1.1, 3),
        (1.05, 1),
        (0.8, 3),
        (0.76, 4),
        (0.55, 2),
        (0.36, 3),
        (0.3, 1),
    ):
        pattern[radius < fraction * lobes] = color
    spokes = (np.cos(8.0 * around) > 0.6) & (radius > 0.44 * lobes) & (radius < 0.72 * lobes)
    pattern[spokes] = 3


def _border(pattern: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
    """Draw the border bands over (H, W) `pattern`; x and y grow from the centre to the rims."""
    rim_x, rim_y = x.max() - x, y.max() - y
    edge = np.minimum(rim_x, rim_y)
    along = np.where(rim_x < rim_y, y, x)
    pattern[edge < 0.15] = 1
    for line in (0.15, 0.135, 0.045, 0.03):
        pattern[np.abs(edge - line) < 0.004] = 3
    diamond = np.abs((along * 9.0) % 1.0 - 0.5) + np.abs(edge - 0.09) * 11.0
    pattern[(diamond < 0.42) & (edge < 0.13)] = 2
    pattern[(diamond < 0.2) & (edge < 0.13)] = 4
    small = np.abs((along * 26.0) % 1.0 - 0.5) + np.abs(edge - 0.0375) * 60.0
    pattern[small < 0.4] = 4
    pattern[edge < 0.02] = 2
