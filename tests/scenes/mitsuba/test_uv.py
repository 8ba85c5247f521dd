"""Texture coordinates of Mitsuba shapes; expected values were read off Mitsuba 3.9.1."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenes.model.description import Flat
from scenes.model.description import Mesh
from scenes.model.description import Sphere
from scenes.model.materials import Diffuse
from scenes.model.textures import Checkerboard
from scenes.model.textures import ImageTexture
from tests.scenes.image_fixtures import write_png
from tests.scenes.mitsuba_text import SENSOR
from tests.scenes.mitsuba_text import load

PLY = """ply
format ascii 1.0
element vertex 3
property float x
property float y
property float z
property float {u}
property float {v}
element face 1
property list uchar int vertex_indices
end_header
0 0 0 0 0
1 0 0 1 0
0 1 0 0 1
3 0 1 2
"""
OBJ = "v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 0 1\nf 1/1 2/2 3/3\n"
TOP, BOTTOM = (0.0, 1.0), (0.0, 0.0)
"""Texture coordinates of an image's upper and lower left corner, with v upwards."""


def _texture(folder: Path, shape: str, to_uv: str = "", kind: str = "bitmap"):
    """Load a scene with one `shape`; return the loaded shape and its reflectance texture."""
    write_png(folder / "a.png", np.full((2, 2, 3), 200, np.uint8))
    (folder / "uv.ply").write_text(PLY.format(u="u", v="v"))
    (folder / "st.ply").write_text(PLY.format(u="s", v="t"))
    (folder / "a.obj").write_text(OBJ)
    name = '<string name="filename" value="a.png"/>' if kind == "bitmap" else ""
    transform = f'<transform name="to_uv">{to_uv}</transform>' if to_uv else ""
    bsdf = f'<bsdf type="diffuse"><texture name="reflectance" type="{kind}">{name}{transform}</texture></bsdf>'  # noqa: E501
    scene = load(folder, f"{SENSOR}{shape}{bsdf}</shape>")
    bsdf = scene.materials[scene.shapes[0].material].bsdf
    assert isinstance(bsdf, Diffuse)
    return scene.shapes[0], bsdf.reflectance


def _place(texture: ImageTexture | Checkerboard, uv: tuple[float, float]) -> np.ndarray:
    return np.reshape(texture.uv_transform, (2, 3)) @ (*uv, 1.0)


def _file(name: str, flip: str = "") -> str:
    flag = f'<boolean name="flip_tex_coords" value="{flip}"/>' if flip else ""
    kind = name.split(".")[-1]
    return f'<shape type="{kind}"><string name="filename" value="{name}"/>{flag}'


@pytest.mark.parametrize(
    "shape, at_v_0",
    [
        (_file("a.obj"), BOTTOM),
        (_file("a.obj", "false"), TOP),
        (_file("st.ply"), TOP),
        (_file("st.ply", "true"), BOTTOM),
        (_file("uv.ply", "false"), TOP),
        (_file("uv.ply", "true"), BOTTOM),
        # Unlike Mitsuba, which shows this image upside down, the loader reads v upwards.
        (_file("uv.ply"), BOTTOM),
    ],
)
def test_image_v_direction_follows_mesh_format_and_flip_tex_coords(
    tmp_path: Path, shape: str, at_v_0: tuple[float, float]
) -> None:
    mesh, texture = _texture(tmp_path, shape)
    assert isinstance(mesh, Mesh) and mesh.uvs is not None
    corner = int(np.argmin(np.abs(mesh.vertices).sum(axis=1)))  # vertex with v = 0 in the file
    assert np.allclose(_place(texture, tuple(mesh.uvs[corner])), at_v_0)


def test_rectangle_sphere_and_cube_orient_images_as_mitsuba(tmp_path: Path) -> None:
    flat, texture = _texture(tmp_path, '<shape type="rectangle">')
    assert isinstance(flat, Flat)
    assert np.allclose(_place(texture, (0.0, 0.0)), TOP)
    _, texture = _texture(tmp_path, '<shape type="sphere">')
    assert np.allclose(_place(texture, (0.0, 1.0)), TOP)
    cube, texture = _texture(tmp_path, '<shape type="cube">')
    assert isinstance(cube, Mesh) and cube.uvs is not None
    # On the cube's top face the image's upper left corner is at (-1, -1), its upper edge along y.
    for place, corner in (((-1, -1, 1), (0, 1)), ((-1, 1, 1), (1, 1)), ((1, -1, 1), (0, 0))):
        distance = np.abs(cube.vertices - place).sum(axis=1)
        used = [i for i in np.flatnonzero(distance == 0) if _faces_up(cube, i)]
        assert len(used) == 1
        assert np.allclose(_place(texture, tuple(cube.uvs[used[0]])), corner)


def _faces_up(mesh: Mesh, vertex: int) -> bool:
    face = mesh.faces[(mesh.faces == vertex).any(axis=1)][0]
    a, b, c = mesh.vertices[face]
    return bool(np.cross(b - a, c - a)[2] > 0.5)


@pytest.mark.parametrize("shape", [_file("a.obj"), '<shape type="rectangle">'])
def test_to_uv_matrix_acts_on_mitsuba_coordinates(tmp_path: Path, shape: str) -> None:
    steps = '<rotate z="1" angle="30"/><scale x="2" y="3"/><translate x="0.2" y="0.1"/>'
    _, texture = _texture(tmp_path, shape, steps)
    c, s = np.cos(np.pi / 6), np.sin(np.pi / 6)
    for u, v in ((0.0, 0.0), (0.3, 0.7)):
        own = (u, 1.0 - v) if "obj" in shape else (u, v)
        x, y = 2 * (c * u - s * v) + 0.2, 3 * (s * u + c * v) + 0.1
        assert np.allclose(_place(texture, own), (x, 1.0 - y))


def test_to_uv_that_flips_v_shows_ply_image_upright(tmp_path: Path) -> None:
    mesh, texture = _texture(tmp_path, _file("uv.ply"), '<scale y="-1"/>')
    assert isinstance(mesh, Mesh)
    # Modulo 1, as the image repeats: v = 0 is the lower edge, v = 0.75 is near the upper edge.
    assert np.allclose(_place(texture, (0.0, 0.75)) % 1, (0.0, 0.75))


def test_checkerboard_uses_mitsuba_uv_coordinates(tmp_path: Path) -> None:
    scale = '<scale x="3" y="5"/>'
    _, texture = _texture(tmp_path, '<shape type="rectangle">', scale, "checkerboard")
    assert np.allclose(_place(texture, (0.1, 0.2)), (0.3, 1.0))
    _, texture = _texture(tmp_path, _file("a.obj"), scale, "checkerboard")
    assert np.allclose(_place(texture, (0.1, 0.8)), (0.3, 1.0))


def test_shared_material_is_copied_per_uv_convention(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((2, 2, 3), 200, np.uint8))
    image = '<texture name="reflectance" type="bitmap"><string name="filename" value="a.png"/></texture>'  # noqa: E501
    shared = f'<bsdf type="diffuse" id="shared">{image}</bsdf>'
    shapes = "".join(
        f'<shape type="{kind}"><ref id="shared"/></shape>'
        for kind in ("rectangle", "sphere", "rectangle")
    )
    scene = load(tmp_path, SENSOR + shared + shapes)
    flat, sphere, again = (scene.materials[shape.material] for shape in scene.shapes)
    assert flat is again and sphere is not flat
    assert flat.bsdf.reflectance.image is sphere.bsdf.reflectance.image
    assert isinstance(scene.shapes[1], Sphere)


def test_sphere_axes_follow_rotation(tmp_path: Path) -> None:
    turn = '<transform name="to_world"><rotate x="1" angle="90"/><scale value="2"/></transform>'
    sphere, _ = _texture(tmp_path, f'<shape type="sphere">{turn}')
    assert isinstance(sphere, Sphere)
    assert np.allclose(sphere.axes, ((1, 0, 0), (0, 0, 1), (0, -1, 0)), atol=1e-12)


def test_textured_disk_becomes_mesh_with_polar_uvs(tmp_path: Path) -> None:
    mesh, texture = _texture(tmp_path, '<shape type="disk">')
    assert isinstance(mesh, Mesh) and mesh.uvs is not None
    assert np.allclose(_place(texture, (0.3, 0.2)), (0.3, 0.8))
    corners, uvs = mesh.vertices[mesh.faces], mesh.uvs[mesh.faces]
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (cross[:, 2] > 0).all() and np.allclose(cross.sum() / 2, np.pi, rtol=2e-4)
    center, place = uvs.mean(axis=1), corners.mean(axis=1)
    turn = np.arctan2(place[:, 1], place[:, 0]) / (2 * np.pi) % 1
    assert np.allclose(center[:, 1], turn, atol=1e-4)
    assert np.allclose(center[:, 0], np.hypot(place[:, 0], place[:, 1]), atol=1e-3)
    # Without an image texture the disk stays one analytic shape.
    scene = load(tmp_path, f'{SENSOR}<shape type="disk"><bsdf type="diffuse"/></shape>')
    assert isinstance(scene.shapes[0], Flat)
