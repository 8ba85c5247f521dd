"""Every fault of a Mitsuba file gives one line that names file, element and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from scenes.loader import load_scene
from scenes.mitsuba.scene import load_mitsuba
from scenes.model.description import SceneError
from scenes.model.description import Sphere
from scenes.model.options import LoadOptions
from tests.scenes.mitsuba_text import RECTANGLE
from tests.scenes.mitsuba_text import SENSOR
from tests.scenes.mitsuba_text import load

FLAT_LIGHT = '<shape type="rectangle"><transform name="to_world"><scale x="0"/></transform><emitter type="area"/></shape>'  # noqa: E501
INSTANCE = '<shape type="instance"><ref id="g"/></shape>'
SPECTRUM = '<shape type="cube"><bsdf type="diffuse"><spectrum name="reflectance" filename="{}"/></bsdf></shape>'  # noqa: E501
SELF = '<bsdf type="twosided" id="a"><ref id="a"/></bsdf><shape type="cube"><ref id="a"/></shape>'


@pytest.mark.parametrize(
    "body, reason",
    [
        ('<shape type="foo"/>', '<shape type="foo">: unsupported plugin'),
        ('<shape type="cube"><bsdf type="blendbsdf"/></shape>', "0 BSDFs inside, 2 needed"),
        ('<shape type="serialized"/>', "filename: missing"),
        ('<emitter type="foo"/>', '<emitter type="foo">: unsupported plugin'),
        ('<shape type="ply"><string name="filename" value="no.ply"/></shape>', "no such file"),
        ('<shape type="ply"/>', "filename: missing"),
        ('<shape type="cube"><ref id="none"/></shape>', "no element with id 'none'"),
        ('<shape type="sphere"><float name="radius" value="big"/></shape>', "not a number 'big'"),
        ('<shape type="sphere"><float name="radius" value="nan"/></shape>', "not finite"),
        ('<shape type="sphere"><float name="radius" value="$r"/></shape>', "parameter $r"),
        (FLAT_LIGHT, "area light with zero area"),
        (
            '<shape type="sphere"><float name="radius" value="0"/><emitter type="area"/></shape>',
            "area light with zero area",
        ),  # noqa: E501
        (SELF, "reference to itself"),
        (SPECTRUM.format("none.spd"), "none.spd: no such file"),
        (SPECTRUM.format("scene.xml"), "not lines of wavelength and value"),
        ('<shape type="instance"/>', "an instance needs one shapegroup"),
        ('<shape type="instance"><shape type="cube"/></shape>', "needs one shapegroup"),
        (f'<shape type="shapegroup" id="g"/>{INSTANCE}', '<shape type="shapegroup" id="g">: no'),
        (f'<shape type="shapegroup" id="g">{INSTANCE}</shape>{INSTANCE}', "inside a shapegroup"),
        ('<include filename="scene.xml"/>', "in a circle"),
        ('<include filename="none.xml"/>', "no such file"),
        (
            '<shape type="cube"><transform name="to_world"><matrix value="1"/></transform></shape>',
            "1 numbers, 16 needed",
        ),  # noqa: E501
        (RECTANGLE + '<emitter type="constant"/><emitter type="constant"/>', "more than one"),
        ('<emitter type="constant"><float name="radiance" value="-1"/></emitter>', "negative"),
        ("", "no shapes"),
        ("<shape type='cube'>", "not well-formed"),
    ],
)
def test_invalid_scene_raises_one_line_error(tmp_path: Path, body: str, reason: str) -> None:
    with pytest.raises(SceneError) as caught:
        load(tmp_path, SENSOR + body)
    message = str(caught.value)
    assert "scene.xml: " in message or "none.xml: " in message
    assert reason in message
    assert "\n" not in message


def test_xml_entity_declarations_are_rejected(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY c "&a;&a;">]><scene version="3.0.0">&c;</scene>'
    for encoding in ("utf-8", "utf-16"):
        path = tmp_path / "bomb.xml"
        path.write_bytes(f'<?xml version="1.0" encoding="{encoding}"?>{bomb}'.encode(encoding))
        with pytest.raises(SceneError, match="entities are not allowed"):
            load_mitsuba(path)


@pytest.mark.parametrize(
    "body, note",
    [
        ('<shape type="heightfield"/>', '<shape type="heightfield">: unsupported plugin'),
        ('<shape type="ply"><string name="filename" value="no.ply"/></shape>', "no such file"),
        ('<emitter type="collimated"/>', '<emitter type="collimated">: unsupported plugin'),
        ('<shape type="cube"><bsdf type="hair" id="x"/></shape>', "unsupported plugin, grey"),
        (
            '<shape type="cube"><bsdf type="diffuse"><texture name="reflectance" type="bitmap">'
            '<string name="filename" value="no.png"/></texture></bsdf></shape>',
            "no.png: no such file; grey is used",
        ),
        (
            '<shape type="cube"><bsdf type="coating"><bsdf type="roughcoating">'
            '<bsdf type="diffuse"/></bsdf></bsdf></shape>',
            "the outer one is ignored",
        ),
        (
            '<integrator type="path"><boolean name="hide_emitters" value="true"/></integrator>',
            "hide_emitters is not supported",
        ),
        ('<sensor type="radiancemeter"/>', '<sensor type="radiancemeter">: unsupported plugin'),
    ],
)
def test_unusable_part_is_left_out_with_a_note(tmp_path: Path, body: str, note: str) -> None:
    scene = load(tmp_path, RECTANGLE + body)
    assert any(note in line for line in scene.notes), scene.notes
    assert all("\n" not in line for line in scene.notes)
    assert len(scene.shapes) == 1 + ("cube" in body)


def test_strict_loading_takes_a_note_for_an_error(tmp_path: Path) -> None:
    load(tmp_path, f'{SENSOR}{RECTANGLE}<emitter type="constant"/><emitter type="collimated"/>')
    with pytest.raises(SceneError, match="collimated.*left out"):
        load_scene(str(tmp_path / "scene.xml"), options=LoadOptions(is_strict=True))


def test_parameters_replace_the_defaults_of_a_file(tmp_path: Path) -> None:
    body = '<default name="size" value="2"/><shape type="sphere"><float name="radius" value="$size"/></shape>'  # noqa: E501
    load(tmp_path, SENSOR + body)
    scene = load_mitsuba(tmp_path / "scene.xml", LoadOptions({"size": "3", "other": "1"}))
    assert isinstance(scene.shapes[0], Sphere) and scene.shapes[0].radius == 3.0
    assert any("-D other: the file has no such parameter" in note for note in scene.notes)


def _doubled(text: str, count: int) -> str:
    """`text` with {0} and {1} for the numbers from 1 on and those before them."""
    return "".join(text.format(number, number - 1) for number in range(1, count + 1))


def test_doubling_references_are_refused(tmp_path: Path) -> None:
    blend = '<bsdf type="blendbsdf" id="a{0}"><ref id="a{1}"/><ref id="a{1}"/></bsdf>'
    shape = '<shape type="cube"><ref id="a{}"/></shape>'
    first = '<bsdf type="diffuse" id="a0"/>'
    assert load(tmp_path, first + _doubled(blend, 3) + shape.format(3)).shapes
    with pytest.raises(SceneError, match="more than 256 BSDFs"):
        load(tmp_path, first + _doubled(blend, 30) + shape.format(30))


def test_doubling_includes_are_refused(tmp_path: Path) -> None:
    for number in range(15):
        include = f'<include filename="{number + 1}.xml"/>' * 2
        (tmp_path / f"{number}.xml").write_text(f'<scene version="3.0.0">{include}</scene>')
    (tmp_path / "15.xml").write_text('<scene version="3.0.0"><shape type="cube"/></scene>')
    with pytest.raises(SceneError, match="more than 1000 includes"):
        load_mitsuba(tmp_path / "0.xml")
    assert len(load_mitsuba(tmp_path / "10.xml").shapes) == 32


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SceneError, match="nested too deeply"):
        load(tmp_path, "<bsdf>" * 20_000 + "</bsdf>" * 20_000)
