"""Built-in scenes: complete, finite, plausible and deterministic."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from scenes.builtin.furnace import FurnaceKind
from scenes.builtin.furnace import furnace
from scenes.builtin.registry import BUILT_IN
from scenes.builtin.registry import DEFAULT_SCENE
from scenes.builtin.veach import LAMP_RADII
from scenes.model.description import Flat
from scenes.model.description import Mesh
from scenes.model.description import SceneDescription
from scenes.model.description import Sphere
from scenes.model.materials import Diffuse
from scenes.model.materials import Material
from scenes.model.materials import MetallicRoughness
from scenes.model.materials import Plastic
from scenes.model.textures import Checkerboard
from scenes.model.textures import ImageTexture
from scenes.model.textures import ScalarTexture
from scenes.model.textures import Spectrum
from scenes.procedural.geometry.meshes import volume
from scenes.procedural.textures.images import linear_rgb

ALBEDO_LIMIT = 0.81  # largest diffuse reflectance: 0.8 after rounding to 8 bits
UV_LIMIT = 20.0  # largest |uv|: metres on walls, or fractions of an image
NAMES = list(BUILT_IN)


@pytest.fixture(scope="module", params=NAMES)
def scene(request: pytest.FixtureRequest) -> SceneDescription:
    """Each built-in scene, created once per module."""
    return BUILT_IN[request.param]()


def meshes(scene: SceneDescription) -> Iterator[Mesh]:
    """Meshes among the shapes of `scene`."""
    return (shape for shape in scene.shapes if isinstance(shape, Mesh))


def largest_albedo(color: Spectrum) -> float:
    """Largest linear value of any colour channel."""
    if isinstance(color, Checkerboard):
        return max(*color.color0, *color.color1)
    if isinstance(color, ImageTexture):
        codes = color.image.texels[..., :3].reshape(-1, 3).max(axis=0)
        linear = [
            linear_rgb(f"{code:02x}0000")[0] if color.image.is_srgb else code / 255
            for code in codes
        ]
        return max(value * factor for value, factor in zip(linear, color.scale))
    return max(color)


def base_color(material: Material) -> Spectrum | None:
    """Diffuse reflectance or base colour of a material, None for the other BSDFs."""
    bsdf = material.bsdf
    if isinstance(bsdf, Diffuse):
        return bsdf.reflectance
    if isinstance(bsdf, Plastic):
        return bsdf.diffuse_reflectance
    return bsdf.base_color if isinstance(bsdf, MetallicRoughness) else None


def test_scene_name_is_registered(scene: SceneDescription) -> None:
    """The scene's name and the default scene are registered."""
    assert scene.name in BUILT_IN and DEFAULT_SCENE in BUILT_IN


def test_scene_has_light_and_uses_every_material(scene: SceneDescription) -> None:
    """At least one emitter; every material index is valid and every material is used."""
    is_lit = scene.environment is not None or any(s.radiance is not None for s in scene.shapes)
    assert is_lit
    assert all(0 <= shape.material < len(scene.materials) for shape in scene.shapes)
    assert {shape.material for shape in scene.shapes} == set(range(len(scene.materials)))


def test_meshes_are_valid(scene: SceneDescription) -> None:
    """Finite vertices, valid indices, no degenerate triangles, unit front normals, uvs in range."""
    for mesh in meshes(scene):
        assert np.isfinite(mesh.vertices).all(), mesh.name
        assert mesh.faces.min() >= 0 and mesh.faces.max() < len(mesh.vertices), mesh.name
        corner = mesh.vertices[mesh.faces].astype(float)
        normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
        assert np.linalg.norm(normal, axis=1).min() > 0.0, mesh.name
        if mesh.normals is not None:
            np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1.0, atol=1e-4)
            facing = np.sum(normal[:, None] * mesh.normals[mesh.faces], axis=-1)
            assert (facing > 0.0).mean() > 0.999, mesh.name
        if mesh.uvs is not None:
            assert np.abs(mesh.uvs).max() < UV_LIMIT, mesh.name


def test_albedo_is_plausible(scene: SceneDescription) -> None:
    """No diffuse reflectance exceeds that of fresh white paint."""
    for material in scene.materials:
        color = base_color(material)
        if color is not None:
            assert 0.0 <= largest_albedo(color) <= ALBEDO_LIMIT, material.name


def test_radiance_is_positive(scene: SceneDescription) -> None:
    """Emitters are positive in every channel; the environment is finite and nonnegative."""
    for shape in scene.shapes:
        assert shape.radiance is None or min(shape.radiance) > 0.0
    if scene.environment is not None and scene.environment.image is not None:
        image = scene.environment.image
        assert image.dtype == np.float32 and image.shape[1] == 2 * image.shape[0]
        assert np.isfinite(image).all() and image.min() >= 0.0


def test_camera_axes_are_orthonormal(scene: SceneDescription) -> None:
    """The camera axes are orthonormal with determinant 1; the focus distance is positive."""
    axes = scene.camera.to_world[:3, :3]
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-12)
    assert np.linalg.det(axes) == pytest.approx(1.0)
    assert scene.camera.focus_distance > 0.0


@pytest.mark.parametrize("name", NAMES)
def test_scene_construction_is_deterministic(name: str) -> None:
    """Two calls return equal scenes."""
    first, second = BUILT_IN[name](), BUILT_IN[name]()
    assert len(first.shapes) == len(second.shapes)
    for a, b in zip(first.shapes, second.shapes):
        if isinstance(a, Mesh) and isinstance(b, Mesh):
            np.testing.assert_array_equal(a.vertices, b.vertices)
            np.testing.assert_array_equal(a.faces, b.faces)
            np.testing.assert_array_equal(a.uvs, b.uvs)
        else:
            assert a.name == b.name and a.material == b.material
    for one, two in zip(first.materials, second.materials):
        color_one, color_two = base_color(one), base_color(two)
        if isinstance(color_one, ImageTexture) and isinstance(color_two, ImageTexture):
            np.testing.assert_array_equal(color_one.image.texels, color_two.image.texels)
    np.testing.assert_array_equal(first.camera.to_world, second.camera.to_world)


def test_default_scene_has_expected_size_emitters_and_materials() -> None:
    """Triangle count, emitters and materials of every kind; extents below 25 m x 8 m x 25 m."""
    scene = BUILT_IN[DEFAULT_SCENE]()
    assert 100_000 <= scene.triangle_count <= 250_000
    glowing = [mesh for mesh in meshes(scene) if mesh.radiance is not None]
    assert sum(len(mesh.faces) for mesh in glowing) > 500
    assert any(isinstance(s, Sphere) and s.radiance is not None for s in scene.shapes)
    assert any(isinstance(s, Flat) and s.radiance is not None for s in scene.shapes)
    assert {"Dielectric", "Conductor", "Plastic", "Diffuse", "MetallicRoughness"} <= {
        type(material.bsdf).__name__ for material in scene.materials
    }
    assert any(isinstance(material.opacity, ScalarTexture) for material in scene.materials)
    assert any(material.normal_map is not None for material in scene.materials)
    low = np.min([mesh.vertices.min(axis=0) for mesh in meshes(scene)], axis=0)
    high = np.max([mesh.vertices.max(axis=0) for mesh in meshes(scene)], axis=0)
    assert ((high - low) < (25.0, 8.0, 25.0)).all()


def test_veach_lamps_have_equal_power() -> None:
    """Radius squared times mean radiance is equal for the four lamps."""
    lamps = [
        s
        for s in BUILT_IN["veach-mis"]().shapes
        if isinstance(s, Sphere) and s.radius in LAMP_RADII
    ]
    power = [lamp.radius**2 * np.mean(lamp.radiance) for lamp in lamps]
    assert len(power) == len(LAMP_RADII)
    np.testing.assert_allclose(power, power[0])


def test_cornell_walls_and_lamp_face_inwards() -> None:
    """Walls and lamp face the room's centre; the blocks have positive volume (front outside)."""
    scene = BUILT_IN["cornell-box"]()
    middle = np.array([2.78, 2.74, 2.8])
    for shape in scene.shapes:
        if isinstance(shape, Flat):
            normal = np.cross(shape.edge_u, shape.edge_v)
            assert normal @ (middle - np.array(shape.origin)) > 0.0, shape.name
    assert all(volume(mesh) > 0.0 for mesh in meshes(scene))


@pytest.mark.parametrize("kind", list(FurnaceKind))
def test_furnace_surfaces_emit_inwards(kind: FurnaceKind) -> None:
    """Every surface emits towards the centre with the requested radiance."""
    scene = furnace(albedo=0.3, emitted=0.7, kind=kind)
    for shape in scene.shapes:
        assert shape.radiance == (0.7, 0.7, 0.7)
        if isinstance(shape, Flat):
            assert np.cross(shape.edge_u, shape.edge_v) @ np.array(shape.origin) < 0.0
        elif isinstance(shape, Sphere):
            assert shape.is_flipped
        else:
            assert shape.normals is None
            assert volume(shape) == pytest.approx(-4.0 / 3.0 * np.pi, rel=0.02)
    assert np.linalg.norm(scene.camera.to_world[:3, 3]) < 0.8
