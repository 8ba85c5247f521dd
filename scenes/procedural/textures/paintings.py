"""Abstract paintings, one style per function, and the canvas they are painted on.

Host code. Linear reflectance; `palette` is (K, 3), its first colour the ground.
"""

from __future__ import annotations

import numpy as np

from scenes.model.textures import Image
from scenes.procedural.textures.images import blended
from scenes.procedural.textures.images import color_image
from scenes.procedural.textures.noise import fractal_noise
from scenes.procedural.textures.noise import gradient_noise
from scenes.procedural.textures.noise import smoothstep


def blocks(palette: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Rectangles separated by lines; the lines have the last colour."""
    picture = np.empty((*shape, 3))
    line = max(2, min(shape) // 50)
    regions = [(0, shape[0], 0, shape[1])]
    while regions:
        top, bottom, left, right = regions.pop()
        tall, wide = bottom - top, right - left
        if max(tall, wide) > 0.28 * max(shape) and (rng.random() < 0.85 or wide == shape[1]):
            fraction = rng.choice([0.25, 0.4, 0.6, 0.75])
            if tall > wide:
                cut = top + int(fraction * tall)
                regions += [(top, cut, left, right), (cut, bottom, left, right)]
            else:
                cut = left + int(fraction * wide)
                regions += [(top, bottom, left, cut), (top, bottom, cut, right)]
            continue
        picture[top:bottom, left:right] = palette[-1]
        color = 0 if rng.random() < 0.45 else rng.integers(1, len(palette) - 1)
        picture[top + line : bottom - line, left + line : right - line] = palette[color]
    return _on_canvas(picture, rng)


def fields(palette: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Three soft-edged bands of colour on the ground."""
    y = ((np.arange(shape[0]) + 0.5) / shape[0])[:, None]
    x = ((np.arange(shape[1]) + 0.5) / shape[1])[None, :]
    ragged = 0.018 * fractal_noise(shape, (4, 4), 5, rng)
    picture = np.broadcast_to(palette[0], (*shape, 3)) * (1.0 + 0.1 * ragged[..., None] * 50.0)
    for (top, bottom), color in zip(((0.06, 0.38), (0.42, 0.68), (0.72, 0.94)), palette[1:]):
        inside = (
            np.minimum(np.minimum(y - top, bottom - y), np.minimum(x - 0.08, 0.92 - x)) + ragged
        )
        brushed = 1.0 + 0.22 * gradient_noise(shape, (6, 3), rng)
        picture = blended(
            picture, color * brushed[..., None], 0.93 * smoothstep(-0.005, 0.03, inside)
        )
    return _on_canvas(picture, rng)


def circles(palette: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Overlapping disks and rings, translucent, with a few straight strokes."""
    y, x = np.mgrid[: shape[0], : shape[1]] / min(shape)
    picture = np.broadcast_to(palette[0], (*shape, 3)).copy()
    tall, wide = shape[0] / min(shape), shape[1] / min(shape)
    for index in range(16):
        middle, radius = rng.uniform(0.1, 0.9, 2) * (tall, wide), rng.uniform(0.05, 0.27)
        distance = np.hypot(y - middle[0], x - middle[1])
        fraction = smoothstep(radius + 0.004, radius, distance)
        if index % 3 == 0:
            fraction = fraction * smoothstep(0.6 * radius, 0.6 * radius + 0.004, distance)
        picture = blended(picture, palette[1 + index % (len(palette) - 1)], 0.78 * fraction)
    for _ in range(6):
        angle, offset = rng.uniform(0.0, np.pi), rng.uniform(0.2, 0.9)
        line = np.abs(np.cos(angle) * (x - offset * wide) + np.sin(angle) * (y - offset * tall))
        picture = blended(picture, palette[-1], smoothstep(0.007, 0.003, line))
    return _on_canvas(picture, rng)


def hills(palette: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """A landscape of ridges that darken towards the viewer under a low sun; palette far to near."""
    y = ((np.arange(shape[0]) + 0.5) / shape[0])[:, None]
    x = ((np.arange(shape[1]) + 0.5) / shape[1])[None, :]
    picture = blended(palette[0], palette[1], smoothstep(0.0, 0.6, np.broadcast_to(y, shape)))
    sun = np.hypot((x - 0.68) * shape[1] / shape[0], y - 0.3)
    picture = blended(picture, palette[-1], smoothstep(0.085, 0.078, sun))
    layers = palette[2:-1]
    for index, color in enumerate(layers):
        level = 0.38 + 0.52 * index / len(layers)
        ridge = level + 0.09 * fractal_noise((1, shape[1]), (1, 2 + index), 5, rng)
        mist = smoothstep(0.0, 0.3, y - ridge)
        picture = blended(
            picture, blended(color, palette[1], 0.35 * mist), smoothstep(0.0, 0.004, y - ridge)
        )
    return _on_canvas(picture, rng)


def mosaic(palette: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Voronoi cells of random points, seams in the first colour; colours change gradually."""
    y, x = np.mgrid[: shape[0], : shape[1]] / min(shape)
    sites = rng.uniform(0.0, 1.0, (90, 2)) * np.array(shape) / min(shape)
    distance = np.full(shape, np.inf)
    second, nearest = distance.copy(), np.zeros(shape, int)
    for index, (site_y, site_x) in enumerate(sites):
        reach = np.hypot(y - site_y, x - site_x)
        second = np.minimum(second, np.maximum(reach, distance))
        nearest = np.where(reach < distance, index, nearest)
        distance = np.minimum(distance, reach)
    drift = (sites.sum(axis=1) * 2.2 + rng.uniform(0.0, 1.3, 90)).astype(int) % (len(palette) - 1)
    tone = rng.uniform(0.75, 1.15, 90)
    picture = palette[1 + drift][nearest] * tone[nearest][..., None]
    return _on_canvas(
        blended(palette[0], picture, smoothstep(0.006, 0.014, second - distance)), rng
    )


def currents(palette: np.ndarray, shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Marbled bands between contours of a gradient warped by noise, one palette colour each."""
    y, x = np.mgrid[: shape[0], : shape[1]] / min(shape)
    bend = fractal_noise(shape, (2, 2), 3, rng)
    level = 3.0 * (y + 0.35 * x) + 1.1 * bend + 0.25 * np.sin(9.0 * x + 4.0 * bend)
    position = level * 1.6
    index = np.floor(position).astype(int) % len(palette)
    after = (index + 1) % len(palette)
    fraction = smoothstep(0.86, 1.0, position % 1.0)
    streak = 1.0 + 0.16 * np.sin(55.0 * level + 5.0 * gradient_noise(shape, (9, 9), rng))
    return _on_canvas(blended(palette[index], palette[after], fraction) * streak[..., None], rng)


def _on_canvas(picture: np.ndarray, rng: np.random.Generator) -> Image:
    """The painting with brush texture and canvas weave, as an image."""
    shape = picture.shape[:2]
    weave = 1.0 + 0.05 * gradient_noise(shape, (shape[0] // 3, shape[1] // 3), rng)
    brush = 1.0 + 0.07 * fractal_noise(shape, (12, 30), 3, rng)
    return color_image(picture * (weave * brush)[..., None], "painting")
