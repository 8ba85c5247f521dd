"""Path tracer: furnace tests, agreement of strategies, roulette, independent halves, depth."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import rankdata

from renderer.backend import start
from renderer.frame import Half
from renderer.integrator.path import Strategy
from renderer.renderer import IntegratorSettings
from renderer.renderer import Renderer
from scenes.model.description import Camera
from scenes.model.description import Flat
from scenes.model.description import Mesh
from scenes.model.description import SceneDescription
from scenes.model.description import Sphere
from tests.renderer import scenes_lit
from tests.renderer.scenes_fixture import BLACK
from tests.renderer.scenes_fixture import GREY
from tests.renderer.scenes_fixture import box_flats
from tests.renderer.scenes_fixture import icosphere
from tests.renderer.scenes_fixture import make_scene
from tests.stats.z_test import Estimate
from tests.stats.z_test import block_means
from tests.stats.z_test import compare
from tests.stats.z_test import compare_with_truth

SIZE, BLOCK, FRAMES = 16, 8, 16
NO_ROULETTE = 1000
HALF_GREY = (0.5, 0.5, 0.5)


@functools.cache
def _renderer(name: str) -> Renderer:
    return Renderer(SCENES[name](), start("cpu"))


@functools.cache
def _camera(name: str) -> Camera:
    return SCENES[name]().camera


def _half(
    name: str, settings: IntegratorSettings, frame: int = 0, half: int = 0, size: int = SIZE
) -> Half:
    renderer = _renderer(name)
    return renderer.render_half(_camera(name), (size, size), frame, half, settings)


def _frames(
    name: str, settings: IntegratorSettings, count: int = FRAMES, first: int = 0
) -> np.ndarray:
    """(count, SIZE, SIZE, 3) independent colour images."""
    images = [_half(name, settings, first + frame).color.numpy() for frame in range(count)]
    return np.stack(images)


def _estimate(
    name: str, settings: IntegratorSettings, count: int = FRAMES, first: int = 0
) -> Estimate:
    return block_means(_frames(name, settings, count, first), BLOCK)


def _settings(
    strategy: Strategy, spp: int, max_depth: int = 6, rr_depth: int = NO_ROULETTE
) -> IntegratorSettings:
    return IntegratorSettings(spp, max_depth, rr_depth, strategy)


def _furnace_sphere() -> SceneDescription:
    shape = Sphere((0.1, -0.2, 0.3), 2.0, radiance=HALF_GREY, is_flipped=True)
    return make_scene([shape], [GREY])


def _furnace_box() -> SceneDescription:
    return make_scene(box_flats(1.5, HALF_GREY), [GREY])


def _furnace_mesh() -> SceneDescription:
    mesh = icosphere(2.0, 1, is_inward=True)
    return make_scene([replace(mesh, radiance=HALF_GREY)], [GREY])


SCENES = {
    "furnace sphere": _furnace_sphere,
    "furnace box": _furnace_box,
    "furnace mesh": _furnace_mesh,
    "diffuse box": scenes_lit.diffuse_box,
    "glossy metal": scenes_lit.glossy_metal,
    "glass and sky": scenes_lit.glass_and_sky,
    "masked": scenes_lit.masked,
    "pierced lamps": scenes_lit.pierced_lamps,
    "all materials": scenes_lit.all_materials,
    "lamp over floor": scenes_lit.lamp_over_floor,
}
LIT = ["diffuse box", "glossy metal", "glass and sky", "masked", "pierced lamps"]
FURNACES = ["furnace sphere", "furnace box", "furnace mesh"]


# ---- Furnaces ----------------------------------------------------------------------------------


@pytest.mark.parametrize("max_depth", [1, 2, 6])
@pytest.mark.parametrize("name", FURNACES)
def test_furnace_is_exact_by_bsdf_sampling(name: str, max_depth: int) -> None:
    color = _half(name, _settings(Strategy.BSDF, 4, max_depth)).color.numpy()
    # Le + rho Le + ..., max_depth terms: the full sum 1 minus the truncated tail.
    assert np.allclose(color, 1 - 0.5**max_depth, atol=2e-5)


@pytest.mark.parametrize("strategy", [Strategy.NEE, Strategy.MIS])
def test_furnace_sphere_is_exact_by_emitter_sampling(strategy: Strategy) -> None:
    # Inside a sphere, uniform area density equals cosine density: no strategy has noise.
    color = _half("furnace sphere", _settings(strategy, 4, 6)).color.numpy()
    assert np.quantile(np.abs(color - (1 - 0.5**6)), 0.99) < 1e-3
    assert abs(color.mean() - (1 - 0.5**6)) < 1e-4


@pytest.mark.parametrize("strategy", [Strategy.NEE, Strategy.MIS])
@pytest.mark.parametrize("name", ["furnace box", "furnace mesh"])
def test_furnace_is_unbiased_by_emitter_sampling(name: str, strategy: Strategy) -> None:
    # Rare paths to a near corner carry much light: at 64 samples their noise hides a 1 % bias.
    estimate = _estimate(name, _settings(strategy, 256, 6))
    result = compare_with_truth(estimate, np.array(1 - 0.5**6))
    assert result.is_accepted(0.01, 4), result
    # Control: a bias of 1 % is detected.
    assert not compare_with_truth(
        Estimate(1.01 * estimate.blocks), np.array(1 - 0.5**6)
    ).is_accepted()


# ---- Agreement ---------------------------------------------------------------------------------


@functools.cache
def _oracle(name: str) -> Estimate:
    return _estimate(name, _settings(Strategy.BSDF, 256, 4), FRAMES, 100)


@pytest.mark.parametrize("strategy", [Strategy.NEE, Strategy.MIS])
@pytest.mark.parametrize("name", LIT)
def test_nee_and_mis_agree_with_bsdf_sampling(name: str, strategy: Strategy) -> None:
    estimate = _estimate(name, _settings(strategy, 64, 4))
    result = compare(estimate, _oracle(name))
    assert result.is_accepted(0.01, 2 * len(LIT)), result


@pytest.mark.parametrize("name", LIT)
def test_z_test_detects_three_percent_bias(name: str) -> None:
    biased = Estimate(1.03 * _estimate(name, _settings(Strategy.MIS, 64, 4)).blocks)
    better = _estimate(name, _settings(Strategy.MIS, 64, 4), FRAMES, 50)
    assert not compare(biased, better).is_accepted()


@pytest.mark.parametrize("name", ["furnace box", "diffuse box", "glass and sky"])
def test_russian_roulette_is_unbiased(name: str) -> None:
    with_roulette = _estimate(name, _settings(Strategy.MIS, 128, 8, 1))
    without = _estimate(name, _settings(Strategy.MIS, 64, 8), FRAMES, 50)
    result = compare(with_roulette, without)
    assert result.is_accepted(0.01, 3), result


# ---- Randomness --------------------------------------------------------------------------------


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Rank correlation over frames, pooled over pixels, of two (K, H, W, 3) stacks.

    Ranks over the frames of each pixel keep a few bright paths from dominating.
    """
    x, y = (rankdata(images.mean(axis=-1), axis=0) for images in (a, b))
    return float(np.corrcoef((x - x.mean(axis=0)).ravel(), (y - y.mean(axis=0)).ravel())[0, 1])


def test_half_images_frames_and_pixels_are_uncorrelated() -> None:
    settings = _settings(Strategy.MIS, 1, 3)
    a, b = (
        np.stack([_half("diffuse box", settings, frame, half).color.numpy() for frame in range(24)])
        for half in (0, 1)
    )
    bound = 4 / np.sqrt(a[..., 0].size)
    assert abs(_correlation(a, b)) < bound
    # Consecutive frames and neighbouring pixels, as two disjoint sets each.
    assert abs(_correlation(a[::2], a[1::2])) < 1.5 * bound
    assert abs(_correlation(a[:, :, ::2], a[:, :, 1::2])) < 1.5 * bound
    planted = 0.9 * b + 0.1 * a
    assert abs(_correlation(a, planted)) > bound


def test_same_frame_half_and_seed_give_the_same_image() -> None:
    settings = _settings(Strategy.MIS, 2)
    first, again = (_half("diffuse box", settings, 7, 1) for _ in range(2))
    for name in ("color", "albedo", "normal", "distance"):
        assert np.array_equal(getattr(first, name).numpy(), getattr(again, name).numpy())


def test_different_frame_half_or_seed_gives_different_noise() -> None:
    settings = _settings(Strategy.MIS, 1, 3)
    images = [_half("diffuse box", settings, frame, half) for frame in (0, 1) for half in (0, 1)]
    images.append(_half("diffuse box", replace(settings, seed=1), 0, 0))
    colors = [image.color.numpy() for image in images]
    for i in range(len(colors)):
        for j in range(i):
            assert np.mean(np.any(colors[i] != colors[j], axis=-1)) > 0.5, (i, j)
            assert not np.array_equal(images[i].distance.numpy(), images[j].distance.numpy())


# ---- Depth and finiteness ----------------------------------------------------------------------


@pytest.mark.parametrize("strategy", list(Strategy))
def test_depth_one_shows_emitters_only(strategy: Strategy) -> None:
    color = _half("lamp over floor", _settings(strategy, 4, 1)).color.numpy()
    assert (color == 0).all()
    color = _half("furnace box", _settings(strategy, 4, 1)).color.numpy()
    assert np.allclose(color, 0.5)


@pytest.mark.parametrize("strategy", list(Strategy))
def test_direct_light_of_small_lamp_matches_integral(strategy: Strategy) -> None:
    # At 256 samples the noise, 2e-6, would fall below the rounding error of float32, 5e-6.
    spp = 4096 if strategy is Strategy.BSDF else 64
    frames = [
        _half("lamp over floor", _settings(strategy, spp, 2), frame, size=8).color.numpy()
        for frame in range(8)
    ]
    truth = np.array(scenes_lit.LAMP_ALBEDO) / np.pi * scenes_lit.lamp_irradiance()
    result = compare_with_truth(block_means(np.stack(frames), 8), truth)
    assert result.is_accepted(0.01, 3), result


@pytest.mark.parametrize("strategy", list(Strategy))
def test_images_of_all_materials_are_finite_and_in_range(strategy: Strategy) -> None:
    half = _half("all materials", _settings(strategy, 16, 8, 3), size=48)
    for image in half.images():
        assert np.isfinite(image.numpy()).all()
        assert image.numpy().dtype == np.float32
    assert half.color.numpy().min() >= 0
    assert 0 <= half.albedo.numpy().min() and half.albedo.numpy().max() <= 1
    assert np.abs(half.normal.numpy()).max() <= 1 + 1e-5
    assert half.distance.numpy().min() >= 0


def test_scene_without_any_light_is_black() -> None:
    scene = make_scene([Flat((-1, -1, 2), (2, 0, 0), (0, 2, 0))], [BLACK])
    renderer = Renderer(scene, start("cpu"))
    for strategy in Strategy:
        half = renderer.render_half(scene.camera, (8, 8), 0, 0, _settings(strategy, 1))
        assert (half.color.numpy() == 0).all()


def test_renderer_does_not_modify_mesh_faces() -> None:
    mesh = icosphere(1.0, 0)
    faces = mesh.faces.astype(np.int64)
    mesh = Mesh(mesh.vertices, faces.copy(), normals=-mesh.vertices)
    Renderer(make_scene([mesh]), start("cpu"))
    assert np.array_equal(mesh.faces, faces)
