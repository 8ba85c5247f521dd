"""Colours of pbrt files as linear RGB: rgb, spectra (by name, file or values) and black bodies.

Host code. pbrt renders spectra; the RGB colours here give the same colour where light meets one
surface, and nearly the same after several.
"""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path

import numpy as np

from scenes.model.numbers import are_finite
from scenes.model.textures import LUMINANCE
from scenes.model.textures import RGB
from scenes.optics.spectra import blackbody_rgb
from scenes.optics.spectra import emission_rgb
from scenes.optics.spectra import reflectance_rgb
from scenes.pbrt.parser.element import Element
from scenes.pbrt.parser.statements import Parameter

GLASSES = {
    "glass-BK7": 1.5168,
    "glass-BAF10": 1.67003,
    "glass-FK51A": 1.48656,
    "glass-LASF9": 1.85025,
    "glass-F5": 1.6727,
    "glass-SF5": 1.6727,
    "glass-F10": 1.72828,
    "glass-SF10": 1.72828,
    "glass-F11": 1.78472,
    "glass-SF11": 1.78472,
}
"""Index of refraction at 589 nm by pbrt's name (Schott's data sheets; pbrt calls SF glasses F)."""
METALS: dict[str, tuple[RGB, RGB]] = {
    "Ag": ((0.1267, 0.1208, 0.1491), (4.0649, 3.2863, 2.3918)),
    "Al": ((1.4285, 0.9285, 0.5905), (7.7403, 6.6026, 5.3605)),
    "Au": ((0.0, 0.4567, 1.8174), (3.3903, 2.5036, 1.7711)),
    "Cu": ((0.1347, 0.9549, 1.2141), (3.2735, 2.5926, 2.3692)),
    "CuZn": ((0.3446, 0.5281, 1.0719), (3.6677, 2.6807, 1.7715)),
    "MgO": ((1.7337, 1.7410, 1.7536), (0.0, 0.0, 0.0)),
    "TiO2": ((2.8604, 2.9565, 3.1855), (0.0, 0.0, 0.0)),
}
"""(eta, k) by pbrt's name, as linear RGB: k is the average under D65 of a measured curve, eta gives
the colour that the spectral reflectance has under D65 at normal incidence.

`scenes.optics.indices` has other values for the same metals, which match Mitsuba's RGB variants."""
ILLUMINANTS = {
    "A": (0.44757, 0.40745),
    "D50": (0.34567, 0.3585),
    "D65": (0.31272, 0.32903),
    "acesD60": (0.32168, 0.33767),
    "F1": (0.3131, 0.33727),
    "F2": (0.37208, 0.37529),
    "F3": (0.4091, 0.3943),
    "F4": (0.44018, 0.40329),
    "F5": (0.31379, 0.34531),
    "F6": (0.3779, 0.38835),
    "F7": (0.31292, 0.32933),
    "F8": (0.34588, 0.35875),
    "F9": (0.37417, 0.37281),
    "F10": (0.34609, 0.35986),
    "F11": (0.38052, 0.37713),
    "F12": (0.43695, 0.40441),
}
"""CIE 1931 chromaticity (x, y) of standard illuminants (CIE 15:2004)."""
XYZ_TO_RGB = np.array(
    [
        [3.2404542, -1.5371385, -0.4985314],
        [-0.969266, 1.8760108, 0.041556],
        [0.0556434, -0.2040259, 1.0572252],
    ]
)
"""Linear RGB, Rec. 709 primaries, white D65, from XYZ (IEC 61966-2-1)."""


class ColorKind(Enum):
    """What a colour stands for, which decides how a spectrum is converted."""

    ALBEDO = "albedo"
    """In [0, 1]."""
    UNBOUNDED = "unbounded"
    """Like an albedo, but it may exceed 1: an index, a coefficient."""
    ILLUMINANT = "illuminant"
    """Emitted light. pbrt scales a spectrum, but not an rgb, to a luminance of 1."""


def color_of(element: Element, parameter: Parameter, kind: ColorKind) -> RGB:
    """Linear RGB of a colour parameter.

    Raises:
        UnusablePart: a wrong count of numbers, an unknown spectrum, a missing or invalid file.
    """
    match parameter.kind:
        case "rgb" | "color":
            return _triple(element, parameter, element.values(parameter, 3), kind)
        case "blackbody":
            temperature = element.values(parameter)
            if len(temperature) < 1 or temperature[0] <= 0.0:
                raise element.unusable(f"{parameter.name}: a temperature in kelvin is needed")
            return _unit_luminance(blackbody_rgb(float(temperature[0])))
        case "spectrum" if len(parameter.texts) == 1:
            return _named(element, parameter.texts[0], kind)
        case "spectrum":
            return _curve(element, parameter.name, element.values(parameter), kind)
        case "float":
            value = float(element.values(parameter, 1)[0])
            return (value, value, value)
    raise element.unusable(f"{parameter.name}: type {parameter.kind!r} is not a colour")


def _triple(element: Element, parameter: Parameter, values: np.ndarray, kind: ColorKind) -> RGB:
    red, green, blue = (float(value) for value in values)
    if min(red, green, blue) < 0.0:
        raise element.unusable(f"{parameter.name}: negative")
    if kind is ColorKind.ALBEDO and max(red, green, blue) > 1.0:
        element.note(f"{parameter.name}: {max(red, green, blue):g} was clamped to 1, as in pbrt")
        return (min(red, 1.0), min(green, 1.0), min(blue, 1.0))
    return (red, green, blue)


def _named(element: Element, name: str, kind: ColorKind) -> RGB:
    """Colour of a spectrum that is built into pbrt, or of a file."""
    words = name.split("-")
    if words[0] == "metal" and len(words) == 3 and words[2] in ("eta", "k"):
        if words[1] in METALS:
            return METALS[words[1]][words[2] == "k"]
    if name in GLASSES:
        return (GLASSES[name],) * 3
    if words[0] in ("stdillum", "illum") and words[-1] in ILLUMINANTS:
        x, y = ILLUMINANTS[words[-1]]
        rgb = np.clip(XYZ_TO_RGB @ (x / y, 1.0, (1.0 - x - y) / y), 0.0, None)
        return (float(rgb[0]), float(rgb[1]), float(rgb[2]))
    path = element.resolve(name)
    if not os.path.isfile(path):
        raise element.unusable(f"spectrum {name!r} is neither known nor a file ({path})")
    return _curve(element, name, _numbers_of_file(element, path), kind)


def _numbers_of_file(element: Element, path: Path) -> np.ndarray:
    """Numbers of a spectrum file: wavelength in nm and value per line; # starts a comment."""
    text = path.read_text(encoding="utf-8", errors="replace")
    words = [word for line in text.splitlines() for word in line.partition("#")[0].split()]
    try:
        return np.array(words, np.float64)
    except ValueError:
        raise element.unusable(f"{path}: not pairs of wavelength and value") from None


def _curve(element: Element, name: str, values: np.ndarray, kind: ColorKind) -> RGB:
    """Colour of wavelengths in nm and values in turn, zero beyond the ends."""
    if len(values) < 2 or len(values) % 2 or not are_finite(values):
        raise element.unusable(f"{name}: not pairs of wavelength and value")
    pairs = values.reshape(-1, 2)
    wavelengths, curve = pairs[np.argsort(pairs[:, 0], kind="stable")].T
    if kind is ColorKind.ILLUMINANT:
        return _unit_luminance(emission_rgb(wavelengths, curve))
    return reflectance_rgb(wavelengths, curve, is_bounded=kind is ColorKind.ALBEDO)


def _unit_luminance(color: RGB) -> RGB:
    """The colour scaled to a luminance of 1; black stays black."""
    luminance = float(np.array(color) @ LUMINANCE)
    if luminance <= 0.0:
        return color
    return (color[0] / luminance, color[1] / luminance, color[2] / luminance)
