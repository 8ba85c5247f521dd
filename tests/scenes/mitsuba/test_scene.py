"""Mitsuba files: shapes, materials, cameras and emitters, compared with exact values."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from scenes.mesh.validation import face_vectors
from scenes.model.description import Flat
from scenes.model.description import FlatKind
from scenes.model.description import Mesh
from scenes.model.description import Sphere
from scenes.model.materials import Coated
from scenes.model.materials import Conductor
from scenes.model.materials import Dielectric
from scenes.model.materials import Diffuse
from scenes.model.materials import Distribution
from scenes.model.materials import Plastic
from scenes.model.materials import Principled
from scenes.model.textures import Channel
from scenes.model.textures import Checkerboard
from scenes.model.textures import ImageTexture
from scenes.model.textures import ScalarTexture
from tests.scenes.image_fixtures import write_png
from tests.scenes.mitsuba_text import RECTANGLE
from tests.scenes.mitsuba_text import SENSOR
from tests.scenes.mitsuba_text import load


def _bsdf(folder: Path, text: str, version: str = "3.0.0"):
    scene = load(folder, f'{SENSOR}<shape type="rectangle">{text}</shape>', version)
    return scene.materials[scene.shapes[0].material]


def test_transform_steps_apply_in_order(tmp_path: Path) -> None:
    steps = '<scale value="2"/><rotate z="1" angle="90"/><translate x="5"/>'
    body = f'<shape type="sphere"><point name="center" x="1" y="0" z="0"/><transform name="to_world">{steps}</transform></shape>'  # noqa: E501
    sphere = load(tmp_path, SENSOR + body).shapes[0]
    assert isinstance(sphere, Sphere)
    assert np.allclose(sphere.center, (5.0, 2.0, 0.0))
    assert sphere.radius == pytest.approx(2.0)


def test_spectrum_file_equals_inline_spectrum(tmp_path: Path) -> None:
    (tmp_path / "red.spd").write_text("# nm, share\n400 0.1\n\n550 0.2  # green\n 700 0.9\n")
    inside = '<bsdf type="diffuse"><spectrum name="reflectance" {}/></bsdf>'
    written = _bsdf(tmp_path, inside.format('value="400:0.1, 550:0.2, 700:0.9"')).bsdf
    assert _bsdf(tmp_path, inside.format('filename="red.spd"')).bsdf == written
    assert written.reflectance[0] > 2 * written.reflectance[2]


def test_instances_transform_the_shapes_of_a_shapegroup(tmp_path: Path) -> None:
    move = '<transform name="to_world"><translate x="{}"/></transform>'
    turn = '<transform name="to_world"><scale value="2"/><rotate z="1" angle="90"/></transform>'
    ball = f'<shape type="sphere"><ref id="red"/>{move.format(3)}</shape>'
    group = f'<shape type="shapegroup" id="g">{ball}<shape type="cube"/></shape>'
    bsdf = '<bsdf type="diffuse" id="red"><rgb name="reflectance" value="1,0,0"/></bsdf>'
    places = [f'<shape type="instance"><ref id="g"/>{t}</shape>' for t in (turn, move.format(-1))]
    scene = load(tmp_path, SENSOR + bsdf + group + "".join(places))
    first, box, second, other = scene.shapes
    assert isinstance(first, Sphere) and isinstance(second, Sphere)
    # First instance: (3, 0, 0) scaled by 2 and rotated to +y. Second instance: x = 3 - 1 = 2.
    # The shape group itself adds no shapes.
    assert np.allclose(first.center, (0.0, 6.0, 0.0)) and first.radius == pytest.approx(2.0)
    assert np.allclose(second.center, (2.0, 0.0, 0.0)) and second.radius == pytest.approx(1.0)
    assert first.material == second.material and not scene.notes
    assert isinstance(box, Mesh) and isinstance(other, Mesh)
    assert np.allclose(np.abs(box.vertices), 2.0)
    assert np.allclose(other.vertices.min(axis=0), (-2.0, -1.0, -1.0))
    assert np.allclose(other.vertices.max(axis=0), (0.0, 1.0, 1.0))


def test_rectangle_spans_minus_one_to_one(tmp_path: Path) -> None:
    flat = load(tmp_path, SENSOR + RECTANGLE).shapes[0]
    assert isinstance(flat, Flat) and flat.kind is FlatKind.RECTANGLE
    assert flat.origin == (-1.0, -1.0, 0.0)
    assert flat.edge_u == (2.0, 0.0, 0.0) and flat.edge_v == (0.0, 2.0, 0.0)


def test_mirrored_rectangle_keeps_front_side_and_uvs(tmp_path: Path) -> None:
    mirror = '<transform name="to_world"><scale x="-1"/></transform>'
    mesh = load(tmp_path, f'{SENSOR}<shape type="rectangle">{mirror}</shape>').shapes[0]
    assert isinstance(mesh, Mesh) and mesh.uvs is not None
    assert np.all(face_vectors(mesh.vertices, mesh.faces)[:, 2] > 0.0)
    # u increases along object x, which the mirroring maps to world -x.
    assert np.allclose(mesh.uvs[:, 0], (1.0 - mesh.vertices[:, 0]) / 2.0)


def test_flip_normals_reverses_area_light_direction(tmp_path: Path) -> None:
    light = '<emitter type="area"><rgb name="radiance" value="3"/></emitter>'
    flip = '<boolean name="flip_normals" value="true"/>'
    flat = load(tmp_path, f'{SENSOR}<shape type="disk">{flip}{light}</shape>').shapes[0]
    assert isinstance(flat, Flat) and flat.radiance == (3.0, 3.0, 3.0)
    assert np.cross(flat.edge_u, flat.edge_v)[2] < 0.0


def test_cube_has_positive_volume_when_scaled_or_mirrored(tmp_path: Path) -> None:
    for scale in ("2", "-2"):
        step = f'<transform name="to_world"><scale value="{scale}"/></transform>'
        mesh = load(tmp_path, f'{SENSOR}<shape type="cube">{step}</shape>').shapes[0]
        assert isinstance(mesh, Mesh) and mesh.normals is None and len(mesh.faces) == 12
        corners = mesh.vertices.astype(float)[mesh.faces]
        volume = np.sum(np.linalg.det(corners)) / 6.0
        assert volume == pytest.approx(64.0)


def test_roughdielectric_reads_old_parameter_names_and_defaults(tmp_path: Path) -> None:
    text = '<bsdf type="roughdielectric"><float name="intIOR" value="1.5"/><float name="extIOR" value="1"/></bsdf>'  # noqa: E501
    glass = _bsdf(tmp_path, text, "0.6.0").bsdf
    assert isinstance(glass, Dielectric)
    assert glass.ior == 1.5 and glass.alpha == 0.1
    assert glass.distribution is Distribution.BECKMANN


def test_refractive_index_is_found_by_material_name(tmp_path: Path) -> None:
    text = '<bsdf type="dielectric"><string name="int_ior" value="water"/><string name="ext_ior" value="air"/></bsdf>'  # noqa: E501
    glass = _bsdf(tmp_path, text).bsdf
    assert isinstance(glass, Dielectric) and glass.ior == pytest.approx(1.333 / 1.000277)
    default = _bsdf(tmp_path, '<bsdf type="dielectric"/>').bsdf
    assert isinstance(default, Dielectric) and default.ior == pytest.approx(1.5046 / 1.000277)


def test_conductors_read_material_and_roughness(tmp_path: Path) -> None:
    mirror = _bsdf(tmp_path, '<bsdf type="conductor"/>').bsdf
    assert mirror == Conductor(alpha_v=0.0, distribution=Distribution.BECKMANN)
    gold = '<bsdf type="roughconductor"><string name="material" value="Au"/><float name="alpha_u" value="0.1"/><float name="alpha_v" value="0.3"/></bsdf>'  # noqa: E501
    bsdf = _bsdf(tmp_path, gold).bsdf
    assert isinstance(bsdf, Conductor)
    assert (bsdf.alpha, bsdf.alpha_v) == (0.1, 0.3) and bsdf.k[0] == pytest.approx(3.98316)


def test_coatings_of_version_0_read_absorption_and_thickness(tmp_path: Path) -> None:
    base = '<bsdf type="diffuse"/>'
    scene = load(
        tmp_path,
        f'<shape type="cube"><bsdf type="twosided"><bsdf type="coating">{base}'
        '<float name="thickness" value="2"/><spectrum name="sigmaA" value="0.1, 0.2, 0.3"/>'
        '<float name="intIOR" value="1.8"/><float name="extIOR" value="1.2"/></bsdf></bsdf></shape>'
        f'<shape type="cube"><bsdf type="roughcoating">{base}</bsdf></shape>',
        "0.6.0",
    )
    smooth, rough = scene.materials[-2:]
    assert isinstance(smooth.bsdf, Coated) and isinstance(rough.bsdf, Coated)
    assert smooth.bsdf.absorption == pytest.approx((0.2, 0.4, 0.6))
    assert smooth.bsdf.ior == pytest.approx(1.5) and smooth.bsdf.alpha == 0
    assert smooth.is_two_sided and smooth.bsdf.inner.is_two_sided
    assert rough.bsdf.alpha == 0.1 and rough.bsdf.distribution is Distribution.BECKMANN
    assert rough.bsdf.ior == pytest.approx(1.5046 / 1.000277)
    assert not rough.is_two_sided and not scene.notes


@pytest.mark.parametrize(
    ("kind", "ior", "is_noted"),
    [("plastic", "diamond", True), ("plastic", "2.19", False), ("roughplastic", "diamond", False)],
)
def test_plastic_of_a_high_index_is_noted_as_brighter_in_mitsuba(
    tmp_path: Path, kind: str, ior: str, is_noted: bool
) -> None:
    bsdf = f'<bsdf type="{kind}"><string name="int_ior" value="{ior}"/></bsdf>'
    notes = load(tmp_path, f'{SENSOR}<shape type="rectangle">{bsdf}</shape>').notes
    assert any("creates light" in note for note in notes) is is_noted


def test_plastic_and_principled_parameters_are_converted(tmp_path: Path) -> None:
    plastic = _bsdf(
        tmp_path, '<bsdf type="roughplastic"><boolean name="nonlinear" value="true"/></bsdf>'
    ).bsdf  # noqa: E501
    assert isinstance(plastic, Plastic) and plastic.is_nonlinear and plastic.alpha == 0.1
    assert plastic.ior == pytest.approx(1.49 / 1.000277)
    text = '<bsdf type="principled"><rgb name="base_color" value="0.2,0.3,0.4"/><float name="specular" value="0.5"/></bsdf>'  # noqa: E501
    principled = _bsdf(tmp_path, text).bsdf
    assert isinstance(principled, Principled)
    assert principled.ior == pytest.approx(1.5) and principled.metallic == 0.0


def test_material_is_two_sided_only_with_twosided_bsdf(tmp_path: Path) -> None:
    assert not _bsdf(tmp_path, '<bsdf type="diffuse"/>').is_two_sided
    both = _bsdf(tmp_path, '<bsdf type="twosided"><bsdf type="diffuse"/></bsdf>')
    assert both.is_two_sided and both.bsdf == Diffuse((0.5, 0.5, 0.5))


@pytest.mark.parametrize(
    "value, expected",
    [
        ('<rgb name="reflectance" value="0.1 0.2 0.3"/>', (0.1, 0.2, 0.3)),
        ('<rgb name="reflectance" value="0.5"/>', (0.5, 0.5, 0.5)),
        ('<rgb name="reflectance" value="#ff0080"/>', (1.0, 0.0, 0.2158605)),
        ('<srgb name="reflectance" value="0.5, 0, 1"/>', (0.2140411, 0.0, 1.0)),
        ('<spectrum name="reflectance" value="0.25"/>', (0.25, 0.25, 0.25)),
        ('<spectrum name="reflectance" value="360:0.4, 830:0.4"/>', (0.4, 0.4, 0.4)),
    ],
)
def test_color_formats_become_linear_rgb(
    tmp_path: Path, value: str, expected: tuple[float, ...]
) -> None:
    bsdf = _bsdf(tmp_path, f'<bsdf type="diffuse">{value}</bsdf>').bsdf
    assert isinstance(bsdf, Diffuse) and np.allclose(bsdf.reflectance, expected, atol=1e-6)


def test_bitmap_and_checkerboard_textures_are_read(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((2, 2, 3), 200, np.uint8))
    bitmap = '<texture name="reflectance" type="bitmap"><string name="filename" value="a.png"/><string name="wrap_mode" value="clamp"/><transform name="to_uv"><scale x="2" y="3"/><translate x="0.5"/></transform></texture>'  # noqa: E501
    bsdf = _bsdf(tmp_path, f'<bsdf type="diffuse">{bitmap}</bsdf>').bsdf
    assert isinstance(bsdf, Diffuse) and isinstance(bsdf.reflectance, ImageTexture)
    assert bsdf.reflectance.wrap.value == "clamp" and bsdf.reflectance.image.is_srgb
    assert np.allclose(bsdf.reflectance.uv_transform, (2, 0, 0.5, 0, -3, 1))
    board = '<texture name="reflectance" type="checkerboard"><rgb name="color0" value="1,0,0"/></texture>'  # noqa: E501
    bsdf = _bsdf(tmp_path, f'<bsdf type="diffuse">{board}</bsdf>').bsdf
    assert isinstance(bsdf, Diffuse) and bsdf.reflectance == Checkerboard(
        (1, 0, 0), (0.2, 0.2, 0.2)
    )


def test_mask_uses_alpha_or_luminance(tmp_path: Path) -> None:
    texels = np.full((2, 2, 4), 255, np.uint8)
    texels[0, 0, 3] = 0
    write_png(tmp_path / "alpha.png", texels)
    write_png(tmp_path / "grey.png", np.full((2, 2, 3), 128, np.uint8))
    text = '<bsdf type="mask"><texture name="opacity" type="bitmap"><string name="filename" value="{}"/></texture><bsdf type="diffuse"/></bsdf>'  # noqa: E501
    material = _bsdf(tmp_path, text.format("alpha.png"))
    assert isinstance(material.opacity, ScalarTexture)
    assert material.opacity.channel is Channel.ALPHA
    # An alpha that does not vary over the whole range is no cut-out.
    texels[0, 0, 3] = 128
    write_png(tmp_path / "alpha.png", texels)
    for name in ("alpha.png", "grey.png"):
        material = _bsdf(tmp_path, text.format(name))
        assert isinstance(material.opacity, ScalarTexture)
        assert material.opacity.channel is Channel.LUMINANCE


def test_normal_map_is_raw_and_bump_map_is_scaled(tmp_path: Path) -> None:
    write_png(tmp_path / "n.png", np.full((2, 2, 3), 128, np.uint8))
    inner = '<texture name="{}" type="bitmap"><string name="filename" value="n.png"/></texture><bsdf type="diffuse"/>'  # noqa: E501
    material = _bsdf(tmp_path, f'<bsdf type="normalmap">{inner.format("normalmap")}</bsdf>')
    assert material.normal_map is not None and not material.normal_map.image.is_srgb
    scale = '<float name="scale" value="0.02"/>'
    bumpy = _bsdf(tmp_path, f'<bsdf type="bumpmap">{scale}{inner.format("arbitrary")}</bsdf>')
    assert bumpy.bump is not None and isinstance(bumpy.bump.texture, ImageTexture)
    assert bumpy.bump.texture.scale[:3] == (0.02, 0.02, 0.02)


@pytest.mark.parametrize(
    "axis, expected",
    [("x", 40.0), ("y", 2 * math.degrees(math.atan(2 * math.tan(math.radians(20)))))],
)
def test_camera_field_of_view_follows_fov_axis(tmp_path: Path, axis: str, expected: float) -> None:
    film = '<film type="hdrfilm"><integer name="width" value="400"/><integer name="height" value="200"/></film>'  # noqa: E501
    sensor = f'<sensor type="perspective"><float name="fov" value="40"/><string name="fov_axis" value="{axis}"/>{film}</sensor>'  # noqa: E501
    camera = load(tmp_path, sensor + RECTANGLE).camera
    assert camera.aspect == 2.0 and camera.fov_x == pytest.approx(expected)


def test_camera_reads_lookat_and_thin_lens(tmp_path: Path) -> None:
    text = '<sensor type="thinlens"><float name="fov" value="40"/><float name="aperture_radius" value="0.2"/><float name="focus_distance" value="3"/><transform name="to_world"><lookat origin="0,0,-4" target="0,0,0" up="0,1,0"/></transform></sensor>'  # noqa: E501
    camera = load(tmp_path, text + RECTANGLE).camera
    expected = np.eye(4)
    expected[2, 3] = -4.0
    assert np.allclose(camera.to_world, expected)
    assert camera.aperture_radius == 0.2 and camera.focus_distance == 3.0


def test_mirrored_camera_keeps_mirroring_but_not_scale(tmp_path: Path) -> None:
    text = '<sensor type="perspective"><transform name="to_world"><scale x="-2" y="2" z="2"/></transform></sensor>'  # noqa: E501
    camera = load(tmp_path, text + RECTANGLE).camera
    assert np.allclose(camera.to_world, np.diag([-1.0, 1.0, 1.0, 1.0]))


def test_included_file_uses_default_parameter_and_can_be_referenced(tmp_path: Path) -> None:
    (tmp_path / "parts.xml").write_text(
        '<scene version="3.0.0"><bsdf type="diffuse" id="$name"><rgb name="reflectance" value="0.3"/></bsdf></scene>'  # noqa: E501
    )
    body = '<default name="name" value="wall"/><shape type="rectangle"><ref id="wall"/></shape><include filename="parts.xml"/>'  # noqa: E501
    scene = load(tmp_path, SENSOR + body)
    assert scene.materials[0].bsdf == Diffuse((0.3, 0.3, 0.3))
    assert scene.materials[0].name == "wall"


def test_unused_parameters_are_noted(tmp_path: Path) -> None:
    body = '<shape type="rectangle"><float name="wobble" value="1"/></shape>'
    assert any("wobble" in note for note in load(tmp_path, SENSOR + body).notes)


def test_include_searches_scene_folder_before_including_files_folder(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    light = '<emitter type="point"><rgb name="intensity" value="{}"/></emitter>'
    (folder / "all.xml").write_text(
        '<scene version="3.0.0"><include filename="parts/one.xml"/>'
        '<include filename="two.xml"/><include filename="three.xml"/></scene>'
    )
    (folder / "one.xml").write_text(light.format(1))
    (folder / "two.xml").write_text(light.format(2))
    (folder / "three.xml").write_text(light.format(0))
    (tmp_path / "three.xml").write_text(light.format(3))
    scene = load(tmp_path, f'{SENSOR}{RECTANGLE}<include filename="parts/all.xml"/>')
    assert [light.intensity for light in scene.lights] == [(1, 1, 1), (2, 2, 2), (3, 3, 3)]
