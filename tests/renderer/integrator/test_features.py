"""Feature images: first visible surface, also in mirrors and through glass.

Host code.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from renderer.backend import start
from renderer.frame import Half
from renderer.renderer import IntegratorSettings
from renderer.renderer import Renderer
from scenes.model.description import Environment
from scenes.model.description import Flat
from scenes.model.description import SceneDescription
from scenes.model.description import Sphere
from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import Plastic
from tests.renderer.scenes_fixture import BLACK
from tests.renderer.scenes_fixture import camera_at
from tests.renderer.scenes_fixture import make_scene


def _features(scene: SceneDescription, max_depth: int = 6, spp: int = 4) -> Half:
    renderer = Renderer(scene, start("cpu"))
    return renderer.render_half(scene.camera, (8, 8), 0, 0, IntegratorSettings(spp, max_depth))


def _middle(half: Half) -> tuple[np.ndarray, np.ndarray, float]:
    """Albedo, normal and distance at pixel (4, 4) of the 8 x 8 image."""
    return half.albedo[4, 4].numpy(), half.normal[4, 4].numpy(), float(half.distance[4, 4, 0])


NARROW = camera_at((0, 0, 0), (0, 0, 1), 0.2)
WALL = Flat((-5, -5, 4), (0, 10, 0), (10, 0, 0))  # at z = 4, faces -z
PAINT = Material(Diffuse((0.2, 0.4, 0.6)))


def test_features_of_diffuse_wall_are_its_albedo_normal_and_distance() -> None:
    albedo, normal, depth = _middle(_features(make_scene([WALL], [PAINT], NARROW)))
    assert np.allclose(albedo, (0.2, 0.4, 0.6), atol=1e-6)
    assert np.allclose(normal, (0, 0, -1), atol=1e-6)
    assert depth == pytest.approx(4, rel=1e-4)


def test_delta_fraction_is_zero_for_diffuse_and_plastic() -> None:
    for material in (PAINT, Material(Plastic((0.3, 0.5, 0.1)))):
        half = _features(make_scene([WALL], [material], NARROW, Environment()))
        assert (half.delta_fraction.numpy() == 0).all()


def test_features_of_escaped_rays_are_white_albedo_zero_normal_and_distance() -> None:
    scene = make_scene([replace(WALL, origin=(-5, -5, -4))], [PAINT], NARROW, Environment())
    albedo, normal, depth = _middle(_features(scene))
    assert np.allclose(albedo, 1) and (normal == 0).all() and depth == 0


def test_emitter_albedo_feature_is_radiance_clamped_to_one() -> None:
    scene = make_scene([replace(WALL, radiance=(0.5, 3, 9))], [BLACK], NARROW)
    albedo, normal, depth = _middle(_features(scene))
    assert np.allclose(albedo, (0.5, 1, 1)) and np.allclose(normal, (0, 0, -1), atol=1e-6)
    assert depth == pytest.approx(4, rel=1e-4)


@pytest.mark.parametrize("max_depth", [1, 2, 6])
def test_features_follow_mirror_reflection_within_max_depth(max_depth: int) -> None:
    mirror = Material(Conductor(specular_reflectance=(0.9, 0.8, 0.7)))
    side = Flat((3, -5, -5), (0, 0, 20), (0, 10, 0), material=1)  # x = 3
    tilted = Flat((-1, -1, 3), (0, 2, 0), (2, 0, 2), material=0)  # reflects +z into +x
    half = _features(make_scene([tilted, side], [mirror, PAINT], NARROW), max_depth)
    albedo, normal, depth = _middle(half)
    if max_depth > 1:
        assert np.allclose(albedo, np.array([0.9, 0.8, 0.7]) * (0.2, 0.4, 0.6), atol=1e-4)
        assert abs(normal[0]) == pytest.approx(1, abs=1e-4)
        assert depth == pytest.approx(4 + 3, rel=1e-2)
    assert float(half.delta_fraction[4, 4, 0]) == 1


def _behind_glass(spp: int) -> Half:
    """Painted wall behind a tinted pane that reflects 1 of 13 rays out of the scene."""
    pane = Material(Dielectric(1.5, specular_transmittance=(0.5, 1, 1), is_thin=True))
    walls = [replace(WALL, material=1), replace(WALL, origin=(-5, -5, 2))]
    return _features(make_scene(walls, [pane, PAINT], NARROW), spp=spp)


def test_features_behind_glass_come_from_transmitted_samples() -> None:
    half = _behind_glass(spp=8)
    assert np.allclose(half.albedo.numpy(), (0.1, 0.4, 0.6), atol=2e-3)
    assert np.allclose(half.normal.numpy(), (0, 0, -1), atol=2e-3)
    assert np.allclose(half.distance.numpy(), 4, atol=1e-2) and np.allclose(
        half.delta_fraction.numpy(), 1
    )
    assert half.color.numpy().max() == 0, "color is not zero in a scene without light"


def test_features_without_transmitted_samples_come_from_reflected_ones() -> None:
    half = _behind_glass(spp=1)
    passed = half.distance.numpy()[..., 0] > 0
    assert 0.7 < passed.mean() < 1
    assert np.allclose(half.albedo.numpy()[passed], (0.1, 0.4, 0.6), atol=1e-6)
    assert np.allclose(half.albedo.numpy()[~passed], (0.5, 1, 1), atol=1e-6)


def test_features_follow_reflection_where_glass_reflects_most_light() -> None:
    tilt = np.radians(5)  # 85 degrees of incidence: 0.76 is reflected, to the right
    along = (np.sin(tilt), 0, np.cos(tilt))
    pane = Flat(tuple(np.multiply(-1, along) + (0, -1, 2)), (0, 2, 0), tuple(np.multiply(2, along)))
    left, right = replace(WALL, origin=(-9.9, -5, 4), material=1), replace(
        WALL, origin=(0.1, -5, 4)
    )
    materials = [Material(Dielectric(1.5, is_thin=True)), PAINT, Material(Diffuse((0.7, 0.1, 0.2)))]
    scene = make_scene([pane, left, replace(right, material=2)], materials, NARROW)
    albedo, _, _ = _middle(_features(scene, spp=16))
    assert np.allclose(albedo, (0.7, 0.1, 0.2), atol=2e-3)


def test_features_pass_through_solid_glass_ball() -> None:
    solid = Material(Dielectric(1.5))
    scene = make_scene(
        [replace(WALL, material=1), Sphere((0, 0, 2), 0.5, material=0)], [solid, PAINT], NARROW
    )
    half = _features(scene)
    passed = np.abs(half.distance.numpy() - 4) < 1e-2
    assert passed.mean() > 0.5
    is_ball = half.delta_fraction.numpy() > 0
    assert is_ball[4, 4] and (half.delta_fraction.numpy()[4, 4] == 1).all()
    assert np.allclose(half.albedo.numpy()[passed[..., 0]], (0.2, 0.4, 0.6), atol=1e-3)


def test_plastic_albedo_feature_is_its_diffuse_base() -> None:
    scene = make_scene([WALL], [Material(Plastic((0.3, 0.5, 0.1)))], NARROW)
    albedo, _, depth = _middle(_features(scene))
    assert np.allclose(albedo, (0.3, 0.5, 0.1), atol=1e-6) and depth == pytest.approx(4, rel=1e-4)
