"""BVH traversal against a brute-force numpy reference, and without leaks or self-hits."""

from __future__ import annotations

import numpy as np
import pytest

from scenes.model.description import Flat
from scenes.model.description import FlatKind
from scenes.model.description import SceneDescription
from scenes.model.description import Shape
from scenes.model.description import Sphere
from tests.renderer.brute_force import distances
from tests.renderer.brute_force import random_triangles
from tests.renderer.brute_force import separate_triangles
from tests.renderer.probe_scene import Hits
from tests.renderer.probe_scene import SceneProbe
from tests.renderer.scenes_fixture import icosphere
from tests.renderer.scenes_fixture import make_scene

RAYS = 4000


def _random_rays(count: int, seed: int, reach: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    origin = random.uniform(-reach, reach, (count, 3))
    direction = random.normal(size=(count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return origin.astype(np.float32), direction.astype(np.float32)


def _compare(
    scene: SceneDescription, origin: np.ndarray, direction: np.ndarray, allowed: float = 1e-3
) -> Hits:
    """Compare closest hits and shadow rays with the reference; `allowed` fraction may differ."""
    probe = SceneProbe(scene)
    t_all = distances(scene, origin, direction)
    t = t_all.min(axis=1)
    hits = probe.trace(origin, direction)
    is_hit = np.isfinite(t)
    wrong = hits.is_hit != is_hit
    both = hits.is_hit & is_hit
    scale = np.maximum(np.abs(t), np.abs(origin).max(axis=1))
    wrong[both] |= np.abs(hits.t - t)[both] > 2e-4 * scale[both]
    # The hit primitive is the nearest one, or another at the same distance.
    own = t_all[np.arange(len(t)), np.maximum(hits.primitive, 0)]
    wrong[both] |= np.abs(own[both] - t[both]) > 2e-4 * scale[both]
    assert wrong.mean() <= allowed, np.flatnonzero(wrong)[:5]
    shadow = probe.trace(origin, direction, is_shadow=True)
    assert np.array_equal(shadow.is_hit, hits.is_hit)
    limit = np.where(is_hit, t, 1.0)
    for factor, expected in ((0.99, False), (1.01, True)):
        some = probe.trace(origin, direction, factor * limit, is_shadow=True).is_hit[both & ~wrong]
        assert np.mean(some != expected) <= allowed
    return hits


def test_hits_of_random_triangles_match_brute_force() -> None:
    for seed, (count, size) in enumerate(
        [(1, 0.5), (3, 0.5), (4, 0.5), (5, 0.5), (300, 0.2), (1200, 0.05)]
    ):
        scene = make_scene([separate_triangles(random_triangles(count, size, seed))])
        hits = _compare(scene, *_random_rays(RAYS, 10 + seed))
        assert hits.is_hit.any()


def test_hits_of_mixed_primitives_match_brute_force() -> None:
    random = np.random.default_rng(1)
    shapes: list[Shape] = [separate_triangles(random_triangles(100, 0.2, 2))]
    for index in range(60):
        place = tuple(random.uniform(-1, 1, 3))
        if index % 3 == 0:
            shapes.append(
                Sphere(place, float(random.uniform(0.02, 0.3)), is_flipped=index % 2 == 0)
            )
        else:
            u, v = (tuple(random.normal(size=3) * 0.3) for _ in range(2))
            shapes.append(
                Flat(place, u, v, FlatKind.DISK if index % 3 == 1 else FlatKind.RECTANGLE)
            )
    _compare(make_scene(shapes), *_random_rays(RAYS, 3))


@pytest.mark.parametrize("shape", ["sphere", "triangle", "disk"])
def test_hits_of_single_primitive_match_brute_force(shape: str) -> None:
    shapes = {
        "sphere": Sphere((0, 0, 0), 1.0),
        "triangle": separate_triangles(np.array([[[-1, -1, 0], [1, -1, 0], [0, 1, 0.5]]])),
        "disk": Flat((-1, -1, 0), (2, 0, 0), (0, 2, 0), FlatKind.DISK),
    }
    hits = _compare(make_scene([shapes[shape]]), *_random_rays(RAYS, 4))
    assert hits.is_hit.any() and not hits.is_hit.all()


def test_hits_of_triangles_with_equal_centroids_match_brute_force() -> None:
    # Triangles rotated about one point: no plane separates their centroids.
    base = np.array([[1, 0, 0], [-0.5, 0.8, 0], [-0.5, -0.8, 0]])
    angles = np.linspace(0, np.pi, 40)
    turned = [
        base @ np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        for a in angles
    ]
    _compare(make_scene([separate_triangles(np.stack(turned))]), *_random_rays(RAYS, 5))
    _compare(make_scene([separate_triangles(np.stack([base] * 50))]), *_random_rays(RAYS, 6))


@pytest.mark.parametrize("axis", range(3))
def test_hits_of_coplanar_axis_aligned_triangles_match_brute_force(axis: int) -> None:
    corners = random_triangles(200, 0.1, 7)
    corners[..., axis] = 0.25
    _compare(make_scene([separate_triangles(corners)]), *_random_rays(RAYS, 8))


@pytest.mark.parametrize("offset, size", [(1e4, 1.0), (0.0, 1e6), (0.0, 1e-4)])
def test_hits_at_huge_and_tiny_coordinates_match_brute_force(offset: float, size: float) -> None:
    corners = size * random_triangles(200, 0.3, 9) + offset
    origin, direction = _random_rays(RAYS, 10)
    origin = (size * origin + offset).astype(np.float32)
    # At 1e4 the spacing of float32 is 1e-3, which moves the edges of triangles 0.3 wide.
    _compare(make_scene([separate_triangles(corners)]), origin, direction, 2e-2 if offset else 1e-3)


def test_hits_of_axis_parallel_rays_match_brute_force() -> None:
    scene = make_scene([separate_triangles(random_triangles(400, 0.2, 11)), Sphere((0, 0, 0), 0.4)])
    origin, direction = _random_rays(RAYS, 12)
    axis = np.arange(RAYS) % 3
    along = np.eye(3, dtype=np.float32)[axis] * np.where(np.arange(RAYS) % 2, 1, -1)[:, None]
    _compare(scene, origin, along.astype(np.float32))
    direction[np.arange(RAYS), axis] = 0
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    _compare(scene, origin, direction.astype(np.float32))


def test_rays_in_planes_of_box_faces_have_finite_hit_distances() -> None:
    # Bounds of axis-aligned faces have zero thickness, and some rays lie in their planes.
    corners = np.array([[[-1, -1, z], [1, -1, z], [1, 1, z]] for z in (-1, 1)], np.float32)
    scene = make_scene([separate_triangles(corners), separate_triangles(corners[..., [2, 0, 1]])])
    origin = np.array([[0, 0, 0], [0.5, -0.5, 1], [1, -1, 0], [0, -0.5, -3]], np.float32)
    direction = np.array([[0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 0, 1]], np.float32)
    hits = SceneProbe(scene).trace(origin, direction)
    assert hits.is_hit[[0, 3]].all()
    assert np.isfinite(hits.t).all()


def test_all_rays_from_inside_a_closed_mesh_hit_it() -> None:
    mesh = icosphere(1.0, 3)
    random = np.random.default_rng(13)
    # Aim exactly at shared edges and vertices.
    corners = mesh.vertices[mesh.faces]
    weights = random.dirichlet([1, 1], 20_000)
    faces = random.integers(0, len(corners), 20_000)
    target = np.einsum("nk,nkc->nc", weights, corners[faces][:, :2])
    target = np.concatenate([target, mesh.vertices[:3000]])
    direction = (target / np.linalg.norm(target, axis=1, keepdims=True)).astype(np.float32)
    probe = SceneProbe(make_scene([mesh]))
    for origin in (np.zeros(3), np.array([0.3, -0.2, 0.1])):
        aimed = target - origin
        direction = (aimed / np.linalg.norm(aimed, axis=1, keepdims=True)).astype(np.float32)
        # Triangles overlap by rounding, so that no ray aimed at an edge slips through.
        assert probe.trace(origin, direction).is_hit.all()
    anywhere = random.normal(size=(500_000, 3))
    anywhere /= np.linalg.norm(anywhere, axis=1, keepdims=True)
    assert probe.trace(origin, anywhere).is_hit.all()


def test_offset_ray_origins_avoid_self_intersection() -> None:
    shapes: list[Shape] = [
        Flat((-50, 0, -50), (0, 0, 100), (100, 0, 0)),
        Sphere((0, 3, 0), 1.0),
        icosphere(0.7, 2),
    ]
    probe = SceneProbe(make_scene(shapes))
    origin, direction = _random_rays(RAYS, 14, 1.0)
    origin[:, 1] += 1.5
    hits = probe.trace(origin, direction)
    found = hits.is_hit
    # Back along the ray: nothing lies between the offset hit point and the ray origin.
    mirrored = -direction[found]
    moved = hits.p[found] + hits.ng[found] * np.where(
        np.sum(hits.ng[found] * mirrored, axis=1, keepdims=True) > 0, 1e-3, -1e-3
    )
    back = probe.trace(moved, mirrored, 0.98 * hits.t[found], is_shadow=True)
    assert back.is_hit.mean() < 2e-3
    # `offset_origin` moves the point to the side into which the ray continues.
    beyond = np.sum((hits.offset - hits.p)[found] * direction[found], axis=1)
    assert (beyond > 0).all()
    onward = probe.trace(hits.offset[found], direction[found])
    same_flat = (
        onward.is_hit & (onward.primitive == hits.primitive[found]) & (hits.primitive[found] != 1)
    )
    assert same_flat.mean() < 1e-3


def test_brute_force_comparison_detects_missing_triangles() -> None:
    # The reference has triangles that the traced scene lacks.
    corners = random_triangles(300, 0.2, 22)
    origin, direction = _random_rays(RAYS, 23)
    t = distances(make_scene([separate_triangles(corners)]), origin, direction).min(axis=1)
    hits = SceneProbe(make_scene([separate_triangles(corners[:-3])])).trace(origin, direction)
    wrong = (hits.is_hit != np.isfinite(t)) | (hits.is_hit & (np.abs(hits.t - t) > 1e-3))
    assert wrong.mean() > 1e-3
