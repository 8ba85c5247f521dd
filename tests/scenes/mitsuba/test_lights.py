"""Emitters of Mitsuba files: punctual lights and emissive shapes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenes.default_light import has_light
from scenes.images.encodings import linear_texels
from scenes.model.description import DirectionalLight
from scenes.model.description import Falloff
from scenes.model.description import PointLight
from scenes.model.materials import Diffuse
from scenes.model.textures import Checkerboard
from scenes.model.textures import ImageTexture
from tests.scenes.image_fixtures import write_float
from tests.scenes.image_fixtures import write_png
from tests.scenes.mitsuba_text import RECTANGLE
from tests.scenes.mitsuba_text import SENSOR
from tests.scenes.mitsuba_text import load


def test_punctual_emitters_are_read(tmp_path: Path) -> None:
    point = '<emitter type="point"><point name="position" x="1" y="2" z="3"/><rgb name="intensity" value="4"/></emitter>'  # noqa: E501
    spot = '<emitter type="spot"><float name="cutoff_angle" value="30"/></emitter>'
    sun = '<emitter type="directional"><vector name="direction" x="0" y="-2" z="0"/></emitter>'
    lights = load(tmp_path, SENSOR + RECTANGLE + point + spot + sun).lights
    assert lights[0] == PointLight((1, 2, 3), (4, 4, 4))
    assert isinstance(lights[1], PointLight) and lights[1].cone is not None
    assert np.allclose(lights[1].cone, np.radians([22.5, 30.0]))
    assert lights[1].falloff is Falloff.ANGLE
    assert lights[2] == DirectionalLight((0, -1, 0), (1, 1, 1))


def test_textured_area_light_sets_shape_radiance_not_material(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", np.full((2, 2, 3), 200, np.uint8))
    light = '<emitter type="area"><texture name="radiance" type="bitmap"><string name="filename" value="a.png"/></texture></emitter>'  # noqa: E501
    two_sided = '<bsdf type="twosided"><bsdf type="diffuse"/></bsdf>'
    scene = load(tmp_path, f'{SENSOR}<shape type="rectangle">{two_sided}{light}</shape>')
    assert isinstance(scene.shapes[0].radiance, ImageTexture)
    assert scene.materials[scene.shapes[0].material].emission is None
    assert has_light(scene)


@pytest.mark.parametrize("substance", ["", '<bsdf type="null"/>'])
def test_area_light_without_bsdf_is_black_and_opaque(tmp_path: Path, substance: str) -> None:
    light = '<emitter type="area"><rgb name="radiance" value="3"/></emitter>'
    body = f'<shape type="rectangle">{substance}{light}</shape><shape type="rectangle"/>'
    scene = load(tmp_path, SENSOR + body)
    lamp, wall = (scene.materials[shape.material] for shape in scene.shapes)
    assert lamp.bsdf == Diffuse((0.0, 0.0, 0.0)) and lamp.opacity == 1.0
    assert bool(scene.notes) == bool(substance)
    assert wall.bsdf == Diffuse((0.5, 0.5, 0.5))


def test_shape_with_null_bsdf_has_zero_opacity(tmp_path: Path) -> None:
    scene = load(tmp_path, f'{SENSOR}<shape type="rectangle"><bsdf type="null"/></shape>')
    assert scene.materials[scene.shapes[0].material].opacity == 0.0


def test_hdr_area_light_keeps_values_above_one(tmp_path: Path) -> None:
    write_float(tmp_path / "a.exr", np.full((2, 2, 3), 64.0))
    bitmap = '<texture name="{}" type="bitmap"><string name="filename" value="a.exr"/></texture>'
    light = f'<emitter type="area">{bitmap.format("radiance")}</emitter>'
    bsdf = f'<bsdf type="diffuse">{bitmap.format("reflectance")}</bsdf>'
    scene = load(tmp_path, f'{SENSOR}<shape type="rectangle">{bsdf}{light}</shape>')
    shape = scene.shapes[0]
    assert isinstance(shape.radiance, ImageTexture)
    assert np.allclose(linear_texels(shape.radiance.image), 64.0)
    reflectance = scene.materials[shape.material].bsdf.reflectance  # type: ignore[union-attr]
    assert np.allclose(linear_texels(reflectance.image), 1.0)


def test_checkerboard_can_glow(tmp_path: Path) -> None:
    light = '<emitter type="area"><texture name="radiance" type="checkerboard"/></emitter>'
    scene = load(tmp_path, f'{SENSOR}<shape type="rectangle">{light}</shape>')
    assert isinstance(scene.shapes[0].radiance, Checkerboard) and not scene.notes
