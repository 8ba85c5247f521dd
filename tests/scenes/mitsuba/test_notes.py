"""Notes on what Mitsuba files contain and Hush leaves out or shows otherwise than Mitsuba.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenes.model.description import Sphere
from scenes.model.materials import Diffuse
from tests.scenes.image_fixtures import write_png
from tests.scenes.mitsuba_text import RECTANGLE
from tests.scenes.mitsuba_text import SENSOR
from tests.scenes.mitsuba_text import load

MEDIUM = '<medium type="homogeneous" name="interior"/>'
TEXTURED = '<texture type="checkerboard" name="radiance"/>'
FLIPPED = '<boolean name="flip_normals" value="true"/>'
UNEVEN = '<transform name="to_world"><scale x="2"/></transform>'
GROUP = '<shape type="shapegroup" id="g"><shape type="sphere"/></shape>'
DIFFUSE = '<bsdf type="diffuse"/>'
IMAGE = '<texture type="bitmap"><string name="filename" value="h.png"/></texture>'
BUMP = f'<bsdf type="bumpmap">{IMAGE}{{}}</bsdf>'


@pytest.mark.parametrize(
    ("body", "note"),
    [
        (f'<shape type="cube">{MEDIUM}</shape>', "interior is not supported"),
        ('<integrator type="depth"/>' + RECTANGLE, "all light is shown"),
        (
            f'<shape type="rectangle">{FLIPPED}<emitter type="area">{TEXTURED}</emitter></shape>',
            "from the back of a flipped, textured rectangle",
        ),
        (f'<shape type="sphere">{UNEVEN}</shape>', "that along x is used"),
        (
            f'{RECTANGLE}{GROUP}<shape type="instance"><ref id="g"/>{UNEVEN}</shape>',
            "it was left out",
        ),
        (
            f'<shape type="cube">{BUMP.format(BUMP.format(DIFFUSE))}</shape>',
            "one map inside another",
        ),
    ],
)
def test_difference_is_noted(tmp_path: Path, body: str, note: str) -> None:
    write_png(tmp_path / "h.png", np.zeros((2, 2, 1), np.uint8))
    scene = load(tmp_path, SENSOR + body)

    assert any(note in line for line in scene.notes), scene.notes


def test_volume_for_reference_is_skipped(tmp_path: Path) -> None:
    body = '<volume type="constvolume" id="v"/>'

    assert load(tmp_path, SENSOR + body + RECTANGLE).notes == ()


def test_sphere_with_negative_radius_is_inside_out(tmp_path: Path) -> None:
    body = '<shape type="sphere"><float name="radius" value="-2"/></shape>'
    shape = load(tmp_path, SENSOR + body).shapes[0]

    assert isinstance(shape, Sphere) and shape.radius == 2.0 and shape.is_flipped


def test_old_name_of_reflectance_is_read(tmp_path: Path) -> None:
    color = '<rgb name="diffuseReflectance" value="0.1 0.2 0.3"/>'
    body = f'<shape type="cube"><bsdf type="diffuse">{color}</bsdf></shape>'
    scene = load(tmp_path, SENSOR + body, "0.6.0")

    bsdf = scene.materials[0].bsdf
    assert isinstance(bsdf, Diffuse) and bsdf.reflectance == (0.1, 0.2, 0.3) and not scene.notes
