"""Principled BSDF: exact values of Mitsuba's, lobe by lobe, solid and thin."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scenes.model.materials import Material
from scenes.model.materials import Principled
from tests.renderer.probe_bsdf import BsdfProbe

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "cases/principled/values.json").read_text(encoding="utf-8")
)
NAMES = list(CASES["bsdfs"])
BASE = (0.7, 0.3, 0.1)


@functools.cache
def _probe() -> BsdfProbe:
    parameters = (CASES["bsdfs"][name]["parameters"] for name in NAMES)
    return BsdfProbe([Material(Principled(BASE, **p), is_two_sided=False) for p in parameters])


def _values(name: str) -> np.ndarray:
    wi, wo = (np.array(CASES[key], np.float32) for key in ("wi", "wo"))
    return _probe().value(NAMES.index(name), wi, wo)


@pytest.mark.parametrize("name", NAMES)
def test_principled_equals_mitsuba(name: str) -> None:
    expected = np.array(CASES["bsdfs"][name]["values"])
    assert expected.max() > 0.01
    np.testing.assert_allclose(_values(name), expected, rtol=2e-3, atol=2e-5)


def test_comparison_tells_the_lobes_apart() -> None:
    for name in NAMES[1:]:
        expected = np.array(CASES["bsdfs"][name]["values"])
        assert not np.allclose(_values("default"), expected, rtol=2e-3, atol=2e-5), name
