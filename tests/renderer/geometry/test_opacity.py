"""Partly transparent surfaces: fraction and positions of the rays they stop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenes.model.description import Mesh
from scenes.model.description import Sphere
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.textures import Channel
from scenes.model.textures import Filter
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from scenes.model.textures import ScalarTexture
from tests.renderer.probe_scene import SceneProbe
from tests.renderer.scenes_fixture import GREY
from tests.renderer.scenes_fixture import make_scene


def _screen(opacity: object, cutoff: float | None = None) -> SceneProbe:
    uvs = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    vertices = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    mesh = Mesh(vertices, np.array([[0, 1, 2], [0, 2, 3]], np.int32), uvs=uvs)
    material = Material(Diffuse(), opacity=opacity, opacity_cutoff=cutoff)  # type: ignore[arg-type]
    return SceneProbe(make_scene([mesh], [material, GREY]))


def _straight(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    xy = np.random.default_rng(seed).uniform(-0.99, 0.99, (count, 2))
    origin = np.column_stack([xy, np.full(count, -1.0)]).astype(np.float32)
    return origin, np.tile(np.array([0, 0, 1], np.float32), (count, 1))


@pytest.mark.parametrize("opacity", [0.0, 0.25, 0.9])
def test_constant_opacity_equals_fraction_of_hits(opacity: float) -> None:
    count = 40_000
    for is_shadow in (False, True):
        fraction = _screen(opacity).trace(*_straight(count, 15), is_shadow=is_shadow).is_hit.mean()
        assert abs(fraction - opacity) < 4.5 * np.sqrt(opacity * (1 - opacity) / count) + 1e-9


def test_textured_opacity_follows_texture_alpha_and_cutoff() -> None:
    texels = np.zeros((2, 2, 4), np.uint8)
    texels[0, 0, 3], texels[1, 1, 3], texels[0, 1, 3] = 255, 255, 128
    texture = ImageTexture(Image(texels, False), filter=Filter.NEAREST)
    image = ScalarTexture(texture, Channel.ALPHA)
    origin, direction = _straight(40_000, 16)
    hit = _screen(image).trace(origin, direction).is_hit
    left, top = origin[:, 0] < 0, origin[:, 1] > 0
    assert hit[left & top].all() and hit[~left & ~top].all()
    assert not hit[left & ~top].any()
    assert abs(hit[~left & top].mean() - 128 / 255) < 0.03
    inverse = _screen(replace(image, is_inverted=True)).trace(origin, direction).is_hit
    assert not inverse[left & top].any() and inverse[left & ~top].all()
    cut = _screen(image, 0.6).trace(origin, direction).is_hit
    assert not cut[~left & top].any() and cut[left & top].all()


def test_front_and_back_of_a_sphere_apply_opacity_independently() -> None:
    opacity, count = 0.3, 40_000
    sphere = SceneProbe(
        make_scene([Sphere((0.0, 0.0, 3.0), 1.0)], [Material(Diffuse(), opacity=opacity), GREY])
    )
    origin, direction = _straight(count, 17)
    origin[:, :2] *= 0.5
    hits = sphere.trace(origin, direction)
    half_chord = np.sqrt(1.0 - (origin[:, :2] ** 2).sum(axis=1))
    for sign, fraction in ((-1.0, opacity), (1.0, (1.0 - opacity) * opacity)):
        is_side = hits.is_hit & (np.abs(hits.t - (4.0 + sign * half_chord)) < 1e-3)
        assert abs(is_side.mean() - fraction) < 4.5 * np.sqrt(fraction * (1.0 - fraction) / count)
    assert abs(hits.is_hit.mean() - opacity * (2.0 - opacity)) < 0.012
