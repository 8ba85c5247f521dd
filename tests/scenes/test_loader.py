"""Scene loader: dispatch by file type, environments, default light and framing."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from scenes.builtin.registry import BUILT_IN
from scenes.default_camera import MARGIN
from scenes.default_camera import bounds_of
from scenes.default_camera import frame_camera
from scenes.default_light import NOTE
from scenes.loader import load_environment
from scenes.loader import load_scene
from scenes.model.description import Mesh
from scenes.model.description import SceneError
from tests.scenes.gltf_builder import GltfBuilder
from tests.scenes.image_fixtures import write_float
from tests.scenes.image_fixtures import write_png
from tests.scenes.mitsuba_text import RECTANGLE

LONG = "n" * 300
"""A name that is too long for a file."""
TRIANGLE_OBJ = "v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"
TRIANGLE_PLY = (
    "ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
    "property float z\nelement face 1\nproperty list uchar int vertex_index\nend_header\n"
    "0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"
)


def _files(folder: Path) -> list[Path]:
    """Write one file of each format, without light or camera; return the paths."""
    (folder / "a.xml").write_text(f'<scene version="3.0.0">{RECTANGLE}</scene>')
    (folder / "a.obj").write_text(TRIANGLE_OBJ)
    (folder / "a.PLY").write_text(TRIANGLE_PLY)
    return [
        folder / "a.xml",
        folder / "a.obj",
        folder / "a.PLY",
        GltfBuilder().triangle().write(folder / "a.gltf"),
        GltfBuilder().triangle().write(folder / "a.glb"),
    ]


def test_every_format_gets_default_light_and_camera(tmp_path: Path) -> None:
    for path in _files(tmp_path):
        scene = load_scene(str(path))
        assert scene.environment is not None and NOTE in scene.notes
        assert any("no camera" in note for note in scene.notes)


def test_emissive_textures_do_not_count_as_light(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((2, 2, 3), 200, np.uint8))
    builder = GltfBuilder().triangle(material=0)
    lamp: dict = {"emissiveFactor": [1, 1, 1]}
    builder.root.update(materials=[lamp], textures=[{"source": 0}], images=[{"uri": "a.png"}])
    assert load_scene(str(builder.write(tmp_path / "a.gltf"))).environment is None
    lamp["emissiveTexture"] = {"index": 0}
    assert load_scene(str(builder.write(tmp_path / "a.gltf"))).environment is not None


def test_environment_file_replaces_default_light(tmp_path: Path) -> None:
    write_float(tmp_path / "sky.exr", np.full((2, 4, 3), 3.0))
    scene = load_scene(str(_files(tmp_path)[0]), tmp_path / "sky.exr")
    assert scene.environment is not None and scene.environment.image is not None
    assert np.all(scene.environment.image == 3.0) and NOTE not in scene.notes
    with pytest.raises(SceneError, match="none.exr: no such file"):
        load_scene(str(tmp_path / "a.xml"), tmp_path / "none.exr")


def test_unknown_scene_name_error_lists_built_in_scenes(tmp_path: Path) -> None:
    with pytest.raises(SceneError) as caught:
        load_scene("no-such-scene")
    assert all(name in str(caught.value) for name in BUILT_IN)
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(SceneError, match="unknown type '.txt'"):
        load_scene(str(tmp_path / "a.txt"))
    with pytest.raises(SceneError, match="no such file"):
        load_scene(str(tmp_path / "none.xml"))


@pytest.mark.parametrize("aspect", [2.0, 1.0, 0.5])
def test_default_camera_fits_scene_bounds_into_image(aspect: float) -> None:
    low, high = np.array([-1.0, 2.0, -3.0]), np.array([4.0, 5.0, 6.0])
    box = Mesh(np.float32([low, high]), np.zeros((1, 3), np.int32))
    camera = frame_camera(bounds_of(box.box[None]), aspect)
    limit = math.tan(math.radians(camera.fov_x) / 2.0)
    corners = np.stack(np.meshgrid(*zip(low, high)), axis=-1).reshape(-1, 3)
    seen = (corners - camera.to_world[:3, 3]) @ camera.to_world[:3, :3]
    assert np.all(seen[:, 2] > 0.0)
    fractions = np.abs(seen[:, :2] / seen[:, 2:]).max(axis=0) / (limit, limit / aspect)
    # The limiting axis of the image reaches the margin, the other axis stays within it.
    assert fractions.max() == pytest.approx(1.0 / MARGIN)
    assert np.linalg.det(camera.to_world) == pytest.approx(1.0)


@pytest.mark.parametrize("up", [(0, 0, 1), (0, -1, 0), (1, 0, 0), (0, 0, -1)])
def test_default_camera_keeps_horizon_level_for_each_up_axis(
    up: tuple[float, float, float],
) -> None:
    """The image for another up axis is that for y up, with the scene rotated like the axis."""
    box = Mesh(np.float32([[-1, -1, -1], [1, 1, 1]]), np.zeros((1, 3), np.int32))
    plain, turned = (frame_camera(bounds_of(box.box[None]), 1.5, axis) for axis in ((0, 1, 0), up))
    assert turned.focus_distance == pytest.approx(plain.focus_distance)
    above = turned.to_world[:3, 1] @ np.array(up)
    assert above == pytest.approx(plain.to_world[1, 1]) and above > 0.9
    level = turned.to_world[:3, 0] @ np.array(up)
    assert level == pytest.approx(0.0, abs=1e-12), "the horizon is level"
    assert np.linalg.det(turned.to_world) == pytest.approx(1.0)


def test_default_camera_depends_on_image_aspect(tmp_path: Path) -> None:
    path = GltfBuilder().triangle().write(tmp_path / "a.gltf")
    wide, tall = load_scene(str(path), aspect=2.0).camera, load_scene(str(path), aspect=0.5).camera
    assert (wide.aspect, tall.aspect) == (2.0, 0.5)
    assert wide.focus_distance != pytest.approx(tall.focus_distance, rel=0.1)


def test_names_too_long_for_a_file_are_missing_files(tmp_path: Path) -> None:
    for load, suffix in ((load_scene, ".xml"), (load_scene, ".foo"), (load_environment, ".png")):
        with pytest.raises(SceneError, match="no such"):
            load(tmp_path / (LONG + suffix) if load is load_environment else LONG + suffix)
    (tmp_path / "a.obj").write_text(f"mtllib {LONG}\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    assert any(
        "no such material library" in note for note in load_scene(str(tmp_path / "a.obj")).notes
    )
    (tmp_path / "a.obj").write_text("mtllib a.mtl\nusemtl m\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (tmp_path / "a.mtl").write_text(f"newmtl m\nmap_Kd {LONG}.png\n")
    assert any("the map was left out" in note for note in load_scene(str(tmp_path / "a.obj")).notes)
