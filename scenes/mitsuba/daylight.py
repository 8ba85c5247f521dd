"""Daylight of Mitsuba files: `sky`, `sun`, `sunsky` and `timed_sunsky`.

Host code. `sunsky` of files of version 3 is Hosek's and Wilkie's model, as in Mitsuba 3.6 and
later; the rest is Preetham's.
"""

from __future__ import annotations

import math

import numpy as np

from scenes.mitsuba.directions import rotation_of
from scenes.mitsuba.directions import triple
from scenes.mitsuba.directions import unit_vector
from scenes.mitsuba.plugin import Plugin
from scenes.mitsuba.textures import TextureReader
from scenes.model.description import Environment
from scenes.optics import hosek
from scenes.optics.hosek import HosekSettings
from scenes.optics.hosek import bake_hosek_sky
from scenes.optics.hosek import sun_irradiance
from scenes.optics.preetham import SkySettings
from scenes.optics.preetham import bake_sky
from scenes.optics.sun_position import PlaceAndTime
from scenes.optics.sun_position import mitsuba_sun_direction

DEFAULT_SUN = (0.5, 0.7, 0.5)
"""Towards the sun in Preetham's sky, y up: about 45 degrees high."""
PLACE_NAMES = ("latitude", "longitude", "timezone")
DATE_NAMES = ("year", "month", "day")
CLOCK_NAMES = ("hour", "minute", "second")
TIMED_NAMES = (
    *("end_year", "end_month", "end_day", "window_end_time"),
    *("shutter_open", "shutter_close"),
)
"""Parameters of `timed_sunsky` that do not change its start."""
TIMED_START = PlaceAndTime(year=2025, month=1, day=1, hour=7.0)
"""When `timed_sunsky` starts by default."""
TURBIDITIES = (1.7, 10.0)
"""Range of turbidity in which Preetham's model is valid."""
ALBEDO = (0.3, 0.3, 0.3)
APERTURES = (0.0, 180.0)
"""Open range of the sun's diameter in degrees: Mitsuba's bound is on the half of it."""


def sunsky(plugin: Plugin, textures: TextureReader) -> Environment:
    """Sky and sun: Hosek's and Wilkie's, or Preetham's in files of version 0.x."""
    if plugin.document.is_version_0:
        return preetham_sky(plugin, textures)
    return _hosek_sky(plugin, PlaceAndTime())


def timed_sunsky(plugin: Plugin, _textures: TextureReader) -> Environment:
    """`sunsky` at the start of its period, which a camera without shutter times sees."""
    for name in TIMED_NAMES:
        plugin.find(name)
    environment = _hosek_sky(plugin, TIMED_START)
    plugin.note("shown as at its start, when the shutter opens")
    return environment


def preetham_sky(plugin: Plugin, _textures: TextureReader) -> Environment:
    """Sky and sun: `sky_scale` and `sun_scale` scale one of them, `scale` both."""
    zenith = _preetham_zenith(plugin)
    if not plugin.document.is_version_0:
        plugin.note("Preetham's model of daylight is used; Mitsuba 3 has sunsky instead")
    turbidity = plugin.number("turbidity", 3.0)
    if not TURBIDITIES[0] <= turbidity <= TURBIDITIES[1]:
        plugin.note(f"turbidity {turbidity:g} is outside {TURBIDITIES} and was clamped")
        turbidity = min(max(turbidity, TURBIDITIES[0]), TURBIDITIES[1])
    both = plugin.number("scale", 1.0)
    sky_scale, sun_scale = _scales(plugin)
    sky_scale *= both * (plugin.kind != "sun")
    sun_scale *= both * (plugin.kind != "sky")
    if both < 0.0:
        raise plugin.error("negative scale")
    direction = _preetham_sun(plugin, zenith)
    settings = SkySettings(direction, zenith, turbidity, sky_scale, sun_scale)
    if float(np.dot(direction, zenith)) <= 0.0:
        plugin.note("the sun is below the horizon")
    return bake_sky(settings)


def _hosek_sky(plugin: Plugin, start: PlaceAndTime) -> Environment:
    """Mitsuba 3.9.1's sky: z of the emitter is up, and out-of-range parameters are errors."""
    rotation = rotation_of(plugin)
    axes = np.eye(3) if rotation is None else rotation
    turbidity = plugin.number("turbidity", 3.0)
    if not hosek.TURBIDITIES[0] <= turbidity <= hosek.TURBIDITIES[1]:
        raise plugin.error(f"turbidity: must be within {hosek.TURBIDITIES}, is {turbidity:g}")
    albedo = plugin.color("albedo", ALBEDO)
    if min(albedo) < 0.0 or max(albedo) > 1.0:
        raise plugin.error(f"albedo: must be within [0, 1], is {albedo}")
    aperture = plugin.number("sun_aperture", HosekSettings.sun_aperture)
    if not APERTURES[0] < aperture < APERTURES[1]:
        raise plugin.error(f"sun_aperture: must be between 0 and 180 degrees, is {aperture:g}")
    if plugin.flag("complex_sun", False):
        plugin.note("complex_sun is not supported: the sun is a uniform disk of the same power")
    sky_scale, sun_scale = _scales(plugin)
    sun = _hosek_sun(plugin, axes, start)
    zenith = triple(axes[:, 2])
    height = float(np.dot(sun, zenith))
    if height <= 0.0:
        plugin.note("the sun is below the horizon, so the sky is black, as in Mitsuba")
    elif sun_scale > 0.0 and not _is_in_gamut(height, turbidity):
        plugin.note("the sun's colour is outside RGB: what is negative in Mitsuba is 0")
    settings = HosekSettings(sun, zenith, turbidity, albedo, sky_scale, sun_scale, aperture)
    return bake_hosek_sky(settings)


def _is_in_gamut(height: float, turbidity: float) -> bool:
    """Whether all channels of the sun are positive; `height` is the sine of its elevation."""
    elevation = math.degrees(math.asin(min(height, 1.0)))
    return float(sun_irradiance(elevation, turbidity).min()) > 0.0


def _scales(plugin: Plugin) -> tuple[float, float]:
    """Factors on the sky and on the sun."""
    scales = plugin.number("sky_scale", 1.0), plugin.number("sun_scale", 1.0)
    if min(scales) < 0.0:
        raise plugin.error("negative scale")
    return scales


def _hosek_sun(plugin: Plugin, axes: np.ndarray, start: PlaceAndTime) -> tuple[float, float, float]:
    """Towards the sun in world space: given there, or computed from place and time."""
    is_timed = plugin.kind == "timed_sunsky"
    if is_timed or plugin.find("sun_direction") is None:
        when = _place_and_time(plugin, start, is_timed)
        return triple(axes @ np.array(mitsuba_sun_direction(when)))
    for name in (*PLACE_NAMES, *DATE_NAMES, *CLOCK_NAMES):
        if plugin.find(name) is not None:
            raise plugin.error(f"both sun_direction and {name} are given")
    return unit_vector(plugin, plugin.vector("sun_direction", DEFAULT_SUN))


def _place_and_time(plugin: Plugin, start: PlaceAndTime, is_timed: bool) -> PlaceAndTime:
    """Parameters of the sun's position; those of `timed_sunsky` are called otherwise."""
    prefix = "start_" if is_timed else ""
    date = [_integer(plugin, prefix + name, getattr(start, name)) for name in DATE_NAMES]
    if is_timed:
        clock = [plugin.number("window_start_time", start.hour), 0.0, 0.0]
        if not 0.0 <= clock[0] <= 24.0:
            raise plugin.error(f"window_start_time: must be within [0, 24], is {clock[0]:g}")
    else:
        clock = [plugin.number(name, getattr(start, name)) for name in CLOCK_NAMES]
    place = [plugin.number(name, getattr(start, name)) for name in PLACE_NAMES]
    return PlaceAndTime(*place, *date, *clock)  # type: ignore[arg-type]


def _integer(plugin: Plugin, name: str, default: int) -> int:
    """A whole number >= 0."""
    value = plugin.number(name, default)
    if value != int(value) or value < 0.0:
        raise plugin.error(f"{name}: must be a whole number >= 0, is {value:g}")
    return int(value)


def _preetham_zenith(plugin: Plugin) -> tuple[float, float, float]:
    """Up direction in world space: z of the emitter, or y in old files without `to_world`.

    Mitsuba 3 has z up; old scenes that should load there rotate the sky with a transform.
    """
    if plugin.document.is_version_0 and plugin.find("to_world") is None:
        return (0.0, 1.0, 0.0)
    return unit_vector(plugin, plugin.transform("to_world")[:3, 2])


def _preetham_sun(plugin: Plugin, zenith: tuple[float, float, float]) -> tuple[float, float, float]:
    """Towards the sun, in world space."""
    if plugin.find("sun_direction") is not None:
        return unit_vector(plugin, plugin.vector("sun_direction", DEFAULT_SUN))
    if plugin.find(*PLACE_NAMES, *DATE_NAMES, *CLOCK_NAMES) is not None:
        plugin.note("place and time are ignored, the sun is at 45 degrees; give sun_direction")
    up = np.array(zenith)
    side = np.cross(up, np.eye(3)[int(np.argmin(np.abs(up)))])
    side /= np.linalg.norm(side)
    x, y, z = DEFAULT_SUN
    return unit_vector(plugin, x * side + y * up + z * np.cross(side, up))
