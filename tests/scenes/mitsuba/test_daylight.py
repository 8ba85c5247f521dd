"""Daylight of Mitsuba files: which model, its parameters, and errors in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenes.mitsuba.scene import load_mitsuba
from scenes.model.description import Environment
from scenes.model.description import SceneDescription
from scenes.model.description import SceneError
from scenes.optics.hosek import HosekSettings
from scenes.optics.hosek import bake_hosek_sky
from scenes.optics.sun_position import PlaceAndTime
from scenes.optics.sun_position import mitsuba_sun_direction
from tests.scenes.mitsuba_text import RECTANGLE
from tests.scenes.mitsuba_text import SENSOR

SUN = '<vector name="sun_direction" x="0.3" y="-0.4" z="0.5"/>'
SUN_DIRECTION = (0.3, -0.4, 0.5)
UP = (0.0, 0.0, 1.0)
NO_SUN = '<float name="sun_scale" value="0"/>'


def _load(
    folder: Path, body: str, kind: str = "sunsky", version: str = "3.0.0"
) -> SceneDescription:
    path = folder / "scene.xml"
    emitter = f'<emitter type="{kind}">{body}</emitter>'
    path.write_text(f'<scene version="{version}">{SENSOR}{RECTANGLE}{emitter}</scene>')
    return load_mitsuba(path)


def _assert_same(found: Environment | None, expected: Environment) -> None:
    """The same image, and the same axes."""
    assert found is not None and found.image is not None and expected.image is not None
    assert np.allclose(found.image, expected.image, rtol=1e-5, atol=1e-7)
    assert found.to_world is not None and expected.to_world is not None
    assert np.allclose(found.to_world, expected.to_world)


def _is_same(found: Environment | None, expected: Environment) -> bool:
    assert found is not None and found.image is not None and expected.image is not None
    return found.image.shape == expected.image.shape and np.allclose(found.image, expected.image)


def test_defaults_are_those_of_mitsuba_without_a_note(tmp_path: Path) -> None:
    scene = _load(tmp_path, "")
    expected = bake_hosek_sky(HosekSettings(mitsuba_sun_direction(PlaceAndTime()), UP))
    _assert_same(scene.environment, expected)
    assert not scene.notes


def test_all_parameters_are_read(tmp_path: Path) -> None:
    body = (
        f'{SUN}<float name="turbidity" value="5.5"/><float name="sky_scale" value="2"/>'
        '<float name="sun_scale" value="3"/><float name="sun_aperture" value="4"/>'
        '<rgb name="albedo" value="0.1 0.2 0.9"/><boolean name="complex_sun" value="false"/>'
    )
    settings = HosekSettings(SUN_DIRECTION, UP, 5.5, (0.1, 0.2, 0.9), 2.0, 3.0, 4.0)
    scene = _load(tmp_path, body)
    _assert_same(scene.environment, bake_hosek_sky(settings))
    assert not scene.notes


@pytest.mark.parametrize(
    "albedo", ['<float name="albedo" value="0.7"/>', '<spectrum name="albedo" value="0.7"/>']
)
def test_albedo_may_be_a_number(tmp_path: Path, albedo: str) -> None:
    settings = HosekSettings(SUN_DIRECTION, UP, albedo=(0.7, 0.7, 0.7), sun_scale=0.0)
    _assert_same(_load(tmp_path, SUN + NO_SUN + albedo).environment, bake_hosek_sky(settings))


def test_to_world_turns_the_sky_but_not_a_given_sun(tmp_path: Path) -> None:
    turn = '<transform name="to_world"><rotate x="1" angle="-90"/></transform>'
    given = HosekSettings((0.3, 0.4, 0.5), (0.0, 1.0, 0.0), sun_scale=0.0)
    body = f'{turn}{NO_SUN}<vector name="sun_direction" x="0.3" y="0.4" z="0.5"/>'
    environment = _load(tmp_path, body).environment
    expected = bake_hosek_sky(given)
    assert environment is not None and environment.to_world is None
    assert _is_same(environment, expected)
    x, y, z = mitsuba_sun_direction(PlaceAndTime(hour=9.0))
    hour = '<float name="hour" value="9"/>'
    timed = HosekSettings((x, z, -y), (0.0, 1.0, 0.0), sun_scale=0.0)
    assert _is_same(_load(tmp_path, turn + NO_SUN + hour).environment, bake_hosek_sky(timed))


def test_place_and_time_set_the_sun(tmp_path: Path) -> None:
    body = (
        '<float name="latitude" value="-33.9"/><float name="longitude" value="18.4"/>'
        '<float name="timezone" value="2"/><integer name="year" value="2024"/>'
        '<integer name="month" value="1"/><integer name="day" value="20"/>'
        '<float name="hour" value="9"/><float name="minute" value="30"/>'
        '<float name="second" value="1800"/>'
    )
    when = PlaceAndTime(-33.9, 18.4, 2.0, 2024, 1, 20, 10.0)
    settings = HosekSettings(mitsuba_sun_direction(when), UP, sun_scale=0.0)
    scene = _load(tmp_path, body + NO_SUN)
    _assert_same(scene.environment, bake_hosek_sky(settings))
    assert not scene.notes


def test_timed_sunsky_is_shown_at_its_start_with_a_note(tmp_path: Path) -> None:
    body = (
        '<integer name="start_month" value="5"/><float name="window_start_time" value="10"/>'
        '<float name="window_end_time" value="16"/><integer name="end_month" value="6"/>'
    )
    scene = _load(tmp_path, body + NO_SUN, "timed_sunsky")
    when = PlaceAndTime(year=2025, month=5, day=1, hour=10.0)
    expected = HosekSettings(mitsuba_sun_direction(when), UP, sun_scale=0.0)
    _assert_same(scene.environment, bake_hosek_sky(expected))
    assert len(scene.notes) == 1 and "start" in scene.notes[0]


@pytest.mark.parametrize(
    "kind, version, is_hosek",
    [("sunsky", "2.0.0", True), ("sunsky", "0.6.0", False), ("sky", "0.6.0", False)],
)
def test_model_depends_on_the_version(
    tmp_path: Path, kind: str, version: str, is_hosek: bool
) -> None:
    environment = _load(tmp_path, SUN, kind, version).environment
    assert environment is not None
    assert environment.name.startswith("Hosek") == is_hosek


@pytest.mark.parametrize(
    "body, reason",
    [
        ('<float name="turbidity" value="0.9"/>', "turbidity: must be within (1.0, 10.0)"),
        ('<float name="turbidity" value="11"/>', "turbidity: must be within (1.0, 10.0)"),
        ('<float name="albedo" value="-0.1"/>', "albedo: must be within [0, 1]"),
        ('<float name="albedo" value="1.1"/>', "albedo: must be within [0, 1]"),
        ('<rgb name="albedo" value="0 2 0"/>', "albedo: "),
        ('<float name="sun_aperture" value="0"/>', "sun_aperture: must be between"),
        ('<float name="sun_aperture" value="180"/>', "sun_aperture: must be between"),
        ('<float name="sun_scale" value="-1"/>', "negative scale"),
        ('<float name="sky_scale" value="-1"/>', "negative scale"),
        ('<float name="year" value="2010.5"/>', "year: must be a whole number"),
        ('<integer name="day" value="-3"/>', "day: must be a whole number"),
        (SUN + '<float name="hour" value="3"/>', "both sun_direction and hour"),
        ('<vector name="sun_direction" x="0" y="0" z="0"/>', "direction has zero length"),
    ],
)
def test_bad_parameters_are_one_line(tmp_path: Path, body: str, reason: str) -> None:
    with pytest.raises(SceneError) as caught:
        _load(tmp_path, body)
    assert reason in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "body, note",
    [
        (SUN + '<boolean name="complex_sun" value="true"/>', "complex_sun"),
        ('<vector name="sun_direction" x="0" y="1" z="-0.1"/>', "below the horizon"),
        ('<vector name="sun_direction" x="0" y="1" z="0.02"/>', "outside RGB"),
        (SUN + '<float name="scale" value="2"/>', "scale"),
        (SUN + '<transform name="to_world"><scale x="3"/></transform>', "uneven scale"),
    ],
)
def test_what_is_left_out_is_noted(tmp_path: Path, body: str, note: str) -> None:
    notes = _load(tmp_path, body).notes
    assert len(notes) == 1 and note in notes[0]
