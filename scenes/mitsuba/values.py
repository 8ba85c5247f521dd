"""Numbers and colours as Mitsuba files write them.

Host code.
"""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from xml.etree.ElementTree import Element

import numpy as np

from scenes.images.encodings import decode_srgb
from scenes.model.numbers import are_finite
from scenes.model.textures import RGB
from scenes.optics.spectra import emission_rgb
from scenes.optics.spectra import reflectance_rgb
from scenes.optics.spectra import uniform_emission_rgb


class ValueProblem(ValueError):
    """Invalid value; the caller adds file and element to the message."""


def number_of(text: str) -> float:
    """Parse a number that is finite as float32; ValueProblem otherwise."""
    try:
        value = float(text)
    except ValueError:
        raise ValueProblem(f"not a number {text!r}") from None
    if not are_finite(value):
        raise ValueProblem(f"not finite as float32 {text!r}")
    return value


def numbers_of(text: str, counts: tuple[int, ...]) -> list[float]:
    """Finite numbers separated by commas or spaces, as many as `counts` allows, or ValueProblem."""
    values = [number_of(word) for word in text.replace(",", " ").split()]
    if len(values) not in counts:
        raise ValueProblem(f"{len(values)} numbers, {counts[0]} needed")
    return values


class ColorKind(Enum):
    """What a colour stands for, which decides how a spectrum is converted."""

    REFLECTANCE = "reflectance"
    INDEX = "index"
    """Like a reflectance, but it may exceed 1."""
    EMISSION = "emission"


def color_of(element: Element, kind: ColorKind = ColorKind.REFLECTANCE) -> RGB:
    """Linear RGB, which may exceed 1, of the `value` of <rgb>, <srgb>, <spectrum> or <float>.

    It is three numbers, or one for grey, sRGB-encoded in <srgb>; or in any element #rrggbb in sRGB,
    or pairs wavelength:value, nm, converted by `scenes.optics.spectra`. A <spectrum> of one number
    is grey, but as emission of equal energy at all wavelengths. ValueProblem otherwise.
    """
    text = element.get("value", "").strip()
    if text.startswith("#"):
        return _hexadecimal(text)
    if ":" in text:
        return _curve(text, kind)
    values = numbers_of(text, (3, 1))
    if element.tag == "spectrum" and len(values) == 1 and kind is ColorKind.EMISSION:
        return uniform_emission_rgb(values[0])
    if element.tag == "srgb":
        values = [float(value) for value in decode_srgb(np.array(values))]
    return (values[0], values[len(values) // 2], values[-1])


def color_of_file(path: Path, kind: ColorKind = ColorKind.REFLECTANCE) -> RGB:
    """Linear RGB of a spectrum file: wavelength in nm and value per line; # starts a comment.

    Raises:
        ValueProblem: no lines, or a line that is not two finite numbers.
        OSError: the file cannot be read.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    rows = [line.partition("#")[0].split() for line in text.splitlines()]
    pairs = [row for row in rows if row]
    if not pairs or any(len(row) != 2 for row in pairs):
        raise ValueProblem(f"{path}: not lines of wavelength and value")
    return _curve(" ".join(":".join(row) for row in pairs), kind)


def _hexadecimal(text: str) -> RGB:
    try:
        if len(text) != 7:
            raise ValueError
        encoded = np.array([int(text[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    except ValueError:
        raise ValueProblem(f"not a colour {text!r}") from None
    red, green, blue = (float(value) for value in decode_srgb(encoded))
    return (red, green, blue)


def _curve(text: str, kind: ColorKind) -> RGB:
    """Linear RGB of `wavelength:value` pairs, wavelengths in nm."""
    pairs = [pair.split(":") for pair in text.replace(",", " ").split()]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueProblem("not pairs of wavelength and value")
    points = sorted((number_of(wavelength), number_of(value)) for wavelength, value in pairs)
    wavelengths, values = np.array(points).T
    if kind is ColorKind.EMISSION:
        return emission_rgb(wavelengths, values)
    return reflectance_rgb(wavelengths, values, is_bounded=kind is ColorKind.REFLECTANCE)
