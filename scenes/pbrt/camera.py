"""Cameras and films of pbrt files.

Host code. pbrt's camera space has x to the right; `Camera.to_world` has it to the left.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from scenes.model.description import Camera
from scenes.model.transforms import rigid
from scenes.pbrt.parser.element import Element

DEFAULT_RESOLUTION = (1280.0, 720.0)
"""pbrt's default film, pixels."""
WITHOUT_EFFECT = (
    "filename",
    "savefp16",
    "maxcomponentvalue",
    "diagonal",
    "nbuckets",
    "coordinatesystem",
)
"""Parameters of a film that change no image here."""
STAND_IN = "a perspective camera, with a note"
KINDS = {
    "perspective": "square pixels, else a note",
    "orthographic": "all in focus",
    "realistic": STAND_IN,
    "spherical": STAND_IN,
}
"""Types of cameras, and what differs."""
FOCAL_LENGTH = 50.0
"""Of a realistic camera whose lens file does not say it in its name (`wide.22mm.dat`), mm."""


@dataclass(frozen=True)
class _Window:
    """Part of the image plane at unit distance that is shown."""

    size: tuple[float, float]
    """Width and height."""
    center: tuple[float, float]
    """Towards the right and up."""


def camera_of(element: Element, film: Element | None) -> Camera:
    """Camera with the size and crop of the film.

    Raises:
        UnusablePart: an unknown camera or an invalid parameter.
    """
    kind = element.kind
    if kind not in KINDS:
        raise element.unusable("unsupported camera")
    matrix = element.to_world
    if np.linalg.det(matrix[:3, :3]) == 0.0:
        raise element.unusable("the transform is not invertible")
    to_world = np.linalg.inv(matrix)
    lengths = np.linalg.norm(to_world[:3, :3], axis=0)
    window = _window(element, film, lengths)
    pose = rigid(to_world)
    pose[:3, 0] *= -1.0
    radius = element.number("lensradius", 0.0) * float(lengths[0])
    focus = element.number("focaldistance", 1e6) * float(lengths[2])
    if radius < 0.0 or focus <= 0.0:
        raise element.unusable(f"bad lensradius {radius:g} or focaldistance {focus:g}")
    if KINDS[kind] == STAND_IN:
        for name in element.statement.parameters:
            element.find(name)
        element.note("unsupported camera, a perspective one is used")
    width = None
    if kind == "orthographic":
        width = window.size[0] * float(lengths[2])
        if radius > 0.0:
            element.note("the lens of an orthographic camera is not supported, all is in focus")
    return Camera(
        to_world=pose,
        fov_x=math.degrees(2.0 * math.atan(window.size[0] / 2.0)),
        aspect=window.size[0] / window.size[1],
        aperture_radius=0.0 if width else radius,
        focus_distance=focus,
        shift=tuple(  # type: ignore[arg-type]
            2.0 * offset / window.size[0] for offset in (-window.center[0], window.center[1])
        ),
        orthographic_width=width,
    )


def exposure_of(camera: Element | None, film: Element | None) -> float:
    """Factor of the film's sensor on radiance: exposure time in seconds times ISO / 100."""
    opening, closing = 0.0, 1.0
    if camera is not None and camera.kind == "realistic":
        # Its lens takes away most of the light, which this factor makes up for.
        for name, element in (("shutteropen", camera), ("shutterclose", camera), ("iso", film)):
            if element is not None:
                element.find(name)
        return 1.0
    if camera is not None:
        opening = camera.number("shutteropen", opening)
        closing = camera.number("shutterclose", closing)
    if film is None:
        return closing - opening
    sensor = film.text("sensor", "cie1931")
    if sensor != "cie1931" or film.number("whitebalance", 0.0) > 0.0:
        film.note(f"the colours of sensor {sensor!r} and its white balance are not supported")
    factor = (closing - opening) * film.number("iso", 100.0) / 100.0
    if factor <= 0.0:
        film.note(f"exposure {factor:g} is not positive, 1 is used")
        return 1.0
    return factor


def _window(element: Element, film: Element | None, lengths: np.ndarray) -> _Window:
    """Window of a camera: the screen window times the field of view, cropped.

    `lengths` (3,) are those of the camera's axes in world space.
    """
    resolution, crop = _film(film)
    aspect = element.number("frameaspectratio", resolution[0] / resolution[1])
    if aspect <= 0.0:
        raise element.unusable(f"frameaspectratio: not positive {aspect:g}")
    screen = np.array(
        [-max(aspect, 1.0), max(aspect, 1.0), -max(1 / aspect, 1.0), max(1 / aspect, 1.0)]
    )
    found = element.find("screenwindow")
    if found is not None:
        screen = element.values(found, 4)
    if screen[1] <= screen[0] or screen[3] <= screen[2]:
        raise element.unusable("screenwindow: empty")
    tangent = 1.0
    if element.kind != "orthographic":
        fov = element.number("fov", 90.0)
        if element.kind == "realistic":
            fov = _lens_fov(element, film, resolution)
        if not 0.0 < fov < 180.0:
            raise element.unusable(f"fov: {fov:g} is not between 0 and 180 degrees")
        tangent = math.tan(math.radians(fov) / 2.0)
    stretch = np.repeat(lengths[:2] / lengths[2], 2)
    left, right, bottom, top = screen * tangent * stretch
    pixel = (right - left) / resolution[0] / ((top - bottom) / resolution[1])
    if not math.isclose(pixel, 1.0, rel_tol=1e-3):
        element.note(f"pixels are {pixel:.3g} times as wide as high: images of another size differ")
    # Rows of the film count from the top.
    x = left + (right - left) * crop[:2]
    y = top - (top - bottom) * crop[2:]
    return _Window((x[1] - x[0], y[0] - y[1]), ((x[0] + x[1]) / 2.0, (y[0] + y[1]) / 2.0))


def _lens_fov(element: Element, film: Element | None, resolution: tuple[float, float]) -> float:
    """Field of view of a realistic camera along the shorter axis in degrees, focused far away."""
    named = re.search(r"(\d+(?:\.\d+)?)mm", element.text("lensfile", ""))
    length = float(named[1]) if named else FOCAL_LENGTH
    diagonal = 35.0 if film is None else film.number("diagonal", 35.0)
    shorter = diagonal * min(resolution) / math.hypot(*resolution)
    return math.degrees(2.0 * math.atan(shorter / 2.0 / max(length, 1.0)))


def _film(film: Element | None) -> tuple[tuple[float, float], np.ndarray]:
    """Width and height in pixels, and (4,) fractions x0, x1, y0, y1 of them that are rendered."""
    crop = np.array([0.0, 1.0, 0.0, 1.0])
    if film is None:
        return DEFAULT_RESOLUTION, crop
    for name in WITHOUT_EFFECT:
        film.find(name)
    width = film.number("xresolution", DEFAULT_RESOLUTION[0])
    height = film.number("yresolution", DEFAULT_RESOLUTION[1])
    if min(width, height) < 1.0:
        raise film.unusable(f"bad resolution {width:g} x {height:g}")
    sides = np.repeat((width, height), 2)
    for name, unit in (("pixelbounds", 1.0), ("cropwindow", sides)):
        found = film.find(name)
        if found is not None:
            pixels = np.ceil(film.values(found, 4) * unit)  # whole pixels, as in pbrt
            crop = np.clip(pixels / sides, 0.0, 1.0)
    if crop[1] <= crop[0] or crop[3] <= crop[2]:
        raise film.unusable("the crop window is empty")
    return (width, height), crop
