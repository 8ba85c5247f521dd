"""Spectra of Mitsuba files: nested plugins as reflectance and as emission.

Host code.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scenes.mitsuba.scene import load_mitsuba
from scenes.model.description import SceneError
from scenes.model.materials import Diffuse
from scenes.optics.spectra import blackbody_rgb
from scenes.optics.spectra import emission_rgb
from scenes.optics.spectra import reflectance_rgb

CURVE = (np.array([500.0, 550.0, 600.0]), np.array([0.1, 0.8, 0.3]))
UNIFORM = '<spectrum type="uniform" name="{}"><float name="value" value="0.3"/></spectrum>'
IRREGULAR = """<spectrum type="irregular" name="{}">
<string name="wavelengths" value="500, 550, 600"/>
<string name="values" value="0.1, 0.8, 0.3"/></spectrum>"""
REGULAR = """<spectrum type="regular" name="{}"><float name="wavelength_min" value="500"/>
<float name="wavelength_max" value="600"/>
<string name="values" value="0.1 0.8 0.3"/></spectrum>"""
BLACKBODY = """<spectrum type="blackbody" name="{}"><float name="temperature" value="3000"/>
<float name="scale" value="0.01"/></spectrum>"""
D65 = '<spectrum type="d65" name="{}"><rgb name="color" value="1 2 3"/></spectrum>'


def load(folder: Path, reflectance: str, radiance: str) -> tuple[object, object, tuple[str, ...]]:
    """Reflectance of a sphere, radiance of a constant environment, and notes."""
    path = folder / "scene.xml"
    path.write_text(f"""<scene version="3.0.0"><shape type="sphere"><bsdf type="diffuse">
{reflectance.format("reflectance")}</bsdf></shape><emitter type="constant">
{radiance.format("radiance")}</emitter></scene>""")
    scene = load_mitsuba(path)
    bsdf = scene.materials[0].bsdf
    assert isinstance(bsdf, Diffuse) and scene.environment is not None
    return bsdf.reflectance, scene.environment.radiance, scene.notes


def test_uniform_spectrum_is_grey(tmp_path: Path) -> None:
    reflectance, radiance, notes = load(tmp_path, UNIFORM, UNIFORM)

    assert reflectance == pytest.approx((0.3, 0.3, 0.3))
    assert radiance == pytest.approx((0.3, 0.3, 0.3))
    assert notes == ()


@pytest.mark.parametrize("text", [IRREGULAR, REGULAR], ids=["irregular", "regular"])
def test_curve_is_converted_by_its_use(text: str, tmp_path: Path) -> None:
    reflectance, radiance, notes = load(tmp_path, text, text)

    assert reflectance == pytest.approx(reflectance_rgb(*CURVE))
    assert radiance == pytest.approx(emission_rgb(*CURVE))
    assert notes == ()


def test_black_body_and_d65_are_emission(tmp_path: Path) -> None:
    _, radiance, notes = load(tmp_path, UNIFORM, BLACKBODY)
    assert radiance == pytest.approx(tuple(0.01 * c for c in blackbody_rgb(3000.0)))
    assert notes == ()

    _, radiance, _ = load(tmp_path, UNIFORM, D65)
    assert radiance == pytest.approx((1.0, 2.0, 3.0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BLACKBODY, "not supported as reflectance; give an <rgb>"),
        (IRREGULAR.replace("550, ", ""), "needs as many wavelengths as values"),
    ],
)
def test_invalid_spectrum_is_a_one_line_error(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SceneError, match=message) as caught:
        load(tmp_path, text, UNIFORM)

    assert "\n" not in str(caught.value)
