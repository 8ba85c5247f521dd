"""Cameras of Mitsuba files: perspective, thin lens and orthographic.

Host code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from scenes.mitsuba.plugin import Plugin
from scenes.model.description import Camera
from scenes.model.transforms import rigid

KINDS = {
    "perspective": "",
    "thinlens": "",
    "orthographic": "equal scales along x and y",
}
"""Supported sensors -> remark for the manual."""
DEFAULT_FILM = (768, 576)
"""Width and height in pixels, Mitsuba's default."""
FULL_FRAME_DIAGONAL = math.hypot(36.0, 24.0)
"""Millimetres: diagonal of the 36 x 24 mm film that `focal_length` refers to."""
CLIP = (0.01, 10000.0)
"""Defaults of `near_clip` and `far_clip`; a thin lens without `focus_distance` is focused at the
latter, as in Mitsuba."""


@dataclass(frozen=True)
class _Film:
    """Size of the film in pixels and its crop window, which is what is rendered."""

    size: tuple[float, float]
    offset: tuple[float, float]
    crop: tuple[float, float]

    @property
    def aspect(self) -> float:
        """Width over height of the whole film, to which the field of view refers."""
        return self.size[0] / self.size[1]

    def shift(self, principal_point: tuple[float, float]) -> tuple[float, float]:
        """Centre of the crop window towards left and up, in half widths of the window."""
        centers = (
            (offset + crop / 2.0) / size + point
            for offset, crop, size, point in zip(self.offset, self.crop, self.size, principal_point)
        )
        across, down = ((1.0 - 2.0 * center) for center in centers)
        return (across * self.size[0] / self.crop[0], down * self.size[1] / self.crop[0])


def camera_of(plugin: Plugin) -> Camera:
    """Camera of a <sensor>; of its film only size and crop window count."""
    if plugin.kind not in KINDS:
        raise plugin.unusable("unsupported plugin" if plugin.kind else "no type")
    matrix = plugin.transform("to_world")
    if np.linalg.det(matrix[:3, :3]) == 0.0:
        raise plugin.error("to_world: not invertible")
    film = _film(plugin)
    radius = plugin.number("aperture_radius", 0.0) if plugin.kind == "thinlens" else 0.0
    near, far = plugin.number("near_clip", CLIP[0]), plugin.number("far_clip", CLIP[1])
    if not 0.0 <= near < far:
        raise plugin.error(f"near_clip {near:g}, far_clip {far:g}: must be 0 <= near < far")
    focus = plugin.number("focus_distance", far if plugin.kind == "thinlens" else 1.0)
    if radius < 0.0 or focus <= 0.0:
        raise plugin.error(f"bad aperture_radius {radius:g} or focus_distance {focus:g}")
    for name in ("shutter_open", "shutter_close"):
        plugin.find(name)
    point = (
        plugin.number("principal_point_offset_x", 0.0),
        plugin.number("principal_point_offset_y", 0.0),
    )
    width, depth_scale = None, 1.0
    part = film.crop[0] / film.size[0]
    fov = 45.0
    if plugin.kind == "orthographic":
        lengths = np.linalg.norm(matrix[:3, :3], axis=0)
        width, depth_scale = 2.0 * float(lengths[0]) * part, float(lengths[2])
        if not math.isclose(lengths[0], lengths[1], rel_tol=1e-3):
            plugin.note("to_world: different scales along x and y, that along x is used for both")
    else:
        tangent = math.tan(math.radians(horizontal_fov(plugin, film.aspect)) / 2.0) * part
        fov = math.degrees(2.0 * math.atan(tangent))
    return Camera(
        to_world=rigid(matrix),
        fov_x=fov,
        aspect=film.crop[0] / film.crop[1],
        aperture_radius=radius,
        focus_distance=focus,
        shift=film.shift(point),
        near=near * depth_scale,
        far=near * depth_scale + far - near,  # as in Mitsuba, where only the near plane is scaled
        orthographic_width=width,
    )


def _film(plugin: Plugin) -> _Film:
    """The film inside a <sensor>, or Mitsuba's default."""
    films = plugin.nested("film")
    if not films:
        return _Film(DEFAULT_FILM, (0.0, 0.0), DEFAULT_FILM)
    film = films[0]
    film.document.visited.pop(film.element, None)
    size = (film.number("width", DEFAULT_FILM[0]), film.number("height", DEFAULT_FILM[1]))
    if min(size) < 1:
        raise film.error(f"width and height: bad size {size[0]:g} x {size[1]:g}")
    offset = (film.number("crop_offset_x", 0.0), film.number("crop_offset_y", 0.0))
    crop = (film.number("crop_width", size[0]), film.number("crop_height", size[1]))
    for start, length, whole in zip(offset, crop, size):
        if start < 0 or length < 1 or start + length > whole:
            raise film.error(f"crop window of {length:g} pixels at {start:g} exceeds {whole:g}")
    return _Film(size, offset, crop)


def horizontal_fov(plugin: Plugin, aspect: float) -> float:
    """Horizontal field of view in degrees, for an image of `aspect`, width over height."""
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
