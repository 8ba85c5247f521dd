"""Surface interactions: position, normals, texture coordinates, normal maps."""

from __future__ import annotations

import numpy as np
import pytest

from scenes.model.description import Flat
from scenes.model.description import FlatKind
from scenes.model.description import Mesh
from scenes.model.description import Sphere
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.textures import Image
from scenes.model.textures import ImageTexture
from scenes.model.textures import ScalarTexture
from tests.renderer.probe_scene import SceneProbe
from tests.renderer.scenes_fixture import make_scene

COUNT = 2000


def _rays_to(target: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    origin = target + np.random.default_rng(seed).normal(size=target.shape)
    direction = target - origin
    return origin, direction / np.linalg.norm(direction, axis=1, keepdims=True)


def test_triangle_interpolates_normals_and_texture_coordinates() -> None:
    random = np.random.default_rng(1)
    corners, uvs = random.normal(size=(3, 3)), random.normal(size=(3, 2))
    cross = np.cross(corners[1] - corners[0], corners[2] - corners[0])
    front = cross / np.linalg.norm(cross)
    normals = front + 0.3 * random.normal(size=(3, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    mesh = Mesh(
        *(
            a.astype(t)
            for a, t in (
                (corners, "f4"),
                (np.array([[0, 1, 2]]), "i4"),
                (normals, "f4"),
                (uvs, "f4"),
            )
        )
    )
    b = random.dirichlet([1, 1, 1], COUNT)
    origin = b @ corners + front + 0.3 * random.normal(size=(COUNT, 3))
    direction = b @ corners - origin
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    hits = SceneProbe(make_scene([mesh])).trace(origin, direction)
    ok = hits.is_hit
    assert ok.mean() > 0.99
    assert np.allclose(hits.p[ok], (b @ corners)[ok], atol=1e-4)
    assert np.allclose(hits.ng[ok], front, atol=1e-5)
    smooth = b @ normals
    smooth /= np.linalg.norm(smooth, axis=1, keepdims=True)
    assert np.allclose(hits.n[ok], smooth[ok], atol=1e-4)
    assert np.allclose(hits.uv[ok], (b @ uvs)[ok], atol=1e-4)
    assert np.allclose(np.linalg.norm(hits.wi[ok], axis=1), 1, atol=1e-4)


def test_geometric_normal_faces_the_side_of_the_vertex_normals() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    normals = np.tile(np.array([[0, 0, -1]], np.float32), (3, 1))
    uvs = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
    mesh = Mesh(vertices, np.array([[0, 1, 2]], np.int32), normals, uvs)
    hits = SceneProbe(make_scene([mesh])).trace(np.array([0.2, 0.3, -1.0]), np.array([[0, 0, 1.0]]))
    assert np.allclose(hits.ng, [[0, 0, -1]]) and np.allclose(hits.n, [[0, 0, -1]])
    assert np.allclose(hits.uv, [[0.2, 0.3]], atol=1e-6)


@pytest.mark.parametrize("kind", list(FlatKind))
def test_flat_shape_hits_have_correct_outline_normal_and_uv(kind: FlatKind) -> None:
    flat = Flat((1, 0, 2), (2, 0.5, 0), (0.3, 0, 1.5), kind)
    a = np.random.default_rng(3).random((COUNT, 2))
    o, u, v = (np.array(x) for x in (flat.origin, flat.edge_u, flat.edge_v))
    hits = SceneProbe(make_scene([flat])).trace(*_rays_to(o + a[:, :1] * u + a[:, 1:] * v, 4))
    inside = (
        np.ones(COUNT, bool)
        if kind is FlatKind.RECTANGLE
        else np.sum((a - 0.5) ** 2, axis=1) < 0.25
    )
    assert np.mean(hits.is_hit != inside) < 2e-3
    ok = hits.is_hit & inside
    normal = np.cross(u, v) / np.linalg.norm(np.cross(u, v))
    assert np.allclose(hits.ng[ok], normal, atol=1e-5)
    assert np.allclose(hits.uv[ok], a[ok], atol=1e-4)


@pytest.mark.parametrize("is_flipped", [False, True])
def test_sphere_hits_have_correct_position_normal_and_uv(is_flipped: bool) -> None:
    sphere = Sphere((1, -2, 3), 0.7, is_flipped=is_flipped)
    n = np.random.default_rng(5).normal(size=(COUNT, 3))
    n /= np.linalg.norm(n, axis=1, keepdims=True)
    origin = np.array(sphere.center) + 2 * n
    hits = SceneProbe(make_scene([sphere])).trace(origin, -n)
    assert np.allclose(hits.p, np.array(sphere.center) + 0.7 * n, atol=1e-5)
    assert np.allclose(hits.ng, -n if is_flipped else n, atol=1e-5)
    assert np.allclose(hits.n, hits.ng)
    u = np.arctan2(n[:, 1], n[:, 0]) / (2 * np.pi) % 1
    assert np.allclose(hits.uv[:, 0], u, atol=1e-4)
    assert np.allclose(hits.uv[:, 1], 1 - np.arccos(n[:, 2]) / np.pi, atol=1e-3)


AXES = ((0.0, 0.0, 1.0), (0.6, 0.8, 0.0), (-0.8, 0.6, 0.0))


def _around(sphere: Sphere, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(COUNT, 3) outward unit vectors, in world space and in the local axes of the sphere."""
    n = np.random.default_rng(seed).normal(size=(COUNT, 3))
    n /= np.linalg.norm(n, axis=1, keepdims=True)
    return n, n @ np.array(sphere.axes).T


def test_sphere_axes_rotate_texture_coordinates() -> None:
    sphere = Sphere((1, -2, 3), 0.7, axes=AXES)
    n, own = _around(sphere, 6)
    hits = SceneProbe(make_scene([sphere])).trace(np.array(sphere.center) + 2 * n, -n)
    u = np.arctan2(own[:, 1], own[:, 0]) / (2 * np.pi) % 1
    assert np.allclose(hits.uv[:, 0], u, atol=1e-4)
    assert np.allclose(hits.uv[:, 1], 1 - np.arccos(own[:, 2]) / np.pi, atol=1e-3)


# ---- Normal maps -------------------------------------------------------------------------------


def _mapped_normal(
    rgb: tuple[int, int, int], uvs: list[list[float]], scale: float = 1.0
) -> np.ndarray:
    """Shading normal of a unit square facing +z, under a constant normal map of color `rgb`."""
    texels = np.full((1, 1, 4), 255, np.uint8)
    texels[0, 0, :3] = rgb
    material = Material(
        Diffuse(), normal_map=ImageTexture(Image(texels, False)), normal_scale=scale
    )
    vertices = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
    mesh = Mesh(vertices, np.array([[0, 1, 2], [0, 2, 3]], np.int32), uvs=np.array(uvs, np.float32))
    probe = SceneProbe(make_scene([mesh], [material]))
    return probe.trace(np.array([0.3, 0.6, 2.0]), np.array([[0, 0, -1.0]])).n[0]


def test_normal_map_tilts_normal_along_texture_axes() -> None:
    straight = [[0, 0], [1, 0], [1, 1], [0, 1]]
    lean = (2 * np.array([204, 128, 204]) / 255 - 1) / np.linalg.norm(
        2 * np.array([204, 128, 204]) / 255 - 1
    )
    assert np.allclose(_mapped_normal((204, 128, 204), straight), lean, atol=1e-4)
    up = _mapped_normal((128, 204, 204), straight)
    assert up[1] > 0.6 and abs(up[0]) < 0.01
    # u runs along +y, v along -x: a normal tilted along u tilts along +y.
    turned = [[0, 1], [0, 0], [1, 0], [1, 1]]
    assert _mapped_normal((204, 128, 204), turned)[1] > 0.6
    assert _mapped_normal((128, 204, 204), turned)[0] < -0.6
    # Mirrored texture: u runs along -x, v still along +y.
    mirrored = [[1, 0], [0, 0], [0, 1], [1, 1]]
    assert _mapped_normal((204, 128, 204), mirrored)[0] < -0.6
    assert _mapped_normal((128, 204, 204), mirrored)[1] > 0.6


@pytest.mark.parametrize("channel", [0, 1])
def test_normal_map_of_a_sphere_tilts_normal_east_and_north(channel: int) -> None:
    texels = np.full((1, 1, 4), 255, np.uint8)
    texels[0, 0, :3] = (128, 128, 204)
    texels[0, 0, channel] = 204
    material = Material(Diffuse(), normal_map=ImageTexture(Image(texels, False)))
    sphere = Sphere((0, 0, 0), 1.0, axes=AXES)
    n, own = _around(sphere, 7)
    probe = SceneProbe(make_scene([sphere], [material]))
    hits = probe.trace(2 * n, -n)
    east = np.column_stack([-own[:, 1], own[:, 0], 0 * own[:, 0]])
    east /= np.linalg.norm(east, axis=1, keepdims=True)
    lean = (east if channel == 0 else np.cross(own, east)) @ np.array(AXES)
    expected = n + lean  # 204 in both channels: equal tilt and height
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    away = np.hypot(own[:, 0], own[:, 1]) > 0.05  # exclude the poles, where east is undefined
    assert np.abs(hits.n[away] - expected[away]).max() < 0.01


def test_normal_map_scale_changes_tilt_and_degenerate_uvs_stay_finite() -> None:
    straight = [[0, 0], [1, 0], [1, 1], [0, 1]]
    assert np.allclose(_mapped_normal((204, 128, 204), straight, 0.0), [0, 0, 1], atol=1e-4)
    weak, strong = (_mapped_normal((204, 128, 204), straight, s)[0] for s in (0.5, 2.0))
    assert 0 < weak < strong
    assert np.isfinite(_mapped_normal((204, 128, 204), [[0, 0]] * 4)).all()


def test_bump_map_tilts_normal_against_its_slope() -> None:
    # Height 0.5 u over a square of side 2: the slope along x is 0.25.
    ramp = np.tile(np.linspace(0, 255, 256).astype(np.uint8)[None, :, None], (4, 1, 4))
    texture = ImageTexture(Image(ramp, False), (0.5,) * 4)
    material = Material(Diffuse(), bump=ScalarTexture(texture))
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    uvs = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    mesh = Mesh(corners, np.array([[0, 1, 2], [0, 2, 3]], np.int32), uvs=uvs)
    hits = SceneProbe(make_scene([mesh], [material])).trace(
        np.array([[0.1, 0.2, 1.0]]), np.array([[0.0, 0.0, -1.0]])
    )
    expected = np.array([-0.25, 0.0, 1.0]) / np.linalg.norm([-0.25, 0.0, 1.0])
    np.testing.assert_allclose(hits.n[0], expected, atol=2e-3)


def test_mapped_normal_that_faces_away_is_mirrored_at_the_smooth_one() -> None:
    # A ray from low on the left meets a normal tilted by 45 degrees to the right.
    texels = np.full((1, 1, 4), 255, np.uint8)
    texels[0, 0, :3] = (218, 128, 218)
    material = Material(Diffuse(), normal_map=ImageTexture(Image(texels, False)))
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    uvs = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    mesh = Mesh(corners, np.array([[0, 1, 2], [0, 2, 3]], np.int32), uvs=uvs)
    probe = SceneProbe(make_scene([mesh], [material]))
    low = np.array([0.95, 0.0, -0.3]) / np.linalg.norm([0.95, 0.0, -0.3])
    for direction, sign in ((low, -1), (low * [-1, 1, 1], 1)):
        hits = probe.trace(-direction[None], direction[None])
        np.testing.assert_allclose(hits.n[0], [sign * 0.7071, 0, 0.7071], atol=0.01)


def test_stored_tangent_replaces_that_of_the_coordinates() -> None:
    texels = np.full((1, 1, 4), 255, np.uint8)
    texels[0, 0, :3] = (204, 128, 204)
    material = Material(Diffuse(), normal_map=ImageTexture(Image(texels, False)))
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    uvs = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    tangents = np.tile(np.float32([0, 1, 0, 1]), (4, 1))
    mesh = Mesh(
        corners,
        np.array([[0, 1, 2], [0, 2, 3]], np.int32),
        uvs=uvs,
        attributes={"TANGENT": tangents},
    )
    hits = SceneProbe(make_scene([mesh], [material])).trace(
        np.array([[0.1, 0.2, 1.0]]), np.array([[0.0, 0.0, -1.0]])
    )
    assert hits.n[0, 1] > 0.6 and abs(hits.n[0, 0]) < 0.01
