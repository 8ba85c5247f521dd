"""Graphics state of pbrt files: transforms, attributes, objects, and compressed files."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from scenes.loader import load_scene
from scenes.model.description import Mesh
from scenes.model.description import PointLight
from scenes.model.description import Sphere
from scenes.model.materials import Diffuse
from scenes.pbrt.scene import load_pbrt
from tests.scenes.pbrt_text import SPHERE
from tests.scenes.pbrt_text import load

TRIANGLE = 'Shape "trianglemesh" "point3 P" [ 1 0 0  0 1 0  0 0 1 ]\n'


def corner(folder: Path, transform: str) -> list[float]:
    """World position of the triangle's first corner, (1, 0, 0) in its own space."""
    (shape,) = load(folder, transform + "\n" + TRIANGLE).shapes
    assert isinstance(shape, Mesh)
    return [round(float(value), 5) for value in shape.vertices[0]]


@pytest.mark.parametrize(
    "transform, expected",
    [
        ("Translate 1 2 3", [2, 2, 3]),
        ("Scale 2 3 4", [2, 0, 0]),
        ("Rotate 90 0 0 1", [0, 1, 0]),
        ("Translate 1 2 3 Rotate 90 0 0 1 Scale 2 1 1", [1, 4, 3]),
        ("Scale 2 2 2 Translate 1 2 3", [4, 4, 6]),
        ("Transform [ 0 5 0 0  1 0 0 0  0 0 1 0  7 8 9 1 ]", [7, 13, 9]),
        ("Translate 1 0 0 ConcatTransform [ 0 5 0 0  1 0 0 0  0 0 1 0  7 8 9 1 ]", [8, 13, 9]),
        ("Translate 1 0 0 Identity", [1, 0, 0]),
        ("LookAt 0 0 -5  0 0 0  0 1 0", [1, 0, 5]),
        ("LookAt 5 0 0  0 0 0  0 1 0", [0, 0, 4]),
        ('Translate 1 0 0 CoordinateSystem "a" Identity CoordSysTransform "a"', [2, 0, 0]),
        ('CoordSysTransform "camera"', [1, 0, -5]),
        ("TransformBegin Translate 1 0 0 TransformEnd", [1, 0, 0]),
        ("AttributeBegin Translate 1 0 0 AttributeEnd", [1, 0, 0]),
        ("ActiveTransform EndTime Translate 1 0 0 ActiveTransform All", [1, 0, 0]),
    ],
)
def test_transform_directives(transform: str, expected: list[float], tmp_path: Path) -> None:
    assert corner(tmp_path, transform) == expected


def test_attributes_end_with_their_block_and_transforms_do_not_keep_them(tmp_path: Path) -> None:
    red = 'Material "diffuse" "rgb reflectance" [1 0 0]\n'
    blue = 'Material "diffuse" "rgb reflectance" [0 0 1]\n'
    body = f"{red}AttributeBegin\n{blue}AttributeEnd\n{SPHERE}TransformBegin\n{blue}TransformEnd\n"
    scene = load(tmp_path, body + SPHERE)
    colors = [scene.materials[shape.material].bsdf for shape in scene.shapes]
    assert colors == [Diffuse((1.0, 0.0, 0.0)), Diffuse((0.0, 0.0, 1.0))]


def test_attribute_directive_sets_defaults_until_the_block_ends(tmp_path: Path) -> None:
    inside = f'AttributeBegin\nAttribute "shape" "float radius" 2\n{SPHERE}Shape "sphere" '
    scene = load(tmp_path, f'{inside}"float radius" 3\nAttributeEnd\n{SPHERE}')
    radii = [shape.radius for shape in scene.shapes if isinstance(shape, Sphere)]
    assert radii == [2, 3, 1]
    assert not scene.notes[:-1]  # the last one is that of the missing light


def test_instances_apply_their_transform_after_the_object(tmp_path: Path) -> None:
    body = f'ObjectBegin "a"\nTranslate 1 0 0\n{SPHERE}ObjectEnd\n'
    body += 'Translate 0 5 0\nObjectInstance "a"\nScale 2 2 2\nObjectInstance "a"\n'
    scene = load(tmp_path, body)
    spheres = [shape for shape in scene.shapes if isinstance(shape, Sphere)]
    assert [sphere.center for sphere in spheres] == [(1, 5, 0), (2, 5, 0)]
    assert [sphere.radius for sphere in spheres] == [1, 2]


def test_area_light_of_an_object_does_not_glow(tmp_path: Path) -> None:
    body = f'ObjectBegin "a"\nAreaLightSource "diffuse"\n{SPHERE}ObjectEnd\nObjectInstance "a"\n'
    scene = load(tmp_path, body)
    assert scene.shapes[0].radiance is None and "does not glow" in scene.notes[0]


def test_import_keeps_its_attributes_to_itself_and_include_does_not(tmp_path: Path) -> None:
    (tmp_path / "moved.pbrt").write_text("Translate 1 0 0\n" + SPHERE)
    for directive, x in (("Import", 0), ("Include", 1)):
        scene = load(tmp_path, f'{directive} "moved.pbrt"\n{SPHERE}')
        assert [shape.center[0] for shape in scene.shapes] == [1, x]  # type: ignore[union-attr]


def test_compressed_scene_and_mesh(tmp_path: Path) -> None:
    vertices = "0 0 0\n1 0 0\n0 1 0\n"
    header = "ply\nformat ascii 1.0\nelement vertex 3\n"
    header += "".join(f"property float {axis}\n" for axis in "xyz")
    header += "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
    ply = f"{header}{vertices}3 0 1 2\n".encode()
    (tmp_path / "a.ply.gz").write_bytes(gzip.compress(ply))
    inner = b'Shape "plymesh" "string filename" "a.ply.gz"\n'
    (tmp_path / "a.pbrt.gz").write_bytes(gzip.compress(inner))
    scene = load(tmp_path, 'Include "a.pbrt.gz"\n')
    assert scene.triangle_count == 1
    (tmp_path / "a.ply.gz").write_bytes(gzip.compress(ply)[:40])
    scene = load(tmp_path, SPHERE + 'Include "a.pbrt.gz"\n')
    assert "a.ply.gz: damaged gzip file" in scene.notes[0]


def test_loader_knows_the_extension(tmp_path: Path) -> None:
    load(tmp_path, SPHERE)
    assert len(load_scene(str(tmp_path / "scene.pbrt")).shapes) == 1


def test_camera_is_mirrored_because_pbrt_is_left_handed(tmp_path: Path) -> None:
    camera = load(tmp_path, SPHERE).camera
    assert np.allclose(camera.to_world[:3].T, [[-1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, -5]])
    # Fields of view are those of the shorter axis: 90 degrees over 720 of 1280 x 720 pixels.
    assert camera.fov_x == pytest.approx(np.degrees(2 * np.arctan(1280 / 720)))


def test_realistic_camera_has_the_focal_length_of_its_lens_file(tmp_path: Path) -> None:
    camera = 'Camera "realistic" "string lensfile" "wide.22mm.dat" "float aperturediameter" 8\n'
    film = 'Film "rgb" "integer xresolution" 400 "integer yresolution" 300 "float iso" 900\n'
    path = tmp_path / "a.pbrt"
    path.write_text(f'{camera}{film}WorldBegin\nLightSource "point"\n{SPHERE}')
    scene = load_pbrt(path)
    # 28 of 35 mm of diagonal across.
    assert scene.camera.fov_x == pytest.approx(np.degrees(2 * np.arctan(14 / 22)))
    assert scene.lights[0] == PointLight((0, 0, 0), (1, 1, 1))
    assert len(scene.notes) == 1 and "a perspective one is used" in scene.notes[0]
