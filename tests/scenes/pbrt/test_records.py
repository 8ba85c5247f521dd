"""Records that stand for pbrt's functions: exact values."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.special import expn

from renderer.backend import start
from scenes.model.description import Mesh
from scenes.model.materials import Conductor
from scenes.model.materials import MetallicRoughness
from scenes.pbrt.environment import direction_of
from scenes.pbrt.environment import equirectangular
from scenes.pbrt.environment import square_of
from scenes.pbrt.layers import diffuse_transmittance
from scenes.pbrt.layers import internal_reflectance
from scenes.pbrt.subdivision import subdivided
from tests.renderer.probe_bsdf import BsdfProbe
from tests.scenes.pbrt_text import SPHERE
from tests.scenes.pbrt_text import load


def test_diffuse_transmission_is_lambertian_on_both_sides(tmp_path: Path) -> None:
    material = '"rgb reflectance" [0.5 0.3 0.1] "rgb transmittance" [0.1 0.3 0.4]'
    scene = load(tmp_path, f'Material "diffusetransmission" {material}\n{SPHERE}')
    assert isinstance(scene.materials[0].bsdf, MetallicRoughness)
    start("cpu")
    probe = BsdfProbe(list(scene.materials))
    direction = np.random.default_rng(1).normal(size=(64, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    for wi in ((0.6, 0.0, 0.8), (0.0, 0.6, -0.8)):
        value = probe.value(0, np.array(wi), direction)
        is_reflected = (direction[:, 2:] > 0) == (wi[2] > 0)
        color = np.where(is_reflected, [0.5, 0.3, 0.1], [0.1, 0.3, 0.4])
        assert np.allclose(value, color * np.abs(direction[:, 2:]) / np.pi, rtol=2e-3, atol=1e-6)


@pytest.mark.parametrize(
    "parameters, width",
    [
        ('"float roughness" 0.09', 0.3),
        ('"float roughness" 0.09 "bool remaproughness" false', 0.09),
        ('"float roughness" 1e-8', 0.0),
        ('"float uroughness" 0.25 "float vroughness" 0.04', (0.5, 0.2)),
    ],
)
def test_roughness(parameters: str, width: float | tuple[float, float], tmp_path: Path) -> None:
    bsdf = load(tmp_path, f'Material "conductor" {parameters}\n{SPHERE}').materials[0].bsdf
    assert isinstance(bsdf, Conductor)
    widths = width if isinstance(width, tuple) else (width, width)
    assert (bsdf.alpha, bsdf.alpha_v) == pytest.approx(widths)


def test_octahedral_mapping() -> None:
    direction = np.random.default_rng(2).normal(size=(1000, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    assert np.allclose(direction_of(square_of(direction)), direction, atol=1e-9)
    fixed = {(0.5, 0.5): (0, 0, 1), (0, 0): (0, 0, -1), (1, 0.5): (1, 0, 0), (0.5, 0): (0, -1, 0)}
    for point, towards in fixed.items():
        assert np.allclose(direction_of(np.array([point], float)), towards, atol=1e-9)
    # Equal areas: means over the square are means over the sphere.
    grid = (np.arange(400) + 0.5) / 400
    points = np.stack(np.meshgrid(grid, grid), axis=-1).reshape(-1, 2)
    directions = direction_of(points)
    assert np.allclose(directions.mean(axis=0), 0, atol=1e-6)
    assert np.allclose((directions**2).mean(axis=0), 1 / 3, atol=1e-4)


def test_resampled_environment_keeps_the_mean_radiance() -> None:
    square = np.random.default_rng(3).uniform(0, 1, (32, 32, 3)).astype(np.float32)
    square[5, 9] = 500.0
    image = equirectangular(square)
    weights = np.sin((np.arange(len(image)) + 0.5) / len(image) * np.pi)[:, None, None]
    mean = (image * weights).sum(axis=(0, 1)) / (weights.sum() * image.shape[1])
    assert np.allclose(mean, square.mean(axis=(0, 1)), rtol=2e-3)


def test_layers_match_closed_forms() -> None:
    assert diffuse_transmittance(0.1) == pytest.approx(2 * expn(3, 0.1), rel=1e-4)
    # 1 - (1 - external) / ior^2 with the external diffuse reflectance of index 1.5, 0.0918.
    assert internal_reflectance(1.5) == pytest.approx(1 - (1 - 0.0918) / 1.5**2, abs=1e-3)


def test_subdivided_octahedron_has_the_known_limit() -> None:
    axes = np.concatenate([np.eye(3), -np.eye(3)])
    faces = np.array(
        [[0, 1, 2], [1, 3, 2], [3, 4, 2], [4, 0, 2], [1, 0, 5], [3, 1, 5], [4, 3, 5], [0, 4, 5]]
    )
    for levels in (0, 1, 4):
        mesh = subdivided(axes, faces, levels)
        assert len(mesh.faces) == 8 * 4**levels and mesh.normals is not None
        # Valence 4: the limit is (1 - 4 / 8) of the vertex plus 1/8 of each neighbour.
        assert np.allclose(mesh.vertices[:6], axes / 2)
    radii = np.linalg.norm(mesh.vertices, axis=1)
    cosine = (mesh.normals * mesh.vertices).sum(axis=1) / radii
    assert (cosine / np.linalg.norm(mesh.normals, axis=1)).min() > 0.9


def test_power_is_that_of_each_triangle(tmp_path: Path) -> None:
    triangles = '"point3 P" [ 0 0 0  2 0 0  0 2 0  -1 0 0 ] "integer indices" [ 0 1 2  0 2 3 ]'
    light = 'AreaLightSource "diffuse" "rgb L" [1 2 3] "float power" 10\n'
    (shape,) = load(tmp_path, f'{light}Shape "trianglemesh" {triangles}\n').shapes
    assert isinstance(shape, Mesh)
    (factors,) = shape.attributes.values()
    assert np.allclose(factors[:, 0, 0], 10 / np.pi / np.array([2.0, 1.0]))


def test_boundary_of_a_subdivided_mesh_has_the_weights_of_pbrt() -> None:
    corners = np.array([[0.0, 0.0, 0.0], [5.0, 0.0, 0.0], [0.0, 5.0, 0.0]])
    mesh = subdivided(corners, np.array([[0, 1, 2]]), 0)
    # 3/5 of the vertex and 1/5 of each neighbour; the limit of a B-spline has 2/3 and 1/6.
    assert np.allclose(mesh.vertices[0], [1.0, 1.0, 0.0])
