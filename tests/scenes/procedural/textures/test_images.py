"""Procedural images: seamless where they repeat, within the albedo limit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from scenes.model.textures import Image
from scenes.procedural.textures import paintings
from scenes.procedural.textures.fabric import carpet
from scenes.procedural.textures.fabric import leather
from scenes.procedural.textures.fabric import woven
from scenes.procedural.textures.foliage import broad_leaf
from scenes.procedural.textures.foliage import fern_frond
from scenes.procedural.textures.foliage import petal
from scenes.procedural.textures.foliage import sword_blade
from scenes.procedural.textures.images import ALBEDO_LIMIT
from scenes.procedural.textures.images import color_image
from scenes.procedural.textures.images import linear_rgb
from scenes.procedural.textures.images import normal_image
from scenes.procedural.textures.images import palette
from scenes.procedural.textures.masonry import bricks
from scenes.procedural.textures.masonry import marble
from scenes.procedural.textures.masonry import patterned_tile
from scenes.procedural.textures.masonry import plaster
from scenes.procedural.textures.noise import fractal_noise
from scenes.procedural.textures.noise import gradient_noise
from scenes.procedural.textures.print import book_covers
from scenes.procedural.textures.print import patina
from scenes.procedural.textures.wood import plank_floor
from scenes.procedural.textures.wood import wood

LIGHT, DARK = (0.5, 0.35, 0.2), (0.2, 0.12, 0.06)
COLORS = palette("e8e2d4 b02c22 d8aa28 24508c 2f7866 141414 909090")
Maker = Callable[[np.random.Generator], Image]

SEAMLESS: dict[str, Maker] = {
    "wood": lambda rng: wood(LIGHT, DARK, rng),
    "planks": lambda rng: plank_floor(LIGHT, DARK, rng)[0],
    "plank normals": lambda rng: plank_floor(LIGHT, DARK, rng)[1],
    "marble": lambda rng: marble(LIGHT, DARK, rng),
    "plaster": lambda rng: plaster(LIGHT, rng)[0],
    "plaster normals": lambda rng: plaster(LIGHT, rng)[1],
    "bricks": lambda rng: bricks(COLORS, LIGHT, rng)[0],
    "brick normals": lambda rng: bricks(COLORS, LIGHT, rng)[1],
    "tile": lambda rng: patterned_tile(COLORS[:4], rng),
    "cloth": lambda rng: woven(LIGHT, DARK, rng)[0],
    "leather": lambda rng: leather(LIGHT, rng)[0],
    "patina": lambda rng: patina(LIGHT, DARK, rng)[0],
    "patina map": lambda rng: patina(LIGHT, DARK, rng)[1],
}
PICTURES: dict[str, Maker] = {
    "blocks": lambda rng: paintings.blocks(COLORS, (90, 70), rng),
    "fields": lambda rng: paintings.fields(COLORS, (90, 70), rng),
    "circles": lambda rng: paintings.circles(COLORS, (70, 90), rng),
    "hills": lambda rng: paintings.hills(COLORS, (70, 90), rng),
    "mosaic": lambda rng: paintings.mosaic(COLORS, (90, 70), rng),
    "currents": lambda rng: paintings.currents(COLORS, (70, 90), rng),
    "carpet": lambda rng: carpet(COLORS[:5], (120, 160), rng),
    "covers": lambda rng: book_covers(COLORS, LIGHT, rng),
}
LEAVES: dict[str, Maker] = {
    "broad": lambda rng: broad_leaf(LIGHT, DARK, rng),
    "fern": lambda rng: fern_frond(LIGHT, DARK, rng),
    "blade": lambda rng: sword_blade(LIGHT, DARK, rng),
    "petal": lambda rng: petal(LIGHT, DARK, rng),
}


def made(maker: Maker) -> Image:
    """Image that `maker` generates from a fixed seed."""
    return maker(np.random.default_rng(5))


def seam_excess(texels: np.ndarray, axis: int) -> float:
    """Mean step across the seam / largest mean step (at least 1) between adjacent lines inside."""
    lines = np.moveaxis(texels[..., :3].astype(float), axis, 0)
    inside = np.abs(np.diff(lines, axis=0)).mean(axis=(1, 2))
    seam = np.abs(lines[0] - lines[-1]).mean()
    return float(seam / max(inside.max(), 1.0))


@pytest.mark.parametrize("name", list(SEAMLESS))
@pytest.mark.parametrize("axis", [0, 1])
def test_textures_are_seamless(name: str, axis: int) -> None:
    """The step across the seam is at most the largest step inside, up to rounding (1.02)."""
    assert seam_excess(made(SEAMLESS[name]).texels, axis) <= 1.02


def test_seam_check_detects_a_seam() -> None:
    """`seam_excess` is above 1 for a linear ramp."""
    ramp = np.broadcast_to(np.linspace(0.0, 1.0, 64)[None, :, None], (64, 64, 3))
    assert seam_excess((ramp * 255).astype(np.uint8), 1) > 1.0


@pytest.mark.parametrize("name", list(SEAMLESS) + list(PICTURES) + list(LEAVES))
def test_images_have_valid_texels_and_are_deterministic(name: str) -> None:
    """uint8 RGBA, opaque except for leaves, not uniform, deterministic, within the albedo limit."""
    maker = (SEAMLESS | PICTURES | LEAVES)[name]
    image = made(maker)
    assert image.texels.dtype == np.uint8 and image.texels.shape[2] == 4
    np.testing.assert_array_equal(image.texels, made(maker).texels)
    assert image.texels[..., :3].std() > 0.5
    is_opaque = (image.texels[..., 3] == 255).mean()
    assert 0.2 < is_opaque < 0.95 if name in LEAVES else is_opaque == 1.0
    if image.is_srgb:
        assert (image.texels[..., :3] <= color_image(np.ones((1, 1, 3)), "").texels[0, 0, 0]).all()


def test_color_image_encodes_srgb_and_clips_to_albedo_limit() -> None:
    """Known values have their sRGB codes; values above the albedo limit are clipped to it."""
    values = np.array([[[0.0, 0.5, 0.2140411], [1.0, ALBEDO_LIMIT, 0.002]]])
    texels = color_image(values, "test").texels
    assert texels[0, 0].tolist() == [0, 188, 127, 255]
    assert texels[0, 1].tolist() == [231, 231, 7, 255]
    assert linear_rgb("bc0000")[0] == pytest.approx(0.5, abs=0.003)


def test_normal_image_tilt_matches_height_map_slope() -> None:
    """A sine height map along u tilts the normals in x only, by its slope."""
    x = np.arange(64) / 64.0
    height = np.broadcast_to(0.01 * np.sin(2.0 * np.pi * x), (64, 64))
    normal = normal_image(height, 1.0 / 64.0, "test").texels[..., :3] / 127.5 - 1.0
    assert np.abs(normal[..., 1]).max() < 0.01
    slope = 0.01 * 2.0 * np.pi
    assert -normal[0, 0, 0] / normal[0, 0, 2] == pytest.approx(slope, abs=0.01)


def naive_noise(x: float, y: float, angle: np.ndarray) -> float:
    """Perlin (2002) noise at one point, from (R, C) gradient angles of a periodic lattice."""
    total = 0.0
    for row in (int(y), int(y) + 1):
        for column in (int(x), int(x) + 1):
            direction = angle[row % angle.shape[0], column % angle.shape[1]]
            weight = 1.0
            for distance in (abs(x - column), abs(y - row)):
                t = 1.0 - distance
                weight *= t**3 * (t * (t * 6.0 - 15.0) + 10.0)
            slope = np.cos(direction) * (x - column) + np.sin(direction) * (y - row)
            total += weight * slope
    return float(np.sqrt(2.0) * total)


def test_gradient_noise_matches_pointwise_reference() -> None:
    """The separable implementation matches the pointwise reference to single precision."""
    noise = gradient_noise((40, 60), (5, 7), np.random.default_rng(0))
    angle = np.random.default_rng(0).uniform(0.0, 2.0 * np.pi, (5, 7))
    twin = [
        [naive_noise((j + 0.5) * 7 / 60, (i + 0.5) * 5 / 40, angle) for j in range(60)]
        for i in range(40)
    ]
    np.testing.assert_allclose(noise, twin, atol=1e-5)


def test_gradient_noise_is_centred_and_bounded() -> None:
    """Mean 0 and a range within [-1, 1]."""
    noise = gradient_noise((256, 256), (16, 16), np.random.default_rng(0))
    assert abs(noise.mean()) < 0.02
    assert 0.5 < np.abs(noise).max() <= 1.02


def test_fractal_noise_omits_octaves_finer_than_two_texels() -> None:
    """Octaves finer than two texels are omitted; sides of one texel set no limit."""
    same = [
        fractal_noise((64, 64), (16, 16), octaves, np.random.default_rng(0)) for octaves in (2, 6)
    ]
    np.testing.assert_array_equal(same[0], same[1])
    assert fractal_noise((1, 256), (1, 4), 5, np.random.default_rng(0)).std() > 0.1
