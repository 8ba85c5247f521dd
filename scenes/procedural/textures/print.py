"""Textures of printed and weathered objects: book covers, pages, a globe's map, patinated metal.

Host code. Colours are passed as linear reflectance; colour images are 8-bit sRGB, limited to a
reflectance of 0.8. Sizes are H x W texels.
"""

from __future__ import annotations

import numpy as np

from scenes.model.textures import RGB
from scenes.model.textures import Image
from scenes.procedural.textures.images import blended
from scenes.procedural.textures.images import color_image
from scenes.procedural.textures.images import data_image
from scenes.procedural.textures.noise import fractal_noise
from scenes.procedural.textures.noise import smoothstep

COVER_CELLS = 8  # covers per side of the atlas
COVER_TEXELS = 128
SPINE_FRACTION = 0.25  # width of the spine (left) as a fraction of the cell; the rest is the front


def book_covers(palette: np.ndarray, gilt: RGB, rng: np.random.Generator) -> Image:
    """An atlas of 8 x 8 book covers, 1024 x 1024 texels: cloth in (K, 3) colours, bands, titles."""
    side = COVER_CELLS * COVER_TEXELS
    atlas = np.empty((side, side, 3), np.float32)
    for row in range(COVER_CELLS):
        for column in range(COVER_CELLS):
            top, left = row * COVER_TEXELS, column * COVER_TEXELS
            cell = atlas[top : top + COVER_TEXELS, left : left + COVER_TEXELS]
            _draw_cover(cell, palette[rng.integers(len(palette))], gilt, rng)
    wear = 1.0 + 0.12 * fractal_noise((side, side), (32, 32), 2, rng)
    return color_image(atlas * wear[..., None], "book covers")


def _draw_cover(cell: np.ndarray, cloth: np.ndarray, gilt: RGB, rng: np.random.Generator) -> None:
    """Paint a cover into the (128, 128, 3) `cell`: spine bands, a label, a framed front."""
    size, spine = len(cell), int(SPINE_FRACTION * len(cell))
    cloth = cloth * rng.uniform(0.6, 1.1)
    ink = np.asarray(gilt) if cloth.mean() < 0.3 else cloth * 0.15
    cell[:] = cloth
    for at in rng.integers(6, 30, rng.integers(1, 4)):
        cell[at : at + 2, :spine] = ink
        cell[size - at - 2 : size - at, :spine] = ink
    top = int(size * rng.uniform(0.15, 0.35))
    tall = int(size * rng.uniform(0.2, 0.4))
    if rng.random() < 0.4:
        cell[top : top + tall, 2 : spine - 2] = cloth * 0.35 if cloth.mean() > 0.12 else cloth * 2.5
    for line in range(rng.integers(1, 3)):
        middle = 9 + 9 * line
        for at in range(top + 4, top + tall - 4, 4):
            if rng.random() < 0.8:
                cell[at : at + 3, middle : middle + 5] = ink
    margin = rng.integers(6, 14)
    cell[margin : size - margin, [spine + margin, size - margin]] = ink
    cell[[margin, size - margin], spine + margin : size - margin] = ink
    for line in range(rng.integers(1, 4)):
        wide = int(rng.uniform(0.25, 0.5) * (size - spine) / 2)
        middle = (size + spine) // 2
        cell[30 + 9 * line : 34 + 9 * line, middle - wide : middle + wide] = ink


def page_edges(paper: RGB, rng: np.random.Generator) -> Image:
    """A stack of pages seen from the side, 256 x 16: lines that run along u."""
    tone = 1.0 - 0.35 * rng.random((256, 1)) ** 3 - 0.04 * rng.random((256, 16))
    return color_image(np.array(paper, np.float32) * tone[..., None], "page edges")


def printed_page(paper: RGB, ink: RGB, rng: np.random.Generator) -> Image:
    """A page of text, 256 x 192: a heading and lines of words."""
    fraction = np.zeros((256, 192))
    fraction[26:32, 60:132] = 0.8
    for line in range(48, 232, 7):
        column = 24
        end = 168 if rng.random() < 0.85 else int(rng.integers(60, 168))
        while column < end:
            word = int(rng.integers(4, 16))
            fraction[line : line + 3, column : min(column + word, end)] = rng.uniform(0.5, 0.8)
            column += word + 3
    return color_image(blended(paper, ink, fraction), "page")


def globe_map(sea: RGB, land: RGB, ice: RGB, rng: np.random.Generator) -> Image:
    """Map of an invented world in equirectangular projection, 256 x 512, with a graticule."""
    size = (256, 512)
    latitude = np.abs(np.linspace(1.0, -1.0, 256))[:, None]
    height = fractal_noise(size, (2, 4), 6, rng) - 0.25 * latitude**4
    shore = smoothstep(0.02, 0.05, height)
    picture = blended(np.array(sea, np.float32) * (1.0 + 0.5 * height)[..., None], land, shore)
    picture = blended(picture, np.array(land, np.float32) * 0.55, smoothstep(0.2, 0.5, height))
    picture = blended(picture, ice, smoothstep(0.86, 0.9, latitude + 0.08 * height))
    row, column = np.arange(256)[:, None], np.arange(512)[None, :]
    line = ((row % 32 == 0) | (column % 32 == 0)).astype(float)
    return color_image(blended(picture, (0.1, 0.08, 0.05), 0.35 * line), "globe")


def patina(metal: RGB, verdigris: RGB, rng: np.random.Generator) -> tuple[Image, Image]:
    """Base colour and metallic-roughness map (G roughness, B metallic), 512 x 512 texels."""
    size = (512, 512)
    stain = fractal_noise(size, (4, 4), 6, rng)
    aged = smoothstep(-0.05, 0.35, stain)
    scratches = 0.5 + 0.5 * fractal_noise(size, (3, 64), 3, rng)
    base = blended(metal, np.array(verdigris, np.float32) * (1.0 + 0.4 * stain)[..., None], aged)
    roughness = 0.22 + 0.12 * scratches + 0.5 * aged
    values = np.stack([np.ones(size), roughness, 1.0 - aged], -1)
    return color_image(base, "patina"), data_image(values, "patina roughness and metal")
