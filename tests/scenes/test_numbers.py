"""Numbers of scene files: those beyond float32 are refused by every reader."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenes.mesh.mtl_maps import is_number
from scenes.model.description import SceneError
from scenes.model.numbers import are_finite
from tests.scenes.mitsuba_text import RECTANGLE
from tests.scenes.mitsuba_text import load
from tests.scenes.pbrt_text import load as load_pbrt

FLOAT_MAX = 3.4028235e38
"""The largest float32 as files round it, a little above its value."""


def test_numbers_are_finite_as_float32() -> None:
    assert are_finite(FLOAT_MAX) and are_finite([-FLOAT_MAX, 0, 1])
    assert are_finite(np.zeros((2, 3)))
    for bad in (1e39, -1e300, np.inf, np.nan):
        assert not are_finite(bad) and not are_finite([[0.0, bad]])


def test_mitsuba_radiance_beyond_float32_is_refused(tmp_path: Path) -> None:
    light = '<emitter type="constant"><rgb name="radiance" value="1e39"/></emitter>'
    with pytest.raises(SceneError, match="radiance: not finite as float32 '1e39'"):
        load(tmp_path, RECTANGLE + light)


def test_pbrt_light_beyond_float32_is_left_out(tmp_path: Path) -> None:
    body = 'Shape "sphere"\nLightSource "point" "rgb I" [1e39 1 1]\n'
    assert any("I: not finite as float32" in note for note in load_pbrt(tmp_path, body).notes)


def test_mtl_number_beyond_float32_is_no_number() -> None:
    assert is_number("1e38") and not is_number("1e39") and not is_number("x")
