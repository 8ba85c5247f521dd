"""Cameras of Mitsuba files: perspective and thin lens.

Host code.
"""

from __future__ import annotations

import math

import numpy as np

from scenes.mitsuba.plugin import Plugin
from scenes.model.description import Camera
from scenes.model.transforms import rigid

KINDS = ("perspective", "thinlens")
DEFAULT_FILM = (768, 576)
"""Width and height in pixels, Mitsuba's default."""
FULL_FRAME_DIAGONAL = math.hypot(36.0, 24.0)
"""Millimetres: diagonal of the 36 x 24 mm film that `focal_length` refers to."""


FAR_CLIP = 10000.0
"""Default of `far_clip`; a thin lens without `focus_distance` is focused there, as in Mitsuba."""


def camera_of(plugin: Plugin) -> Camera:
    """Camera of a <sensor>; its film is read for the aspect only."""
    if plugin.kind not in KINDS:
        raise plugin.error("unknown plugin" if not plugin.kind else "unsupported plugin")
    matrix = plugin.transform("to_world")
    if np.linalg.det(matrix[:3, :3]) == 0.0:
        raise plugin.error("to_world: not invertible")
    aspect = _aspect(plugin)
    radius = plugin.number("aperture_radius", 0.0) if plugin.kind == "thinlens" else 0.0
    far = plugin.number("far_clip", FAR_CLIP)
    focus = plugin.number("focus_distance", far if plugin.kind == "thinlens" else 1.0)
    if radius < 0.0 or focus <= 0.0:
        raise plugin.error(f"bad aperture_radius {radius:g} or focus_distance {focus:g}")
    for name in ("near_clip", "far_clip", "shutter_open", "shutter_close"):
        plugin.find(name)
    return Camera(rigid(matrix), _fov_x(plugin, aspect), aspect, radius, focus)


def _aspect(plugin: Plugin) -> float:
    """Width over height of the film."""
    films = plugin.nested("film")
    if not films:
        return DEFAULT_FILM[0] / DEFAULT_FILM[1]
    film = films[0]
    film.document.visited.pop(film.element, None)
    width = film.number("width", DEFAULT_FILM[0])
    height = film.number("height", DEFAULT_FILM[1])
    if width < 1 or height < 1:
        raise film.error(f"width and height: bad size {width:g} x {height:g}")
    return width / height


def _fov_x(plugin: Plugin, aspect: float) -> float:
    """Horizontal field of view in degrees."""
    axis = plugin.text("fov_axis", "x")
    fov = plugin.number("fov", 50.0)
    if plugin.find("fov") is None:
        text = plugin.text("focal_length", "50mm").replace("mm", "").strip()
        length = plugin.to_number(text, "focal_length")
        if length <= 0.0:
            raise plugin.error(f"focal_length: not positive {length:g}")
        fov = math.degrees(2.0 * math.atan(FULL_FRAME_DIAGONAL / 2.0 / length))
        axis = "diagonal"
    if not 0.0 < fov < 180.0:
        raise plugin.error(f"fov: {fov:g} is not between 0 and 180 degrees")
    tangent = math.tan(math.radians(fov) / 2.0)
    factors = {
        "x": 1.0,
        "y": aspect,
        "smaller": max(aspect, 1.0),
        "larger": min(aspect, 1.0),
        "diagonal": aspect / math.hypot(aspect, 1.0),
    }
    if axis not in factors:
        raise plugin.error(f"fov_axis: unknown {axis!r}")
    return math.degrees(2.0 * math.atan(tangent * factors[axis]))
